use rstest::rstest;

use super::grammar::read;

/// What a message says to write instead can be written.
fn examples_can_be_typed(message: &str) {
    let told = message.split(" To start it now").next().unwrap_or_default();
    // First comes what was found.
    let told = told
        .split_once("cannot go on with")
        .map_or(told, |(_found, told)| told);
    let examples = told.split('`').skip(1).step_by(2);
    for example in examples.filter(|example| example.contains(' ')) {
        let text = format!("{} look", example.trim_end_matches(" …"));
        let text = text.replace("Rent: … ", "");
        let found = read(&text);
        assert!(
            found.ends_with(" | look") && !found.starts_with("now"),
            "{text}: {found}"
        );
    }
}

#[rstest]
#[case::no_unit(
    "every 5x look",
    "\"every 5x look\" begins with no schedule that I can read. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`."
)]
#[case::too_short(
    "every 30 seconds look",
    "`every 30 seconds` is out of range: at least 1 minute, at most 366 days. Example: every 30m."
)]
#[case::too_short_inside(
    "look every 10s",
    "`every 10s` is out of range: at least 1 minute, at most 366 days. Example: every 30m."
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
    "Months and years are said with cron, such as `cron 0 9 1 * * -- Rent: …` for the first of each month at 9:00."
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
    "\"at tomorow 9:00 look\" begins with no schedule that I can read. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`."
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
    "\"in French say hello\" begins with no schedule that I can read. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`."
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
    if expected.contains("no schedule that I can read") || expected.contains("said with cron") {
        examples_can_be_typed(expected);
    }
    let dot = if expected.ends_with(['.', '?']) { "" } else { "." };
    assert_eq!(
        read(text),
        format!("error: {expected}{dot} To start it now, begin with `now:`.")
    );
}

#[rstest]
#[case::nothing(
    "  ",
    "Say what is to be done. Example: /task new every day at 9:00 News: what happened?"
)]
#[case::nothing_to_do(
    "every 5m",
    "Say what is to be done after the schedule. Example: /task new every day at 9:00 News: what happened?"
)]
fn something_has_to_be_done(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(text), format!("error: {expected}"));
}

/// What is plainly meant as a schedule does not start at once.
#[rstest]
#[case::monthly("monthly pay the rent", "said with cron")]
#[case::yearly("Yearly: look", "said with cron")]
#[case::fortnightly("fortnightly look", "every 2 weeks on monday at 9:00")]
#[case::weekdays("weekdays look", "Say at which time: `weekdays at 9:00`.")]
#[case::mondays("Mondays look", "Say at which time: `Mondays at 9:00`.")]
#[case::on_mondays("on mondays, look", "Say at which time: `on mondays at 9:00`.")]
#[case::two_days("mon and thu gym", "Say at which time: `mon and thu at 9:00`.")]
#[case::next_week("next week at 9 look", "Say on which day")]
#[case::no_space("every5m look", "Put a space after `every`")]
#[case::each("each 5m look", "Write `every`, not `each`")]
#[case::each_day("each day at 9 look", "Write `every`, not `each`")]
#[case::everyday("everyday at 9 look", "Write `every day at 9:00`.")]
#[case::every("evry 2h water: drink", "Did you mean `every`?")]
#[case::every_and_a_word("evrey server: look", "Did you mean `every`?")]
#[case::every_as_another_word("ever 2h look", "Did you mean `every`?")]
#[case::daily("dayly at 9 x", "Did you mean `daily`?")]
#[case::daily_changed_places("dialy report", "Did you mean `daily`?")]
#[case::daily_as_a_name("daisy at 9 look", "Did you mean `daily`?")]
#[case::weekly("weekyl on friday look", "Did you mean `weekly`?")]
#[case::hourly("hourli look", "Did you mean `hourly`?")]
#[case::monthly_slip("montly pay", "Did you mean `monthly`?")]
#[case::tomorrow("tomorow at 9 call: mum", "Did you mean `tomorrow`?")]
#[case::a_day("fryday 6pm look", "Did you mean `friday`?")]
#[case::days("mondyas at 9 look", "Did you mean `mondays`?")]
#[case::on_a_day("on mondey at 9 look", "Did you mean `monday`?")]
#[case::cron("corn 0 9 * * * -- look", "Did you mean `cron`?")]
#[case::monthly_on("monthly on 31 at 8:00 rent: pay", "said with cron")]
#[case::a_time("9:00 news: x", "Before a time stands `at`: `at 9:00`")]
#[case::a_time_apart("6 pm: look", "`at 6 pm`")]
#[case::a_time_with_its_half("9am news: x", "`at 9am`")]
#[case::tonight("tonight at 8 news: x", "Say at which time: `at 20:00`.")]
#[case::remind_me(
    "remind me at 18:30 to call mum",
    "Begin with the time, such as `at 18:30`, and leave out \"remind me\"."
)]
#[case::remind_me_in("Remind me in 20m to call mum", "Begin with the time")]
#[case::remind_me_on("remind me on friday at 9 to call mum", "Begin with the time")]
#[case::joined_in("in20m x", "Put a space after `in`: `in 20m`.")]
#[case::joined_at("at18:30 x", "Put a space after `at`: `at 18:30`.")]
fn slips_do_not_start_at_once(#[case] text: &str, #[case] words: &str) {
    let read = read(text);
    examples_can_be_typed(&read);
    assert!(read.starts_with("error: ") && read.contains(words), "{read}");
    assert!(read.ends_with("To start it now, begin with `now:`."), "{read}");
}

/// Half of a schedule does not run while the other half becomes words for the agent.
#[rstest]
#[case::elapsed_at("every 5m at 9 check", "at a time of day runs `every day at 9:00`")]
#[case::elapsed_at_colon("every 5m at 9: check", "at a time of day runs `every day at 9:00`")]
#[case::elapsed_inside("look every 5m at 9 again", "at a time of day runs `every day at 9:00`")]
#[case::no_time("every day at dawn look", "Write a time such as `at 18:30`")]
#[case::two_times("every day at 9 and 17 look", "cron 0 9,17 * * *")]
#[case::three_times("daily at 9, 12 and 18 look", "cron 0 9,17 * * *")]
#[case::two_times_once("at 9 and 17 look", "cron 0 9,17 * * *")]
#[case::two_times_trailing("look daily at 9 and 17", "cron 0 9,17 * * *")]
#[case::two_days("every monday at 9 and friday at 10 look", "cron 0 9,17 * * *")]
#[case::days_and_a_time("in 2 days at 9 look", "Say day and time together")]
#[case::except("every day except sunday at 9 look", "every mon-sat at 9:00")]
#[case::between("every 15m between 9 and 17 look", "cron */15 9-17 * * *")]
#[case::from("every 15m from 9 to 17 look", "cron */15 9-17 * * *")]
#[case::between_trailing("look hourly between 9 and 17", "cron */15 9-17 * * *")]
#[case::range_and_hour("every mon-fri 9 look", "Before an hour stands `at`")]
#[case::day_and_hour("every day 9 look", "Before an hour stands `at`")]
#[case::and_a_half("every hour and a half look", "every 1h30m")]
#[case::behind_a_name("Water: every 5m at 9 drink", "at a time of day runs")]
#[case::a_day_with_a_slip("weekly on fryday at 17:00 wine: x", "`weekly on friday at 9:00`")]
#[case::a_day_with_a_slip_behind("weekly at 17:00 on fryday wine: x", "`weekly on friday at 9:00`")]
#[case::a_day_with_a_slip_inside("look weekly on fryday at 9", "`weekly on friday at 9:00`")]
#[case::no_day("every day on demand: look", "`weekly on friday at 9:00`")]
#[case::a_time_in_words("daily at nine news: x", "Write a time such as `at 18:30`")]
#[case::a_time_in_the_name("every day news at 9: x", "The time comes before the name")]
#[case::a_time_in_a_long_name("every monday the news at 9:30: x", "The time comes before the name")]
#[case::after_a_limit("every 5m x5 at 9 look", "at a time of day runs")]
fn nothing_goes_on_after_a_schedule(#[case] text: &str, #[case] words: &str) {
    let read = read(text);
    examples_can_be_typed(&read);
    assert!(read.starts_with("error: `") && read.contains(words), "{read}");
    assert!(
        read.ends_with("put a colon before it. To start it now, begin with `now:`."),
        "{read}"
    );
}

/// Prose that comes near a schedule stays prose.
#[rstest]
#[case("Very good: say so")]
#[case("Ever since I asked, nothing happened")]
#[case("Even so, look")]
#[case("Daisy: water her")]
#[case("Dairy prices: look")]
#[case("Early birds: list some")]
#[case("Sundae recipes: find one")]
#[case("Tomorrow's weather: look")]
#[case("Today in history: tell me")]
#[case("Monday's plans: list them")]
#[case("Corn prices: look")]
#[case("Corn 2 ways: cook")]
#[case("Remind me what we said")]
#[case("Midnight snacks: name some")]
#[case("3.50 euros in dollars?")]
#[case("16 jokes")]
#[case("2026 in short")]
#[case("Into the woods: who wrote it?")]
#[case("Atlas: describe it")]
#[case("Read the weekly on the table")]
fn prose_is_no_slip(#[case] text: &str) {
    let read = read(text);
    assert!(read.starts_with("now "), "{read}");
}

/// Words that may follow a schedule.
#[rstest]
#[case("every day: on the hour, look", "| on the hour, look")]
#[case("daily at 9 on the news: look", "[on the news] | look")]
#[case("every day news at home: look", "[news at home] | look")]
#[case("tell me every day on Slack", "| tell me on Slack")]
fn words_that_follow_a_schedule(#[case] text: &str, #[case] end: &str) {
    let read = read(text);
    assert!(!read.starts_with("error") && read.ends_with(end), "{read}");
}

#[rstest]
#[case::brackets("at 2026-12-24T09:00[Asia/Tokyo] look")]
#[case::contradiction("at 2026-12-24T09:00+01:00[Asia/Tokyo] look")]
#[case::brackets_apart("at 2026-12-24 09:00+09:00[Asia/Tokyo] look")]
#[case::utc_and_more("at 9:00 UTC+2 look")]
#[case::utc_and_more_apart("at 9:00 utc +2 look")]
#[case::short("at 9 CET look")]
#[case::short_small("tomorrow at 9 cet look")]
#[case::capitals("at 9 EST look")]
#[case::a_city("at 9:00 Europe/Berlin look")]
#[case::a_city_in_brackets("at 9:00 [Asia/Tokyo] look")]
#[case::a_distance("at 9:00 +02:00 look")]
#[case::behind_a_day("at 9 tomorrow CET look")]
#[case::behind_a_stamp("at 2026-12-24T09:00 (CET) look")]
fn no_zone_is_left_out_without_a_word(#[case] text: &str) {
    let read = read(text);
    examples_can_be_typed(&read);
    assert!(
        read.starts_with("error: A time is in the configured zone;"),
        "{read}"
    );
}

#[rstest]
#[case("daily at 9:00 CET look")]
#[case("mondays at 9 Europe/Berlin look")]
fn what_repeats_has_no_zone_of_its_own(#[case] text: &str) {
    let read = read(text);
    examples_can_be_typed(&read);
    assert!(read.contains("leave the zone out"), "{read}");
}

#[rstest]
#[case("at 9 est-ce que je dors?", "| est-ce que je dors?")]
#[case("at 9 west or east?", "| west or east?")]
#[case("at 9 - look", "| look")]
#[case("at 9 -5 or 5?", "| -5 or 5?")]
fn words_that_are_no_zone(#[case] text: &str, #[case] end: &str) {
    let read = read(text);
    assert!(!read.starts_with("error") && read.ends_with(end), "{read}");
}
