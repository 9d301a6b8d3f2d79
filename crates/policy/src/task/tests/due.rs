use rstest::rstest;

use super::*;

/// What is done, and the state and due time afterwards.
fn decide(text: &str, due: &str, now: &str, busy: bool, catch_up_ms: i64) -> String {
    let schedule = schedule(text);
    let next = on_due(&Due {
        timing: timing(schedule.as_ref()),
        due_ms: at(due),
        now_ms: at(now),
        catch_up_ms,
        busy,
    });
    let act = match next.act {
        Act::Wait => "wait".to_owned(),
        Act::Run { due_ms } => format!("run {}", clock(due_ms)),
        Act::Skip { due_ms, reason } => format!("skip {} {}", clock(due_ms), reason.as_str()),
        Act::Missed { due_ms } => format!("missed {}", clock(due_ms)),
    };
    let why = next
        .why
        .map(|why| format!(" {}", why.as_str()))
        .unwrap_or_default();
    let then = next.next_ms.map_or_else(|| "-".to_owned(), clock);
    format!("{act}, {}{why}, {then}", next.state.as_str())
}

#[rstest]
#[case::to_come("every 1h", "10:00", "09:59", false, "wait, active, 10:00")]
#[case::in_time("every 1h", "10:00", "10:00", false, "run 10:00, active, 11:00")]
#[case::a_little_late("every 1h", "10:00", "10:07", false, "run 10:00, active, 11:00")]
#[case::as_late_as_may_be(
    "daily at 9:00",
    "09:00",
    "10:00",
    false,
    "run 09:00, active, 2026-02-09T09:00"
)]
#[case::too_late(
    "daily at 9:00",
    "09:00",
    "10:01",
    false,
    "missed 09:00, active, 2026-02-09T09:00"
)]
#[case::many_missed_run_once("every 1h", "01:00", "10:20", false, "run 10:00, active, 11:00")]
#[case::many_missed_long_ago(
    "cron 0 1-5 * * *",
    "01:00",
    "10:20",
    false,
    "missed 05:00, active, 2026-02-09T01:00"
)]
#[case::many_missed_the_last_is_recent(
    "cron 0 1-10 * * *",
    "01:00",
    "10:20",
    false,
    "run 10:00, active, 2026-02-09T01:00"
)]
#[case::down_for_a_year("every 1m", "2025-02-08T10:00", "10:20", false, "run 10:20, active, 10:21")]
#[case::one_off("at 10:00", "10:00", "10:05", false, "run 10:00, active, -")]
#[case::one_off_too_late("at 10:00", "10:00", "12:00", false, "missed 10:00, done missed, -")]
#[case::at_once("", "10:00", "10:00", false, "run 10:00, active, -")]
#[case::still_under_way("every 1h", "10:00", "10:00", true, "skip 10:00 overlap, active, 11:00")]
#[case::still_under_way_and_late("every 1h", "08:00", "10:30", true, "skip 10:00 overlap, active, 11:00")]
#[case::last_time_under_way("at 10:00", "10:00", "10:00", true, "skip 10:00 overlap, active, -")]
#[case::off_the_schedule(
    "daily at 9:00",
    "10:30",
    "10:31",
    false,
    "run 10:30, active, 2026-02-09T09:00"
)]
fn times_that_come(
    #[case] text: &str,
    #[case] due: &str,
    #[case] now: &str,
    #[case] busy: bool,
    #[case] expected: &str,
) {
    assert_eq!(decide(text, due, now, busy, HOUR), expected);
}

#[rstest]
#[case::a_timer_is_never_exact("10:01", "run 10:00, active, 11:00")]
#[case::later_is_late("10:02", "missed 10:00, active, 11:00")]
fn without_catching_up(#[case] now: &str, #[case] expected: &str) {
    assert_eq!(decide("every 1h", "10:00", now, false, 0), expected);
}

#[rstest]
#[case::goes_on("every 1h", Some("11:00"))]
#[case::to_come("at 18:00", Some("18:00"))]
#[case::over("at 9:00", None)]
#[case::only_when_told("", None)]
fn what_came_while_paused_is_not_caught_up_on(#[case] text: &str, #[case] expected: Option<&str>) {
    let schedule = schedule(text);
    let found = on_resume(&timing(schedule.as_ref()), at("10:20")).map(clock);
    assert_eq!(found.as_deref(), expected);
}

#[test]
fn words_are_read_back() {
    for why in Why::ALL {
        assert_eq!(Why::parse(why.as_str()), Some(why));
        assert!(!why.words().is_empty());
    }
    for state in [State::Active, State::Paused, State::Done] {
        assert_eq!(State::parse(state.as_str()), Some(state));
    }
    assert_eq!(State::parse("gone"), None);
    assert!(Skipped::Overlap.sentence().ends_with('.'));
}

#[rstest]
#[case::hourly("every 1h", "2030-02-08T10:00", 0, Some("11:00"))]
#[case::daily("daily at 9:00", "2030-02-08T09:00", 0, Some("2026-02-09T09:00"))]
#[case::cron("cron 0 9 * * *", "2030-02-08T09:00", 0, Some("2026-02-09T09:00"))]
#[case::set_back_a_little("every 1h", "12:00", 0, None)]
#[case::set_back_by_more("every 1h", "13:00", 0, Some("11:00"))]
#[case::waits_after_failures("every 1m", "2026-02-09T10:20", 20, None)]
#[case::as_it_should_be("daily at 9:00", "2026-02-09T09:00", 0, None)]
#[case::once("at 18:00", "2030-02-08T18:00", 0, None)]
fn what_a_clock_that_was_ahead_left_behind_comes_nearer(
    #[case] text: &str,
    #[case] next: &str,
    #[case] failures: u32,
    #[case] expected: Option<&str>,
) {
    let schedule = schedule(text);
    let found = nearer(&timing(schedule.as_ref()), at(next), failures, at("10:20")).map(clock);
    assert_eq!(found.as_deref(), expected);
}

#[rstest]
#[case("every 1h")]
#[case("every 7m")]
#[case("every 2 days at 9:00")]
#[case("every 3 days at 12:00")]
fn what_was_made_while_the_clock_was_ahead_keeps_its_steps(#[case] text: &str) {
    let made = at("2030-02-08T00:00");
    let schedule = parse(text, made, &TimeZone::UTC).unwrap().0;
    let timing = Timing {
        schedule: schedule.as_ref(),
        anchor_ms: made,
        zone: &UTC,
    };
    let next = timing.next_after(at("10:20")).unwrap();
    assert!(
        next > at("10:20") && next <= at("10:20") + 3 * 24 * HOUR,
        "{}",
        clock(next)
    );
    let ahead = timing.next_after(made).unwrap();
    assert_eq!(nearer(&timing, ahead, 0, at("10:20")), Some(next));
}
