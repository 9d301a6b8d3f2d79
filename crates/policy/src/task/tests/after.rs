use rstest::rstest;

use super::*;
use Outcome::{Cancelled, Error, Interrupted, Ok as Well};

/// An active Task whose run ends at ten past ten.
fn ended<'a>(schedule: Option<&'a Schedule>, outcome: Outcome, next: &str) -> Ended<'a> {
    Ended {
        timing: timing(schedule),
        outcome,
        by_hand: false,
        counters: Counters {
            runs: 4,
            successes: 2,
            failures: 0,
        },
        max_runs: None,
        max_successes: None,
        state: State::Active,
        next_ms: (!next.is_empty()).then(|| at(next)),
        made_for_it: true,
        now_ms: at("10:10"),
    }
}

/// Runs, successes and failures in a row, the state and the due time.
fn shown(after: &After) -> String {
    let Counters {
        runs,
        successes,
        failures,
    } = after.counters;
    let why = after
        .why
        .map(|why| format!(" {}", why.as_str()))
        .unwrap_or_default();
    let next = after.next_ms.map_or_else(|| "-".to_owned(), clock);
    let told = if after.tell_failure { ", told" } else { "" };
    format!(
        "{runs}/{successes}/{failures} {}{why} {next}{told}",
        after.state.as_str()
    )
}

#[rstest]
#[case::well("every 1h", Well, "11:00", "5/3/0 active 11:00")]
#[case::failed("every 1h", Error, "11:00", "5/2/1 active 11:00, told")]
#[case::cut_off_twice("every 1h", Interrupted, "11:00", "5/2/1 active 11:00, told")]
#[case::ended_by_somebody("every 1h", Cancelled, "11:00", "5/2/0 active 11:00")]
#[case::failed_and_often_due("every 1m", Error, "10:11", "5/2/1 active 10:11, told")]
#[case::not_looked_at_yet("every 1h", Well, "10:00", "5/3/0 active 10:00")]
#[case::not_looked_at_yet_and_failed("every 1h", Error, "10:00", "5/2/1 active 11:00, told")]
#[case::one_off("at 10:00", Well, "", "5/3/0 done ran -")]
#[case::one_off_failed("at 10:00", Error, "", "5/2/1 done failed -, told")]
#[case::one_off_ended_by_somebody("at 10:00", Cancelled, "", "5/2/0 done cancelled -")]
#[case::one_off_cut_off_twice("at 10:00", Interrupted, "", "5/2/1 done failed -, told")]
#[case::one_off_run_before_its_time("at 18:00", Error, "18:00", "5/2/1 active 18:00, told")]
#[case::at_once("", Well, "", "5/3/0 done ran -")]
#[case::no_further_time("every 1h", Well, "", "5/3/0 done over -")]
fn what_becomes_of_it(
    #[case] text: &str,
    #[case] outcome: Outcome,
    #[case] next: &str,
    #[case] expected: &str,
) {
    let schedule = schedule(text);
    assert_eq!(
        shown(&after_run(&ended(schedule.as_ref(), outcome, next))),
        expected
    );
}

#[rstest]
#[case::runs(Some(5), None, Well, "5/3/0 done max_runs -")]
#[case::runs_however_they_end(Some(5), None, Error, "5/2/1 done max_runs -, told")]
#[case::more_runs_to_come(Some(6), None, Well, "5/3/0 active 11:00")]
#[case::successes(None, Some(3), Well, "5/3/0 done max_successes -")]
#[case::a_failure_is_no_success(None, Some(3), Error, "5/2/1 active 11:00, told")]
#[case::both(Some(5), Some(3), Well, "5/3/0 done max_successes -")]
fn limits(
    #[case] max_runs: Option<u32>,
    #[case] max_successes: Option<u32>,
    #[case] outcome: Outcome,
    #[case] expected: &str,
) {
    let schedule = schedule("every 1h");
    let ended = Ended {
        max_runs,
        max_successes,
        ..ended(schedule.as_ref(), outcome, "11:00")
    };
    assert_eq!(shown(&after_run(&ended)), expected);
}

#[rstest]
#[case::paused(State::Paused, "11:00", None, "5/2/1 paused 11:00, told")]
#[case::paused_without_a_time(State::Paused, "", None, "5/2/1 paused -, told")]
#[case::paused_and_over(State::Paused, "11:00", Some(5), "5/2/1 done max_runs -, told")]
#[case::done_and_told_to_run(State::Done, "", None, "5/2/1 done -, told")]
fn told_to_run(
    #[case] state: State,
    #[case] next: &str,
    #[case] max_runs: Option<u32>,
    #[case] expected: &str,
) {
    let schedule = schedule("every 1h");
    let ended = Ended {
        state,
        max_runs,
        ..ended(schedule.as_ref(), Error, next)
    };
    assert_eq!(shown(&after_run(&ended)), expected);
}

/// Whoever asked for a run waits for it, also where it failed before.
#[rstest]
#[case::by_itself(false, Error, "5/2/4 active 11:10")]
#[case::by_hand(true, Error, "5/2/4 active 11:10, told")]
#[case::by_hand_and_cut_off(true, Interrupted, "5/2/4 active 11:10, told")]
#[case::by_hand_and_ended(true, Cancelled, "5/2/3 active 11:00")]
#[case::by_hand_and_well(true, Well, "5/3/0 active 11:00")]
fn whoever_asked_is_told(#[case] by_hand: bool, #[case] outcome: Outcome, #[case] expected: &str) {
    let schedule = schedule("every 1m");
    let ended = Ended {
        by_hand,
        counters: Counters {
            runs: 4,
            successes: 2,
            failures: 3,
        },
        ..ended(schedule.as_ref(), outcome, "11:00")
    };
    assert_eq!(shown(&after_run(&ended)), expected);
}

/// A Task of every minute that keeps failing.
#[rstest]
#[case::first(0, "10:11")]
#[case::second(1, "10:15")]
#[case::third(2, "10:25")]
#[case::fourth(3, "11:10")]
#[case::fifth(4, "12:10")]
#[case::sixth(5, "14:10")]
#[case::ninth(8, "2026-02-09T10:10")]
#[case::at_the_end_of_counting(u32::MAX, "2026-02-09T10:10")]
fn failures_wait_longer_each_time(#[case] failures: u32, #[case] expected: &str) {
    let schedule = schedule("every 1m");
    let mut ended = ended(schedule.as_ref(), Error, "10:11");
    ended.counters.failures = failures;
    let after = after_run(&ended);
    assert_eq!(after.next_ms.map(clock).as_deref(), Some(expected));
    assert_eq!(after.tell_failure, failures == 0);
    ended.outcome = Well;
    assert_eq!(after_run(&ended).counters.failures, 0);
    assert_eq!(after_run(&ended).next_ms.map(clock).as_deref(), Some("10:11"));
}

#[rstest]
#[case::of_working_hours("cron 0 8-17 * * *", 4, "13:00")]
#[case::out_of_hours("cron 0 8-11 * * *", 4, "2026-02-09T08:00")]
#[case::daily_is_never_sooner("daily at 9:00", 0, "2026-02-09T09:00")]
#[case::daily_is_daily_however_often_it_fails("daily at 10:00", 20, "2026-02-09T10:00")]
#[case::within_an_hour_of_the_next("daily at 10:30", 20, "2026-02-09T10:30")]
#[case::workdays_too("weekdays at 10:00", 20, "2026-02-09T10:00")]
#[case::twice_a_day_waits_a_day("cron 0 0,12 * * *", 20, "2026-02-09T12:00")]
fn waiting_keeps_to_the_schedule(#[case] text: &str, #[case] failures: u32, #[case] expected: &str) {
    let schedule = schedule(text);
    let next = timing(schedule.as_ref())
        .next_after(at("10:10"))
        .map(clock)
        .unwrap();
    let mut ended = ended(schedule.as_ref(), Error, &next);
    ended.counters.failures = failures;
    assert_eq!(after_run(&ended).next_ms.map(clock).as_deref(), Some(expected));
}

#[rstest]
#[case::by_word("", "5/3/0 active -")]
#[case::not_yet_looked_at("11:00", "5/3/0 active 11:00")]
fn one_that_only_runs_when_told_to_goes_on(#[case] next: &str, #[case] expected: &str) {
    let ended = Ended {
        made_for_it: false,
        ..ended(None, Well, next)
    };
    assert_eq!(shown(&after_run(&ended)), expected);
}
