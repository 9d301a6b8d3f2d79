//! Bans, the breaker, memory, sleep, restored credentials, and a process that is not waited for.

use rstest::rstest;

use super::scenes::{armed, spawns};
use super::*;

fn online() -> Bench {
    Bench::after(&[Input::Start, READY, Input::Opened].map(News::In))
}

fn banned(expires_s: Option<u64>) -> Input {
    Input::Closed(CloseCause::Banned { expires_s })
}

/// A process that breaks at once, as often as this, each time started by the wait before.
fn breaking(times: usize) -> Bench {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    for broken in 1..=times {
        bench.input(Input::Exited);
        if broken < times {
            bench.step(&News::Latest(TimerKind::Backoff));
        }
    }
    bench
}

#[test]
fn a_ban_is_waited_for_as_long_as_it_says_and_a_day_if_it_does_not() {
    for (expires_s, expected) in [(Some(600), 600_000), (None, 86_400_000)] {
        let mut bench = online();
        bench.input(banned(expires_s));
        assert_eq!(bench.machine.next_attempt_ms(), Some(expected));
        assert_eq!(
            armed(&bench.input(Input::Exited), TimerKind::Backoff),
            Some(expected)
        );
        assert_eq!(bench.machine.status(), Status::Degraded(DegradedReason::Banned));
        assert!(spawns(&bench.step(&News::Latest(TimerKind::Backoff))));
        assert_eq!(bench.now_ms, expected);
    }
}

#[test]
fn a_ban_that_says_nonsense_makes_neither_a_storm_nor_an_endless_wait() {
    let mut bench = online();
    let mut waits = vec![];
    for expires_s in [0, 0, u64::MAX] {
        bench.input(banned(Some(expires_s)));
        waits.extend(armed(&bench.input(Input::Exited), TimerKind::Backoff));
        bench.step(&News::Latest(TimerKind::Backoff));
        bench.input(READY);
    }
    assert_eq!(waits, [2_000, 3_600, 365 * 86_400_000]);
}

#[test]
fn what_is_left_of_a_ban_outlives_the_gateway_and_a_command_cuts_it_short() {
    let mut bench = Bench::new();
    let effects = bench.input(Input::StillBanned { rest_ms: 5_000 });
    assert!(!spawns(&effects));
    assert_eq!(armed(&effects, TimerKind::Backoff), Some(5_000));
    assert_eq!(bench.machine.status(), Status::Degraded(DegradedReason::Banned));
    assert!(spawns(&bench.input(Input::Start)));
}

#[test]
fn a_ban_during_a_login_ends_the_login() {
    let mut bench = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    bench.input(banned(Some(60)));
    assert_eq!(bench.machine.login_in_progress(), None);
    assert_eq!(bench.input(Input::Exited).len(), 1, "the wait");
}

#[test]
fn b8_five_broken_processes_open_the_breaker_and_four_do_not() {
    let four = breaking(4);
    assert_eq!(four.machine.status().as_str(), "backing_off");
    let mut five = breaking(5);
    assert_eq!(five.machine.status(), Status::BreakerOpen);
    assert_eq!(five.machine.next_attempt_ms(), Some(five.now_ms + 300_000));
    let effects = five.step(&News::Latest(TimerKind::Backoff));
    assert!(spawns(&effects));
    assert_eq!(
        armed(&five.input(Input::Exited), TimerKind::Backoff),
        Some(300_000),
        "one more keeps it open"
    );
}

#[test]
fn broken_processes_that_are_far_apart_open_nothing() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    for _ in 0..20 {
        bench.input(Input::Exited);
        assert_eq!(bench.machine.status().as_str(), "backing_off");
        bench.step(&News::Latest(TimerKind::Backoff));
        bench.step(&News::Pass(20_000));
    }
}

#[test]
fn an_end_with_a_reason_is_no_broken_process() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    for _ in 0..20 {
        bench.input(READY);
        bench.input(Input::Closed(CloseCause::Lost));
        bench.input(Input::Exited);
        assert_eq!(bench.machine.status().as_str(), "backing_off");
        bench.step(&News::Latest(TimerKind::Backoff));
    }
}

#[test]
fn half_a_minute_online_closes_the_breaker_and_less_does_not() {
    let reopened = |held: bool| {
        let mut bench = breaking(5);
        bench.step(&News::Latest(TimerKind::Backoff));
        bench.input(READY);
        bench.input(Input::Opened);
        assert_eq!(bench.machine.status(), Status::Ready);
        if held {
            bench.step(&News::Latest(TimerKind::Stable));
        }
        bench.input(Input::Exited);
        bench.machine.status()
    };
    assert_eq!(reopened(false), Status::BreakerOpen);
    assert_eq!(reopened(true), Status::Connecting);
}

#[test]
fn a_command_closes_the_breaker() {
    let mut bench = breaking(5);
    assert!(spawns(&bench.input(Input::Start)));
    bench.input(Input::Exited);
    assert_eq!(bench.machine.status().as_str(), "backing_off");
}

#[test]
fn the_breaker_follows_its_settings() {
    let mut bench = Bench::with(Settings {
        breaker_exits: 1,
        breaker_retry_ms: 9_000,
        ..Settings::default()
    });
    bench.input(Input::Start);
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(9_000)
    );
    assert_eq!(bench.machine.status(), Status::BreakerOpen);
}

#[test]
fn a_process_that_is_too_big_is_replaced_at_once_three_times_and_then_later() {
    let mut bench = online();
    for _ in 0..3 {
        assert_eq!(bench.input(Input::OverMemory).first(), Some(&Effect::AskShutdown));
        assert_eq!(bench.machine.status(), Status::Connecting);
        assert!(spawns(&bench.input(Input::Exited)));
        bench.input(READY);
        bench.input(Input::Opened);
    }
    bench.input(Input::OverMemory);
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(300_000)
    );
    assert_eq!(
        bench.machine.status(),
        Status::Degraded(DegradedReason::OverMemory)
    );
}

#[test]
fn being_too_big_now_and_then_is_no_failure() {
    let mut bench = online();
    for _ in 0..20 {
        bench.step(&News::Pass(400_000));
        bench.input(Input::OverMemory);
        assert!(spawns(&bench.input(Input::Exited)));
        bench.input(READY);
        bench.input(Input::Opened);
    }
    assert!(
        spawns(&bench.input(Input::Exited)),
        "the first loss is still free"
    );
}

#[test]
fn an_awakening_asks_an_open_link_and_leaves_one_that_answers() {
    let mut bench = online();
    assert_eq!(bench.input(Input::Woke), [Effect::Probe]);
    assert_eq!(bench.machine.status(), Status::Ready);
    bench.input(Input::ProbeFailed);
    assert!(spawns(&bench.input(Input::Exited)));
}

#[test]
fn an_awakening_ends_a_wait_after_a_failure_but_only_once_a_minute() {
    let mut bench = Bench::after(&[Input::Start, Input::Exited].map(News::In));
    assert!(spawns(&bench.input(Input::Woke)));
    bench.input(Input::Exited);
    assert!(!spawns(&bench.input(Input::Woke)), "it dozes");
    assert_eq!(bench.machine.status().as_str(), "backing_off");
    bench.step(&News::Pass(60_000));
    assert!(spawns(&bench.input(Input::Woke)));
}

#[test]
fn a_sleep_counts_as_waiting_for_the_end_of_a_ban() {
    let mut bench = online();
    bench.input(banned(Some(3_600)));
    bench.input(Input::Exited);
    bench.step(&News::Pass(600_000));
    let effects = bench.input(Input::Woke);
    assert!(!spawns(&effects));
    assert_eq!(armed(&effects, TimerKind::Backoff), Some(3_000_000));
    bench.step(&News::Pass(3_000_000));
    assert!(spawns(&bench.input(Input::Woke)));
}

#[test]
fn restored_credentials_are_shown_until_the_link_has_held() {
    let mut bench = Bench::after(&[Input::Start, Input::Restored, READY, Input::Opened].map(News::In));
    let shown = Status::Degraded(DegradedReason::CredsRestored);
    assert_eq!(bench.machine.status(), shown);
    assert!(bench.machine.is_online());
    assert_eq!(
        bench.step(&News::Latest(TimerKind::Stable)),
        [Effect::Report(Status::Ready)]
    );
}

#[rstest]
#[case::replaced(CloseCause::Replaced, Status::Replaced)]
#[case::logged_out(CloseCause::LoggedOut, Status::LoggedOut)]
#[case::forbidden(CloseCause::Forbidden, Status::Forbidden)]
#[case::banned(CloseCause::Banned { expires_s: Some(600) }, Status::Degraded(DegradedReason::Banned))]
#[case::lost(CloseCause::Lost, Status::Suspended)]
fn why_the_link_ended_is_kept_when_the_gateway_ends_before_the_process(
    #[case] cause: CloseCause,
    #[case] kept: Status,
) {
    let path = [Input::Start, READY, Input::Opened, Input::Closed(cause)];
    let mut bench = Bench::after(&path.map(News::In));
    bench.input(Input::ShutDown);
    let effects = bench.input(Input::Exited);
    assert!(!spawns(&effects));
    assert_eq!(bench.machine.status(), kept);
}

#[test]
fn an_operator_who_stops_it_while_it_leaves_has_it_stopped() {
    let path = [
        READY,
        Input::Closed(CloseCause::Replaced),
        Input::Stop,
        Input::Exited,
    ];
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    for input in path {
        bench.input(input);
    }
    assert_eq!(bench.machine.status(), Status::Suspended);
}

#[test]
fn the_end_of_a_wait_is_told_again_where_the_process_took_its_time_to_leave() {
    let path = [Input::Start, READY, Input::Closed(CloseCause::Lost)];
    let mut bench = Bench::after(&path.map(News::In));
    assert_eq!(bench.machine.next_attempt_ms(), Some(2_000));
    bench.step(&News::Pass(4_000));
    let effects = bench.input(Input::Exited);
    let status = Status::BackingOff { delay_ms: 2_000 };
    assert_eq!(effects.last(), Some(&Effect::Report(status)));
    assert_eq!(bench.machine.next_attempt_ms(), Some(6_000));
    assert_eq!(bench.input(Input::StorageBack), [], "once");
}

#[test]
fn a_login_in_vain_does_not_unlink_what_is_linked() {
    let scanned = [
        EMPTY,
        Input::QrShown,
        Input::Scanned,
        Input::Closed(CloseCause::RestartRequired),
        Input::Exited,
        READY,
        Input::Closed(CloseCause::Lost),
        Input::Exited,
    ];
    let in_vain: [(&str, &[Input]); 4] = [
        ("lost after the scan", &scanned),
        ("no process", &[Input::SpawnFailed(String::new())]),
        (
            "no network",
            &[READY, Input::Closed(CloseCause::Lost), Input::Exited],
        ),
        ("crash", &[READY, Input::Exited]),
    ];
    for (why, course) in in_vain {
        let mut bench = Bench::new();
        bench.machine.set_linked(true);
        bench.input(Input::Start);
        bench.input(Input::SpawnFailed(String::new()));
        bench.input(LOGIN);
        for input in course {
            bench.input(input.clone());
        }
        assert!(
            matches!(bench.machine.status(), Status::BackingOff { .. }),
            "{why}: {}",
            bench.machine.status()
        );
        let again = bench.step(&News::Latest(TimerKind::Backoff));
        assert!(spawns(&again), "{why}: it comes back by itself");
        assert_eq!(bench.machine.login_in_progress(), None);
    }
}

#[test]
fn a_login_that_takes_too_long_does_not_unlink_what_is_linked() {
    let mut bench = Bench::after(&[LOGIN, READY].map(News::In));
    bench.step(&News::Latest(TimerKind::LoginDeadline));
    assert!(matches!(bench.machine.status(), Status::BackingOff { .. }));
    let mut bench = Bench::after(&[LOGIN, EMPTY].map(News::In));
    bench.step(&News::Latest(TimerKind::LoginDeadline));
    assert_eq!(bench.machine.status(), Status::Unlinked);
}

#[test]
fn what_was_unlinked_stays_so_after_a_login_in_vain() {
    let path = [
        Input::Start,
        READY,
        Input::Opened,
        Input::Logout,
        Input::Exited,
        LOGIN,
    ];
    let mut bench = Bench::after(&path.map(News::In));
    bench.input(Input::SpawnFailed(String::new()));
    assert_eq!(bench.machine.status(), Status::Unlinked);
}

#[test]
fn a_process_that_is_not_ready_is_not_waited_for() {
    for (command, status, again) in [
        (Input::Stop, Status::Suspended, false),
        (Input::ShutDown, Status::Suspended, false),
        (Input::Restart, Status::Connecting, true),
    ] {
        let mut bench = Bench::after(&[News::In(Input::Start)]);
        let effects = bench.input(command.clone());
        assert_eq!(
            effects.first(),
            Some(&Effect::Signal(Signal::Kill)),
            "{command:?}"
        );
        assert_eq!(spawns(&bench.input(Input::Exited)), again, "{command:?}");
        assert_eq!(bench.machine.status(), status, "{command:?}");
    }
}
