//! Clocks that are changed: what is left out, what comes twice, and what goes on.

use rstest::rstest;

use super::*;

/// The next times after `from`, a moment in UTC at which it was made.
fn times(zone_name: &str, text: &str, from: &str) -> Vec<String> {
    let zone = zone(zone_name);
    let (schedule, _limits) = parse(text, ms(from), &zone).unwrap();
    let schedule = schedule.unwrap();
    let mut found = Vec::new();
    let mut after = ms(from);
    while found.len() < 3 {
        after = schedule.next_after(ms(from), after, &zone).unwrap();
        found.push(shown(after, &zone));
    }
    found
}

#[rstest]
#[case::daily_keeps_its_hour_in_spring("Europe/Berlin", "daily at 9:00", "2026-03-27T12:00:00Z", [
    "2026-03-28 09:00:00 +01:00", "2026-03-29 09:00:00 +02:00", "2026-03-30 09:00:00 +02:00",
])]
#[case::daily_keeps_its_hour_in_autumn("America/New_York", "every day at 9am", "2026-10-30T18:00:00Z", [
    "2026-10-31 09:00:00 -04:00", "2026-11-01 09:00:00 -05:00", "2026-11-02 09:00:00 -05:00",
])]
#[case::a_day_is_a_local_day("Europe/Berlin", "every 1 day", "2026-03-28T12:30:20Z", [
    "2026-03-29 13:30:00 +02:00", "2026-03-30 13:30:00 +02:00", "2026-03-31 13:30:00 +02:00",
])]
#[case::hours_are_elapsed_hours("Europe/Berlin", "every 24h", "2026-03-28T12:30:20Z", [
    "2026-03-29 14:30:20 +02:00", "2026-03-30 14:30:20 +02:00", "2026-03-31 14:30:20 +02:00",
])]
#[case::a_week_keeps_its_hour("America/New_York", "weekly on sunday at 8:00", "2026-10-20T12:00:00Z", [
    "2026-10-25 08:00:00 -04:00", "2026-11-01 08:00:00 -05:00", "2026-11-08 08:00:00 -05:00",
])]
#[case::two_weeks_keep_theirs("America/New_York", "every 2 weeks on sunday at 8:00", "2026-10-16T12:00:00Z", [
    "2026-10-18 08:00:00 -04:00", "2026-11-01 08:00:00 -05:00", "2026-11-15 08:00:00 -05:00",
])]
#[case::in_a_gap_comes_right_after_it("Europe/Berlin", "daily at 2:30", "2026-03-28T00:00:00Z", [
    "2026-03-28 02:30:00 +01:00", "2026-03-29 03:00:00 +02:00", "2026-03-30 02:30:00 +02:00",
])]
#[case::a_gap_of_half_an_hour("Australia/Lord_Howe", "daily at 2:15", "2026-10-03T00:00:00Z", [
    "2026-10-04 02:30:00 +11:00", "2026-10-05 02:15:00 +11:00", "2026-10-06 02:15:00 +11:00",
])]
#[case::a_gap_at_midnight("Africa/Cairo", "daily at 0:30", "2026-04-22T12:00:00Z", [
    "2026-04-23 00:30:00 +02:00", "2026-04-24 01:00:00 +03:00", "2026-04-25 00:30:00 +03:00",
])]
#[case::twice_runs_once("America/New_York", "daily at 1:30", "2026-10-31T12:00:00Z", [
    "2026-11-01 01:30:00 -04:00", "2026-11-02 01:30:00 -05:00", "2026-11-03 01:30:00 -05:00",
])]
#[case::between_the_two("America/New_York", "daily at 1:30", "2026-11-01T06:15:00Z", [
    "2026-11-02 01:30:00 -05:00", "2026-11-03 01:30:00 -05:00", "2026-11-04 01:30:00 -05:00",
])]
#[case::a_day_that_never_was("Pacific/Apia", "daily at 9:00", "2011-12-29T00:00:00Z", [
    "2011-12-29 09:00:00 -10:00", "2011-12-31 00:00:00 +14:00", "2011-12-31 09:00:00 +14:00",
])]
#[case::no_changes("Asia/Kathmandu", "daily at 9:00", "2026-03-28T12:00:00Z", [
    "2026-03-29 09:00:00 +05:45", "2026-03-30 09:00:00 +05:45", "2026-03-31 09:00:00 +05:45",
])]
#[case::cron_keeps_its_hour("Europe/Berlin", "cron 0 9 * * 6,0", "2026-03-27T12:00:00Z", [
    "2026-03-28 09:00:00 +01:00", "2026-03-29 09:00:00 +02:00", "2026-04-04 09:00:00 +02:00",
])]
#[case::cron_in_a_gap("Europe/Berlin", "cron 15,45 2 * * *", "2026-03-28T01:30:00Z", [
    "2026-03-28 02:45:00 +01:00", "2026-03-29 03:00:00 +02:00", "2026-03-30 02:15:00 +02:00",
])]
#[case::cron_twice("America/New_York", "cron 15,45 1 * * *", "2026-11-01T05:30:00Z", [
    "2026-11-01 01:45:00 -04:00", "2026-11-02 01:15:00 -05:00", "2026-11-02 01:45:00 -05:00",
])]
#[case::cron_all_the_time_goes_on_in_spring("Europe/Berlin", "cron */30 * * * *", "2026-03-29T00:20:00Z", [
    "2026-03-29 01:30:00 +01:00", "2026-03-29 03:00:00 +02:00", "2026-03-29 03:30:00 +02:00",
])]
#[case::cron_all_the_time_goes_on_in_autumn("America/New_York", "cron 30 * * * *", "2026-11-01T05:00:00Z", [
    "2026-11-01 01:30:00 -04:00", "2026-11-01 01:30:00 -05:00", "2026-11-01 02:30:00 -05:00",
])]
#[case::cron_of_all_hours_by_step_goes_on("America/New_York", "cron 30 */1 * * *", "2026-11-01T05:00:00Z", [
    "2026-11-01 01:30:00 -04:00", "2026-11-01 01:30:00 -05:00", "2026-11-01 02:30:00 -05:00",
])]
#[case::cron_of_all_hours_by_range_goes_on("America/New_York", "cron 30 0-23 * * *", "2026-11-01T05:00:00Z", [
    "2026-11-01 01:30:00 -04:00", "2026-11-01 01:30:00 -05:00", "2026-11-01 02:30:00 -05:00",
])]
#[case::cron_of_almost_all_hours_does_not("America/New_York", "cron 30 1-23 * * *", "2026-11-01T05:00:00Z", [
    "2026-11-01 01:30:00 -04:00", "2026-11-01 02:30:00 -05:00", "2026-11-01 03:30:00 -05:00",
])]
#[case::cron_all_the_time_leaves_a_gap_out("Europe/Berlin", "cron 15 * * * *", "2026-03-29T00:10:00Z", [
    "2026-03-29 01:15:00 +01:00", "2026-03-29 03:15:00 +02:00", "2026-03-29 04:15:00 +02:00",
])]
#[case::every_half_hour_counts_on("America/New_York", "every 30m", "2026-11-01T05:15:00Z", [
    "2026-11-01 01:45:00 -04:00", "2026-11-01 01:15:00 -05:00", "2026-11-01 01:45:00 -05:00",
])]
#[case::a_leap_day_at_the_end_of_a_century("Europe/Berlin", "cron 0 9 29 2 *", "2095-01-01T00:00:00Z", [
    "2096-02-29 09:00:00 +01:00", "2104-02-29 09:00:00 +01:00", "2108-02-29 09:00:00 +01:00",
])]
fn clocks_are_changed(
    #[case] zone: &str,
    #[case] text: &str,
    #[case] from: &str,
    #[case] expected: [&str; 3],
) {
    assert_eq!(times(zone, text, from), expected);
}

#[rstest]
#[case::in_a_gap("Europe/Berlin", "at 2026-03-29 02:30", "2026-03-29 03:00:00 +02:00")]
#[case::twice("Europe/Berlin", "at 2026-10-25 02:30", "2026-10-25 02:30:00 +02:00")]
#[case::the_second_of_two("Europe/Berlin", "at 2026-10-25T02:30+01:00", "2026-10-25 02:30:00 +01:00")]
#[case::in_days("America/New_York", "in 1 week", "2026-03-08 12:00:00 -04:00")]
#[case::in_hours("America/New_York", "in 168h", "2026-03-08 13:00:00 -04:00")]
fn once(#[case] zone_name: &str, #[case] text: &str, #[case] expected: &str) {
    let zone = zone(zone_name);
    let now = ms("2026-03-01T17:00:00Z");
    let (schedule, _limits) = parse(text, now, &zone).unwrap();
    let schedule = schedule.unwrap();
    let at = schedule.next_after(now, now, &zone).unwrap();
    assert_eq!(shown(at, &zone), expected);
    assert_eq!(schedule.next_after(now, at, &zone), None);
}
