//! Refused versions, restarts on demand, and commands that are repeated.

use super::scenes::{armed, spawns};
use super::*;

/// The version that the first effect starts a process with.
fn version(effects: &[Effect]) -> Option<VersionChoice> {
    effects.iter().find_map(|effect| match effect {
        Effect::Spawn { version, .. } => Some(*version),
        Effect::AskShutdown
        | Effect::AskLogout
        | Effect::Probe
        | Effect::Signal(_)
        | Effect::Arm { .. }
        | Effect::SetAsideAuth
        | Effect::Report(_) => None,
    })
}

#[test]
fn a_refused_version_is_followed_by_the_next_and_three_by_an_hour_of_waiting() {
    let mut bench = Bench::after(&[Input::Start, READY].map(News::In));
    for expected in [VersionChoice::LastGood, VersionChoice::Live] {
        bench.input(Input::Closed(CloseCause::ClientOutdated));
        assert_eq!(version(&bench.input(Input::Exited)), Some(expected));
        bench.input(READY);
    }
    bench.input(Input::Closed(CloseCause::ClientOutdated));
    let effects = bench.input(Input::Exited);
    assert_eq!(
        (version(&effects), armed(&effects, TimerKind::Backoff)),
        (None, Some(3_600_000))
    );
    assert_eq!(bench.machine.status(), Status::ClientOutdated);
    let effects = bench.step(&News::Latest(TimerKind::Backoff));
    assert_eq!(version(&effects), Some(VersionChoice::Pinned));
}

#[test]
fn the_version_that_was_accepted_is_kept() {
    let mut bench = Bench::after(&[Input::Start, READY].map(News::In));
    bench.input(Input::Closed(CloseCause::ClientOutdated));
    bench.input(Input::Exited);
    bench.input(READY);
    bench.input(Input::Opened);
    bench.input(Input::Closed(CloseCause::RestartRequired));
    assert_eq!(
        version(&bench.input(Input::Exited)),
        Some(VersionChoice::LastGood)
    );
}

#[test]
fn restarts_on_demand_without_end_are_waited_for() {
    let mut bench = Bench::after(&[Input::Start, READY].map(News::In));
    for _ in 0..3 {
        bench.input(Input::Closed(CloseCause::RestartRequired));
        assert!(spawns(&bench.input(Input::Exited)));
        bench.input(READY);
    }
    bench.input(Input::Closed(CloseCause::RestartRequired));
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(2_000)
    );
}

#[test]
fn being_told_to_connect_a_thousand_times_makes_one_process() {
    let mut bench = Bench::new();
    let mut started = 0;
    for _ in 0..500 {
        started += usize::from(spawns(&bench.input(Input::Start)));
    }
    bench.input(READY);
    bench.input(Input::Opened);
    for _ in 0..500 {
        started += usize::from(spawns(&bench.input(Input::Start)));
    }
    assert_eq!(started, 1);
}
