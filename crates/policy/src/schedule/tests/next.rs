//! The store's form, and what is told.

use jiff::tz::{Offset, TimeZone};
use rstest::rstest;

use super::*;

#[rstest]
#[case::every("every 2h30m", r#"{"kind":"every","seconds":9000}"#, "every 2h30m")]
#[case::daily(
    "daily at 9:00",
    r#"{"kind":"days","every":1,"at":"09:00:00","from":"2026-02-09"}"#,
    "daily at 09:00 (Europe/Berlin)"
)]
#[case::weekly(
    "every monday at 9",
    r#"{"kind":"week","on":["mon"],"at":"09:00:00"}"#,
    "every Monday at 09:00 (Europe/Berlin)"
)]
#[case::weekend(
    "weekends at 9",
    r#"{"kind":"week","on":["sat","sun"],"at":"09:00:00"}"#,
    "weekends at 09:00 (Europe/Berlin)"
)]
#[case::at(
    "at 18:30",
    r#"{"kind":"at","at_ms":1770571800000}"#,
    "at 2026-02-08 18:30 (Europe/Berlin)"
)]
#[case::cron(
    "cron 0 9 * * 1-5",
    r#"{"kind":"cron","expression":"0 9 * * 1-5"}"#,
    "cron 0 9 * * 1-5 (Europe/Berlin)"
)]
fn stored_and_told(#[case] text: &str, #[case] json: &str, #[case] told: &str) {
    let zone = zone("Europe/Berlin");
    let (schedule, _limits) = parse(text, ms("2026-02-08T13:23:45Z"), &zone).unwrap();
    let schedule = schedule.unwrap();
    assert_eq!(serde_json::to_string(&schedule).unwrap(), json);
    assert_eq!(serde_json::from_str::<Schedule>(json).unwrap(), schedule);
    assert_eq!(schedule.describe(&zone), told);
}

#[rstest]
#[case::no_day(r#"{"kind":"week","on":[],"at":"09:00:00"}"#)]
#[case::no_such_day(r#"{"kind":"week","on":["someday"],"at":"09:00:00"}"#)]
#[case::unknown_kind(r#"{"kind":"lunar"}"#)]
#[case::unknown_field(r#"{"kind":"every","seconds":60,"jitter":1}"#)]
fn what_is_no_schedule_is_not_read(#[case] json: &str) {
    assert!(serde_json::from_str::<Schedule>(json).is_err());
}

#[rstest]
#[case::universal(TimeZone::UTC, "2026-02-08 13:23:45 (UTC)")]
#[case::fixed(TimeZone::fixed(Offset::from_hours(3).unwrap()), "2026-02-08 16:23:45 (UTC+03)")]
#[case::by_rule(TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap(), "2026-02-08 08:23:45 (local time)")]
fn zones_without_a_name(#[case] zone: Zone, #[case] expected: &str) {
    assert_eq!(moment(ms("2026-02-08T13:23:45Z"), &zone), expected);
}

/// What a hand in the store could write.
#[rstest]
#[case::no_step(Schedule::Every { seconds: 0 })]
#[case::endless(Schedule::Every { seconds: u64::MAX })]
#[case::no_days(Schedule::Days { every: 0, at: Time::midnight(), from: Date::MAX })]
#[case::endless_days(Schedule::Days { every: u32::MAX, at: Time::midnight(), from: Date::MIN })]
#[case::many_days(Schedule::Days { every: 3_000_000, at: Time::MAX, from: Date::MIN })]
#[case::no_weekday(Schedule::Week { on: Weekdays::default(), at: Time::midnight() })]
#[case::no_cron(Schedule::Cron { expression: "ä ö ü ß é".to_owned() })]
#[case::foreign_cron(Schedule::Cron { expression: "* * * * * Europe/Nowhere".to_owned() })]
#[case::past(Schedule::At { at_ms: i64::MIN })]
fn nonsense_ends_and_never_lies_in_the_past(#[case] schedule: Schedule) {
    let zone = zone("Europe/Berlin");
    for now in [
        i64::MIN,
        ms("1970-01-01T00:00:00Z"),
        ms("2026-02-08T13:23:45Z"),
        i64::MAX,
    ] {
        assert!(schedule.next_after(0, now, &zone).is_none_or(|next| next > now));
        assert!(!schedule.describe(&zone).is_empty());
    }
}
