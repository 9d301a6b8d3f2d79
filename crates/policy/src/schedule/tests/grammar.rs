use rstest::rstest;

use super::*;
use crate::task::parse_new;

/// A Sunday.
const NOW: &str = "2026-02-08T14:23:45";

/// Schedule, limits, name and prompt of a text, in Berlin.
pub(super) fn read(text: &str) -> String {
    let zone = zone("Europe/Berlin");
    match parse_new(text, local_ms(NOW, &zone), &zone) {
        Ok(task) => {
            let schedule = task
                .schedule
                .map_or_else(|| "now".to_owned(), |schedule| schedule.phrase(&zone));
            let runs = task.max_runs.map(|max| format!(" x{max}")).unwrap_or_default();
            let successes = task
                .max_successes
                .map(|max| format!(" until {max} ok"))
                .unwrap_or_default();
            let name = task.name.map(|name| format!(" [{name}]")).unwrap_or_default();
            format!("{schedule}{runs}{successes}{name} | {}", task.prompt)
        }
        Err(why) => format!("error: {why}"),
    }
}

#[rstest]
#[case::minutes("every 5m check the server", "every 5m | check the server")]
#[case::hours_and_minutes("every 2h30m stretch", "every 2h30m | stretch")]
#[case::with_spaces("every 2 hours 30 minutes stretch", "every 2h30m | stretch")]
#[case::with_and("every 2 hours and 30 min stretch", "every 2h30m | stretch")]
#[case::parts_apart("every 2h 30m stretch", "every 2h30m | stretch")]
#[case::long_words("every 30 minutes drink", "every 30m | drink")]
#[case::capitals("Every 30 Minutes Drink", "every 30m | Drink")]
#[case::no_number("every hour look", "every 1h | look")]
#[case::an_article("every half an hour look", "every 30m | look")]
#[case::a_fraction("every 1.5h look", "every 1h30m | look")]
#[case::seconds("every 90s look", "every 1m30s | look")]
#[case::a_count_that_is_no_duration("every 5m 10 jokes", "every 5m | 10 jokes")]
#[case::hours_of_a_day("every 24h look", "every 24h | look")]
#[case::a_day("every 1 day look", "daily at 14:23 | look")]
#[case::the_day("every day look", "daily at 14:23 | look")]
#[case::day_at("every day at 9 look", "daily at 09:00 | look")]
#[case::day_with_time("every day 9:30 look", "daily at 09:30 | look")]
#[case::day_before_a_number("every day: 9 jokes", "daily at 14:23 | 9 jokes")]
#[case::a_number_after_a_time("every day at 9 5 jokes", "daily at 09:00 | 5 jokes")]
#[case::a_colon_parts("every 5m: at work check", "every 5m | at work check")]
#[case::marks_that_nobody_sees(
    "\u{200f}every\u{200e} 5\u{200e}m \u{200f}look\u{200e} here",
    "every 5m | \u{200f}look\u{200e} here"
)]
#[case::a_mark_of_byte_order("\u{feff}daily at \u{feff}9:00\u{200e}: look", "daily at 09:00 | look")]
#[case::marks_inside("remind me e\u{200e}very 2h to drink", "every 2h | remind me to drink")]
#[case::letters_that_are_joined("every 5m n\u{200c}a\u{200d}m", "every 5m | n\u{200c}a\u{200d}m")]
#[case::morning("every morning at 7 look", "daily at 07:00 | look")]
#[case::two_days("every 2 days at 6pm look", "every 2 days at 18:00 | look")]
#[case::every_other_day("every other day look", "every 2 days at 14:23 | look")]
#[case::weeks("every 2 weeks look", "every 2 weeks on Sunday at 14:23 | look")]
#[case::weeks_on(
    "every 2 weeks on tuesday at 9 look",
    "every 2 weeks on Tuesday at 09:00 | look"
)]
#[case::trailing_on_weekdays("stand up on weekdays at 9:15", "weekdays at 09:15 | stand up")]
#[case::weekday("every monday at 9:00 look", "every Monday at 09:00 | look")]
#[case::weekday_short("every tues at 9 look", "every Tuesday at 09:00 | look")]
#[case::weekdays_list("every mon, wed and fri at 8 look", "every Mon, Wed, Fri at 08:00 | look")]
#[case::weekdays_range("every mon-thu at 8 look", "every Mon, Tue, Wed, Thu at 08:00 | look")]
#[case::weekday_no_time("every friday look", "every Friday at 14:23 | look")]
#[case::working_days("every weekday at 8 look", "weekdays at 08:00 | look")]
#[case::working_days_bare("weekdays at 8 look", "weekdays at 08:00 | look")]
#[case::mondays("Mondays at 9am look", "every Monday at 09:00 | look")]
#[case::on_mondays("on mondays at 9 look", "every Monday at 09:00 | look")]
#[case::two_days_bare("mon and thu at 18:00 gym", "every Mon, Thu at 18:00 | gym")]
#[case::two_days_trailing("gym, mon and thu at 18:00", "every Mon, Thu at 18:00 | gym")]
#[case::and_something_else("every sat and sun relax and rest", "weekends at 14:23 | relax and rest")]
#[case::and_no_day("every sat and relax", "every Saturday at 14:23 | and relax")]
#[case::dots_are_no_end("every day at 6 a.m. x5 look", "daily at 06:00 x5 | look")]
#[case::weekly_on_two("weekly on mon and thu at 9 look", "every Mon, Thu at 09:00 | look")]
#[case::every_week_on("every week on thursday at 9 look", "every Thursday at 09:00 | look")]
#[case::weekend("weekends at 10 look", "weekends at 10:00 | look")]
#[case::hourly("hourly look", "every 1h | look")]
#[case::daily("daily look", "daily at 14:23 | look")]
#[case::daily_at("daily at 9:00 look", "daily at 09:00 | look")]
#[case::daily_with_time("Daily 9:00 look", "daily at 09:00 | look")]
#[case::daily_with_a_colon("daily: look", "daily at 14:23 | look")]
#[case::weekly("weekly look", "every Sunday at 14:23 | look")]
#[case::weekly_on("weekly on monday at 9 look", "every Monday at 09:00 | look")]
#[case::weekly_at_on("weekly at 9 on monday look", "every Monday at 09:00 | look")]
#[case::trailing_hourly("check the server hourly", "every 1h | check the server")]
#[case::trailing_daily("what happened? daily.", "daily at 14:23 | what happened?")]
#[case::trailing_daily_at("what happened, daily at 6pm", "daily at 18:00 | what happened")]
#[case::trailing_weekdays("stand up, weekdays at 9:15", "weekdays at 09:15 | stand up")]
#[case::daily_inside("what does the daily paper say?", "now | what does the daily paper say?")]
#[case::every_inside("remind me every 2 hours to drink", "every 2h | remind me to drink")]
#[case::every_at_the_end("drink water every 2h", "every 2h | drink water")]
#[case::every_day_inside(
    "tell me every day at 7:00 about the weather",
    "daily at 07:00 | tell me about the weather"
)]
#[case::every_that_is_no_schedule("count every server", "now | count every server")]
#[case::no_break_spaces("every\u{a0}5\u{a0}minutes\u{a0}look", "every 5m | look")]
#[case::lines("every 5m\nfirst line\n  second line", "every 5m | first line\n  second line")]
#[case::a_mark_between("every 5m - look", "every 5m | look")]
#[case::a_colon("every 5m: look", "every 5m | look")]
fn repeating(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(text), expected);
}

#[rstest]
#[case::later_today("at 18:30 look", "at 2026-02-08 18:30 | look")]
#[case::over_today("at 9:00 look", "at 2026-02-09 09:00 | look")]
#[case::hour("at 9 look", "at 2026-02-09 09:00 | look")]
#[case::pm("at 6pm look", "at 2026-02-08 18:00 | look")]
#[case::pm_apart("at 6:15 PM look", "at 2026-02-08 18:15 | look")]
#[case::pm_dots("at 6 p.m. look", "at 2026-02-08 18:00 | look")]
#[case::twelve_am("at 12am look", "at 2026-02-09 00:00 | look")]
#[case::noon("at noon look", "at 2026-02-09 12:00 | look")]
#[case::midnight("at midnight look", "at 2026-02-09 00:00 | look")]
#[case::french("at 18h30 look", "at 2026-02-08 18:30 | look")]
#[case::german("at 18.30 look", "at 2026-02-08 18:30 | look")]
#[case::date("at 2026-12-24 09:00 look", "at 2026-12-24 09:00 | look")]
#[case::date_at("at 2026-12-24 at 9am look", "at 2026-12-24 09:00 | look")]
#[case::date_dots("at 24.12.2026 18:00 look", "at 2026-12-24 18:00 | look")]
#[case::iso("at 2026-12-24T09:00 look", "at 2026-12-24 09:00 | look")]
#[case::iso_utc("at 2026-12-24T09:00:00Z look", "at 2026-12-24 10:00 | look")]
#[case::iso_offset("at 2026-12-24T09:00-05:00 look", "at 2026-12-24 15:00 | look")]
#[case::iso_offset_apart("at 2026-12-24 09:00-05:00 look", "at 2026-12-24 15:00 | look")]
#[case::utc("at 18:30 UTC look", "at 2026-02-08 19:30 | look")]
#[case::tomorrow("at tomorrow 9:00 look", "at 2026-02-09 09:00 | look")]
#[case::tomorrow_at("tomorrow at 9 look", "at 2026-02-09 09:00 | look")]
#[case::time_tomorrow("at 9:00 tomorrow look", "at 2026-02-09 09:00 | look")]
#[case::today("today at 18:00 look", "at 2026-02-08 18:00 | look")]
#[case::weekday("at friday 6pm look", "at 2026-02-13 18:00 | look")]
#[case::weekday_leading("Friday 6pm look", "at 2026-02-13 18:00 | look")]
#[case::weekday_short("Thurs 6pm look", "at 2026-02-12 18:00 | look")]
#[case::on_weekday("on friday at 6pm look", "at 2026-02-13 18:00 | look")]
#[case::same_weekday_to_come("at sunday 18:00 look", "at 2026-02-08 18:00 | look")]
#[case::same_weekday_over("at sunday 9:00 look", "at 2026-02-15 09:00 | look")]
#[case::date_leading("2026-12-24 09:00 look", "at 2026-12-24 09:00 | look")]
#[case::in_minutes("in 20m look", "at 2026-02-08 14:43:45 | look")]
#[case::in_words("in half an hour look", "at 2026-02-08 14:53:45 | look")]
#[case::in_an_hour("in an hour look", "at 2026-02-08 15:23:45 | look")]
#[case::in_days("in 2 days look", "at 2026-02-10 14:23:45 | look")]
#[case::in_seconds("in 10 seconds look", "at 2026-02-08 14:23:55 | look")]
#[case::nothing("look at the sky", "now | look at the sky")]
#[case::each_that_is_no_schedule("Each of these: a, b", "now [Each of these] | a, b")]
#[case::a_weekend("Weekend trips: name some", "now [Weekend trips] | name some")]
#[case::weekdays_inside("count the weekdays", "now | count the weekdays")]
#[case::from_inside(
    "what does the daily from Rome say?",
    "now | what does the daily from Rome say?"
)]
#[case::a_name_before_no_time("Note: daily at 25 foo", "now [Note] | daily at 25 foo")]
#[case::a_name_before_a_slip("Note: monthly numbers", "now [Note] | monthly numbers")]
#[case::marked("\u{200e}at 18:30\u{200f} look", "at 2026-02-08 18:30 | look")]
#[case::a_day_without_a_time("Tomorrow never knows", "now | Tomorrow never knows")]
#[case::plain_words("now: tell every day of my week", "now | tell every day of my week")]
fn once(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(text), expected);
}

#[rstest]
#[case::plain(
    "cron 0 9 * * 1-5 -- News: what happened?",
    "cron 0 9 * * 1-5 [News] | what happened?"
)]
#[case::no_name("cron */15 * * * * -- look", "cron */15 * * * * | look")]
#[case::a_long_dash("cron 0 9 * * mon — News: look", "cron 0 9 * * mon [News] | look")]
#[case::no_dash("cron 0 9 * * * look around", "cron 0 9 * * * | look around")]
#[case::quotes("cron \"0 9 * * *\" -- look", "cron 0 9 * * * | look")]
#[case::smart_quotes("Cron “0 9 * * *” -- look", "cron 0 9 * * * | look")]
#[case::spaces("cron  0   9 * *  * -- look", "cron 0 9 * * * | look")]
#[case::marks_that_nobody_sees(
    "\u{200e}cron\u{200f} 0 \u{feff}9 * * * --\u{200e} look",
    "cron 0 9 * * * | look"
)]
#[case::named("cron @daily -- look", "cron 0 0 * * * | look")]
#[case::limited("cron 0 9 * * * x3 -- look", "cron 0 9 * * * x3 | look")]
#[case::a_leap_day("cron 0 9 29 2 * -- look", "cron 0 9 29 2 * | look")]
fn cron_lines(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(text), expected);
}

#[rstest]
#[case::name("every 5m Water: drink", "every 5m [Water] | drink")]
#[case::long_name(
    "at 18:30 the evening news: what happened?",
    "at 2026-02-08 18:30 [the evening news] | what happened?"
)]
#[case::a_name_with_a_mark("every 5m Water:\u{200e} drink", "every 5m [Water] | \u{200e} drink")]
#[case::name_only("Greeting: say hello", "now [Greeting] | say hello")]
#[case::name_first("Water: every 2h drink", "every 2h [Water] | drink")]
#[case::name_before_a_word("French: in French, say hello", "now [French] | in French, say hello")]
#[case::an_address(
    "every 5m see https://example.org/x: it",
    "every 5m | see https://example.org/x: it"
)]
#[case::an_address_alone(
    "every 5m https://example.org is it up?",
    "every 5m | https://example.org is it up?"
)]
#[case::a_time_inside("every 5m is the 10:30 train late?", "every 5m | is the 10:30 train late?")]
#[case::a_sentence(
    "every 5m look at the three of these: a, b",
    "every 5m | look at the three of these: a, b"
)]
#[case::times("every 5m x5 look", "every 5m x5 | look")]
#[case::times_crossed("every 5m ×5 look", "every 5m x5 | look")]
#[case::times_behind("every 5m 5x look", "every 5m x5 | look")]
#[case::times_in_words("every 5m 5 times look", "every 5m x5 | look")]
#[case::until("every 5m until ok is it up?", "every 5m until 1 ok | is it up?")]
#[case::until_more("every 5m until 3 ok is it up?", "every 5m until 3 ok | is it up?")]
#[case::both(
    "every 5m x10 until ok Up: is it up?",
    "every 5m x10 until 1 ok [Up] | is it up?"
)]
#[case::limit_at_the_end("is it up? every 5m until ok", "every 5m until 1 ok | is it up?")]
#[case::a_limit_once("every 5m x5 x6 look", "every 5m x5 | x6 look")]
#[case::until_something_else("every 5m until noon look", "every 5m | until noon look")]
fn names_and_limits(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(text), expected);
}

/// As `/task edit <id> schedule …` reads them.
#[rstest]
#[case("every 2h", "every 2h")]
#[case("daily at 9:00", "daily at 09:00")]
#[case("cron 0 9 * * 1-5", "cron 0 9 * * 1-5")]
#[case("mondays at 9", "every Monday at 09:00")]
#[case("tomorrow at 9", "at 2026-02-09 09:00")]
#[case("every 2h x5", "every 2h x5")]
#[case("none", "none")]
#[case("\u{200e}None\u{200f}", "none")]
#[case(
    "every 5m at 9",
    "error: `every 5m` cannot go on with `at`. It counts elapsed time; at a time of day runs `every day at 9:00`."
)]
#[case(
    "friday",
    "error: Say at which time of that day: a time such as 18:30, 6pm, noon or 9. Example: at tomorrow 9:00"
)]
#[case("mondays", "error: Say at which time: `mondays at 9:00`.")]
#[case(
    "every 2h look",
    "error: \"look\" is no part of a schedule. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`."
)]
#[case(
    "soon",
    "error: \"soon\" is no schedule. Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`."
)]
fn schedules_alone(#[case] text: &str, #[case] expected: &str) {
    let zone = zone("Europe/Berlin");
    let found = match parse(text, local_ms(NOW, &zone), &zone) {
        Ok((Some(schedule), limits)) => {
            let runs = limits.max_runs.map(|max| format!(" x{max}")).unwrap_or_default();
            format!("{}{runs}", schedule.phrase(&zone))
        }
        Ok((None, _limits)) => "none".to_owned(),
        Err(why) => format!("error: {why}"),
    };
    assert_eq!(found, expected);
}

/// Were any of these read word by word more than a few times over, it would take minutes.
#[rstest]
#[case::almost("every ", "")]
#[case::near("every x ", "")]
#[case::days("every mon, ", "")]
#[case::list("every mon", ", tue")]
#[case::one_word("every ", "1h")]
#[case::digits("in ", "9")]
#[case::and("every 1w and ", "and ")]
#[case::limits("every 5m ", "x5 until ok ")]
#[case::colons("a", ":")]
#[case::lines("cron ", "* -- \n")]
fn long_texts_are_read_in_one_go(#[case] head: &str, #[case] more: &str) {
    const TIMES: usize = 100_000;
    let zone = zone("UTC");
    let text = if more.is_empty() {
        head.repeat(TIMES)
    } else {
        format!("{head}{}", more.repeat(TIMES))
    };
    assert!(parse_new(&text, 0, &zone).is_err());
}
