use rstest::rstest;

use super::grammar::read;

#[rstest]
#[case::no_unit(
    "every 5x look",
    "\"every 5x look\" begins with no schedule that I can read. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`. To start it now, begin with `now:`."
)]
#[case::too_short(
    "every 30 seconds look",
    "`every 30 seconds` is out of range: at least 1 minute, at most 366 days. Example: every 30m."
)]
#[case::too_short_inside(
    "look every 10s",
    "`every 10s` is out of range: at least 1 minute, at most 366 days. Example: every 30m. To start it now, begin with `now:`."
)]
#[case::nothing_long(
    "every 0m look",
    "`every 0m` is out of range: at least 1 minute, at most 366 days. Example: every 30m."
)]
#[case::too_long(
    "every 400 days look",
    "`every 400 days` is out of range: at least 1 minute, at most 366 days. Example: every 30m."
)]
#[case::far_too_long(
    "every 99999999999999999999h look",
    "`every 99999999999999999999h` is out of range: at least 1 minute, at most 366 days. Example: every 30m."
)]
#[case::months(
    "every month look",
    "Months and years are said with cron, such as `cron 0 9 1 * * -- Rent: …` for the first of each month at 9:00."
)]
#[case::months_counted(
    "pay every 3 months",
    "Months and years are said with cron, such as `cron 0 9 1 * * -- Rent: …` for the first of each month at 9:00. To start it now, begin with `now:`."
)]
#[case::no_such_hour(
    "at 25:00 look",
    "\"25:00\" is no time of day; write a time such as 18:30, 6pm, noon or 9."
)]
#[case::no_such_afternoon(
    "daily at 13pm look",
    "\"13pm\" is no time of day; write a time such as 18:30, 6pm, noon or 9."
)]
#[case::slip(
    "at tomorow 9:00 look",
    "\"at tomorow 9:00 look\" begins with no schedule that I can read. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`. To start it now, begin with `now:`."
)]
#[case::over(
    "at 2020-01-01 09:00 look",
    "2020-01-01 09:00 (Europe/Berlin) is over; it is 2026-02-08 14:23:45 (Europe/Berlin) now. Give a time to come, such as at tomorrow 9:00"
)]
#[case::over_today(
    "today at 9:00 look",
    "2026-02-08 09:00 (Europe/Berlin) is over; it is 2026-02-08 14:23:45 (Europe/Berlin) now. Give a time to come, such as at tomorrow 9:00"
)]
#[case::far_ahead(
    "at 2096-01-01 09:00 look",
    "2096-01-01 09:00 (Europe/Berlin) is more than 10 years ahead. Example: at tomorrow 9:00"
)]
#[case::no_such_day(
    "at 2026-02-30 09:00 look",
    "\"2026-02-30\" is no day of the calendar; write a date such as 2026-12-24."
)]
#[case::few_weeks_many_days(
    "every 2 weeks on mon and thu at 9 look",
    "Every few weeks goes with one day of the week: `every 2 weeks on monday at 9:00`."
)]
#[case::no_time(
    "at friday look",
    "Say at which time of that day: a time such as 18:30, 6pm, noon or 9. Example: at tomorrow 9:00"
)]
#[case::morning("every morning look", "Say at which time: `every morning at 8:00`.")]
#[case::language(
    "in French say hello",
    "\"in French say hello\" begins with no schedule that I can read. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`. To start it now, begin with `now:`."
)]
#[case::in_too_long(
    "in 400 days look",
    "`in 400 days` is out of range: from 1 second to 366 days. Example: in 20m"
)]
#[case::four_fields(
    "cron 0 9 * * -- look",
    "A cron expression has five fields (minute hour day month weekday), and this one has 4. Example: cron 0 9 * * 1-5 -- News: what happened?"
)]
#[case::six_fields(
    "cron 0 0 9 * * * -- look",
    "A cron expression has five fields (minute hour day month weekday), and this one has 6. Example: cron 0 9 * * 1-5 -- News: what happened?"
)]
#[case::no_such_minute(
    "cron 61 9 * * * -- look",
    "The minute of the cron expression cannot be \"61\"; it is 0 to 59. Example: cron 0 9 * * 1-5 -- News: what happened?"
)]
#[case::no_such_weekday(
    "cron 0 9 * * monday -- look",
    "The day of the week of the cron expression cannot be \"monday\"; it is 0 to 7 or sun to sat. Example: cron 0 9 * * 1-5 -- News: what happened?"
)]
#[case::never(
    "cron 0 0 30 2 * -- look",
    "\"0 0 30 2 *\" never comes: no such day exists. Example: cron 0 9 * * 1-5 -- News: what happened?"
)]
#[case::cron_alone(
    "cron",
    "A cron expression has five fields (minute hour day month weekday), and this one has 0. Example: cron 0 9 * * 1-5 -- News: what happened?"
)]
#[case::nothing(
    "  ",
    "Say what is to be done. Example: /task new every day at 9:00 News: what happened?"
)]
#[case::nothing_to_do(
    "every 5m",
    "Say what is to be done after the schedule. Example: /task new every day at 9:00 News: what happened?"
)]
#[case::no_runs(
    "every 5m x0 look",
    "A Task can be limited to 1 to 10000 runs, not 0. Example: every 1h x5"
)]
#[case::too_many_runs(
    "every 5m 99999 times look",
    "A Task can be limited to 1 to 10000 runs, not 99999. Example: every 1h x5"
)]
#[case::once_is_once(
    "at 18:30 x5 look",
    "What has one time runs once; `x5` and `until ok` go with `every`, `daily` or `cron`."
)]
#[case::zone(
    "daily at 9:00 UTC look",
    "What repeats follows the configured zone, so leave the zone out: `daily at 9:00`."
)]
fn errors_say_what_was_found_and_what_is_allowed(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(text), format!("error: {expected}"));
}
