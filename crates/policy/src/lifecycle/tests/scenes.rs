//! What an operator or WhatsApp does, and what the account does then.

use rstest::rstest;

use super::*;

pub(super) fn armed(effects: &[Effect], kind: TimerKind) -> Option<u64> {
    effects.iter().find_map(|effect| match effect {
        Effect::Arm { timer, after_ms } if timer.kind == kind => Some(*after_ms),
        Effect::Arm { .. }
        | Effect::Spawn { .. }
        | Effect::AskShutdown
        | Effect::AskLogout
        | Effect::Probe
        | Effect::Signal(_)
        | Effect::SetAsideAuth
        | Effect::Report(_) => None,
    })
}

fn online() -> Bench {
    Bench::after(&[Input::Start, READY, Input::Opened].map(News::In))
}

pub(super) fn spawns(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Spawn { .. }))
}

/// Section 12 of the rules of connection, one row a case: the end of an open link, and what is left.
#[rstest]
#[case::s515_reconnects_at_once(CloseCause::RestartRequired, Status::Connecting, false)]
#[case::s408_428_backs_off(CloseCause::Lost, Status::BackingOff { delay_ms: 2_000 }, false)]
#[case::s500_backs_off_and_keeps_credentials(CloseCause::BadSession, Status::BackingOff { delay_ms: 2_000 }, false)]
#[case::s503_backs_off(CloseCause::Unavailable, Status::BackingOff { delay_ms: 2_000 }, false)]
#[case::no_name_backs_off(CloseCause::Unknown, Status::BackingOff { delay_ms: 2_000 }, false)]
#[case::overloaded_backs_off(CloseCause::Overloaded, Status::BackingOff { delay_ms: 2_000 }, false)]
#[case::pings_unanswered_backs_off(CloseCause::Unresponsive, Status::BackingOff { delay_ms: 2_000 }, false)]
#[case::left_unasked_backs_off(CloseCause::Shutdown, Status::BackingOff { delay_ms: 2_000 }, false)]
#[case::s440_stops(CloseCause::Replaced, Status::Replaced, false)]
#[case::s401_is_terminal(CloseCause::LoggedOut, Status::LoggedOut, true)]
#[case::s403_406_411_is_terminal(CloseCause::Forbidden, Status::Forbidden, true)]
#[case::s402_waits_for_its_end(
    CloseCause::Banned { expires_s: Some(60) },
    Status::Degraded(DegradedReason::Banned),
    false
)]
#[case::auth_files_not_saved(CloseCause::StorageFailed, Status::StorageFailed, false)]
#[case::s405_tries_the_next_version(CloseCause::ClientOutdated, Status::Connecting, false)]
#[case::untrusted_server(CloseCause::Untrusted, Status::Degraded(DegradedReason::Untrusted), false)]
#[case::unreadable_auth_is_not_touched(
    CloseCause::AuthUnreadable,
    Status::Degraded(DegradedReason::AuthUnreadable),
    false
)]
#[case::no_credentials(CloseCause::NotLinked, Status::Unlinked, false)]
#[case::codes_ran_out_without_a_login(CloseCause::LoginExpired, Status::Unlinked, false)]
fn ends_of_an_open_link(#[case] cause: CloseCause, #[case] status: Status, #[case] set_aside: bool) {
    let mut bench = online();
    let effects = bench.input(Input::Closed(cause));
    assert_eq!(effects.first(), Some(&Effect::AskShutdown));
    assert_eq!(armed(&effects, TimerKind::Grace), Some(5_000));
    assert_eq!(bench.machine.status(), status);
    assert!(bench.machine.has_process(), "it is still on its way out");
    assert!(!effects.contains(&Effect::SetAsideAuth));

    let effects = bench.input(Input::Exited);
    assert_eq!(effects.contains(&Effect::SetAsideAuth), set_aside);
    assert_eq!(bench.machine.status(), status);
    assert_eq!(spawns(&effects), status == Status::Connecting);
}

#[test]
fn a_login_by_qr() {
    let mut bench = Bench::new();
    let effects = bench.input(LOGIN);
    assert_eq!(
        effects.first(),
        Some(&Effect::Spawn {
            version: VersionChoice::Pinned,
            login: Some(LoginMethod::Qr)
        })
    );
    assert_eq!(armed(&effects, TimerKind::LoginDeadline), Some(300_000));
    bench.input(EMPTY);
    assert_eq!(bench.input(Input::QrShown), [Effect::Report(Status::Linking)]);
    assert_eq!(bench.input(Input::QrShown), [], "the next code of the same login");
    assert_eq!(bench.input(Input::Scanned), []);
    bench.input(Input::Closed(CloseCause::RestartRequired));
    assert_eq!(bench.machine.login_in_progress(), Some(LoginMethod::Qr));
    assert!(spawns(&bench.input(Input::Exited)));
    bench.input(READY);
    let effects = bench.input(Input::Opened);
    assert_eq!(effects.last(), Some(&Effect::Report(Status::Ready)));
    assert_eq!(bench.machine.login_in_progress(), None);
    assert_eq!(
        bench.step(&News::Latest(TimerKind::LoginDeadline)),
        [],
        "the login is over"
    );
}

#[test]
fn codes_that_run_out_are_replaced_until_the_deadline() {
    let mut bench = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    let deadline = bench.latest(TimerKind::LoginDeadline);
    bench.input(Input::Closed(CloseCause::LoginExpired));
    let effects = bench.input(Input::Exited);
    assert_eq!(
        effects.first(),
        Some(&Effect::Spawn {
            version: VersionChoice::Pinned,
            login: Some(LoginMethod::Qr)
        })
    );
    assert_eq!(
        armed(&effects, TimerKind::LoginDeadline),
        None,
        "the first deadline keeps running"
    );
    bench.input(EMPTY);
    bench.input(Input::QrShown);
    let effects = bench.input(Input::Fired(deadline));
    assert_eq!(effects.last(), Some(&Effect::Report(Status::Unlinked)));
    assert!(!spawns(&bench.input(Input::Exited)));
    assert_eq!(bench.machine.login_in_progress(), None);
}

#[test]
fn the_deadline_holds_between_two_processes_as_well() {
    let mut bench = Bench::after(
        &[
            LOGIN,
            EMPTY,
            Input::QrShown,
            Input::Closed(CloseCause::LoginExpired),
        ]
        .map(News::In),
    );
    bench.step(&News::Latest(TimerKind::LoginDeadline));
    assert!(!spawns(&bench.input(Input::Exited)));
    assert_eq!(bench.machine.status(), Status::Unlinked);
}

#[rstest]
#[case::crash_while_a_code_shows(vec![LOGIN, EMPTY, Input::QrShown, Input::Exited])]
#[case::lost_while_a_code_shows(vec![LOGIN, EMPTY, Input::QrShown, Input::Closed(CloseCause::Lost), Input::Exited])]
#[case::no_process(vec![LOGIN, spawn_failed()])]
#[case::no_answer(vec![LOGIN, EMPTY, Input::QrShown, Input::Unresponsive, Input::Exited])]
fn a_failed_login_rests(#[case] path: Vec<Input>) {
    let bench = Bench::after(&path.into_iter().map(News::In).collect::<Vec<_>>());
    assert_eq!(bench.machine.status(), Status::Unlinked);
    assert!(!bench.machine.has_process());
    assert_eq!(bench.machine.login_in_progress(), None);
}

#[test]
fn a_login_beside_a_healthy_link_costs_nothing() {
    assert_eq!(online().input(LOGIN), []);
}

#[test]
fn a_second_login_command_keeps_the_first_code() {
    let mut bench = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    assert_eq!(bench.input(LOGIN), []);
}

#[test]
fn a_second_login_command_in_the_other_way_takes_the_place_of_the_first() {
    let mut bench = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    let effects = bench.input(Input::Login(LoginMethod::Code));
    assert!(effects.contains(&Effect::AskShutdown), "{effects:?}");
    let effects = bench.input(Input::Exited);
    assert_eq!(
        effects.first(),
        Some(&Effect::Spawn {
            version: VersionChoice::Pinned,
            login: Some(LoginMethod::Code)
        })
    );
}

#[test]
fn a_login_after_being_logged_out_starts_without_the_old_credentials() {
    let mut bench = online();
    bench.input(Input::Closed(CloseCause::LoggedOut));
    bench.input(LOGIN);
    let effects = bench.input(Input::Exited);
    assert_eq!(effects.first(), Some(&Effect::SetAsideAuth));
    assert_eq!(
        effects.get(1),
        Some(&Effect::Spawn {
            version: VersionChoice::Pinned,
            login: Some(LoginMethod::Qr)
        })
    );
}

#[test]
fn an_account_without_credentials_rests_until_somebody_links_it() {
    let mut bench = Bench::after(&[Input::Start, EMPTY, Input::Exited].map(News::In));
    assert_eq!(bench.machine.status(), Status::Unlinked);
    assert!(spawns(&bench.input(LOGIN)));
}

#[test]
fn a_crash_while_online_is_back_at_once_and_then_backs_off() {
    let mut bench = online();
    assert!(spawns(&bench.input(Input::Exited)));
    bench.input(READY);
    bench.input(Input::Opened);
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(2_000)
    );
    bench.step(&News::Latest(TimerKind::Backoff));
    bench.input(READY);
    bench.input(Input::Opened);
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(3_600)
    );
}

#[test]
fn half_a_minute_online_forgives() {
    let mut bench = online();
    bench.input(Input::Exited);
    bench.input(READY);
    bench.input(Input::Opened);
    assert_eq!(bench.step(&News::Latest(TimerKind::Stable)), []);
    assert!(
        spawns(&bench.input(Input::Exited)),
        "as if it were the first time"
    );
}

#[test]
fn merely_opening_forgives_nothing() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    let mut delays = vec![];
    for _ in 0..4 {
        bench.input(READY);
        bench.input(Input::Opened);
        bench.input(Input::Closed(CloseCause::Lost));
        delays.extend(armed(&bench.input(Input::Exited), TimerKind::Backoff));
        bench.step(&News::Latest(TimerKind::Backoff));
    }
    assert_eq!(delays, [2_000, 3_600, 6_480, 11_664]);
}

#[test]
fn a_first_respawn_can_be_made_to_wait() {
    let mut bench = Bench::with(Settings {
        first_respawn_ms: 700,
        ..Settings::default()
    });
    for input in [Input::Start, READY, Input::Opened] {
        bench.input(input);
    }
    assert_eq!(armed(&bench.input(Input::Exited), TimerKind::Backoff), Some(700));
}

#[test]
fn a_stalled_process_is_replaced_at_once_when_it_was_online() {
    let mut bench = online();
    assert_eq!(
        bench.input(Input::Unresponsive).first(),
        Some(&Effect::AskShutdown)
    );
    assert!(spawns(&bench.input(Input::Exited)));
}

#[test]
fn who_does_not_leave_is_told_and_then_killed() {
    let mut bench = online();
    bench.input(Input::Stop);
    let grace = News::Latest(TimerKind::Grace);
    assert_eq!(bench.step(&grace).first(), Some(&Effect::Signal(Signal::Term)));
    assert_eq!(bench.step(&grace).first(), Some(&Effect::Signal(Signal::Kill)));
    assert_eq!(bench.step(&grace).first(), Some(&Effect::Signal(Signal::Kill)));
    assert_eq!(bench.input(Input::Exited), []);
    assert_eq!(bench.machine.status(), Status::Suspended);
}

#[test]
fn a_logout_unlinks_on_the_other_side_and_sets_the_files_aside_at_the_end() {
    let mut bench = online();
    let effects = bench.input(Input::Logout);
    assert_eq!(effects.first(), Some(&Effect::AskLogout));
    assert!(
        !effects.contains(&Effect::AskShutdown),
        "it leaves by itself once it is unlinked"
    );
    assert_eq!(bench.input(Input::Closed(CloseCause::LoggedOut)), []);
    assert_eq!(bench.input(Input::Exited), [Effect::SetAsideAuth]);
    assert_eq!(bench.machine.status(), Status::Unlinked);
}

#[test]
fn a_logout_at_rest_sets_the_files_aside() {
    assert_eq!(
        Bench::new().input(Input::Logout),
        [Effect::SetAsideAuth, Effect::Report(Status::Unlinked)]
    );
}

#[test]
fn a_replaced_login_comes_back_by_command_only() {
    for command in [Input::Start, Input::Restart, LOGIN] {
        let mut bench = online();
        bench.input(Input::Closed(CloseCause::Replaced));
        bench.input(Input::Exited);
        for kind in KINDS {
            assert_eq!(bench.step(&News::Latest(kind)), []);
        }
        assert!(spawns(&bench.input(command)));
    }
}

#[test]
fn another_protocol_halts() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    bench.input(hello_rejected());
    assert!(!spawns(&bench.input(Input::Exited)));
    assert_eq!(
        bench.machine.status(),
        Status::Degraded(DegradedReason::ProtocolMismatch)
    );
}

#[test]
fn unreadable_auth_is_said_before_ready() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    bench.input(Input::Closed(CloseCause::AuthUnreadable));
    assert_eq!(bench.input(Input::Exited), []);
    assert_eq!(
        bench.machine.status(),
        Status::Degraded(DegradedReason::AuthUnreadable)
    );
}

#[rstest]
#[case::no_hello(vec![], TimerKind::Handshake)]
#[case::no_link(vec![READY], TimerKind::Link)]
fn silence_is_a_failure(#[case] path: Vec<Input>, #[case] kind: TimerKind) {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    for input in path {
        bench.input(input);
    }
    assert_eq!(bench.step(&News::Old(kind)), [], "an old timer says nothing");
    assert_eq!(
        bench.step(&News::Latest(kind)).first(),
        Some(&Effect::AskShutdown)
    );
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(2_000)
    );
}

#[test]
fn a_thousand_starts_make_one_process() {
    let mut bench = online();
    for _ in 0..1_000 {
        assert_eq!(bench.input(Input::Start), []);
    }
}

#[test]
fn stop_wins_over_what_was_to_come() {
    let mut bench = online();
    bench.input(Input::Restart);
    bench.input(Input::Stop);
    assert!(!spawns(&bench.input(Input::Exited)));
    assert_eq!(bench.machine.status(), Status::Suspended);
}

#[test]
fn other_times_hold_from_the_next_wait_on_and_change_nothing_else() {
    let mut bench = online();
    bench.machine.set_settings(Settings {
        backoff: BackoffSettings {
            initial_ms: 70,
            ..BackoffSettings::default()
        },
        ..Settings::default()
    });
    assert_eq!(bench.machine.status(), Status::Ready);
    bench.input(Input::Closed(CloseCause::Lost));
    assert_eq!(bench.machine.status(), Status::BackingOff { delay_ms: 70 });
}
