//! A disk that takes nothing: no process, nothing lost, and back by itself.

use super::scenes::{armed, spawns};
use super::*;

#[test]
fn a_full_disk_closes_the_link_and_a_writable_one_opens_it() {
    let mut bench = Bench::after(&[Input::Start, READY, Input::Opened].map(News::In));
    let effects = bench.input(Input::StorageFailed);
    assert_eq!(effects.first(), Some(&Effect::AskShutdown));
    assert_eq!(effects.last(), Some(&Effect::Report(Status::StorageFailed)));
    assert_eq!(
        bench.input(Input::Exited),
        [],
        "no process, for it could not save its auth files"
    );
    for nothing in [
        Input::Start,
        Input::Restart,
        LOGIN,
        Input::Woke,
        Input::StorageFailed,
    ] {
        assert_eq!(bench.input(nothing), []);
    }
    assert!(spawns(&bench.input(Input::StorageBack)));
    bench.input(READY);
    assert_eq!(
        bench.input(Input::Opened).last(),
        Some(&Effect::Report(Status::Ready))
    );
}

#[test]
fn a_disk_that_is_back_before_the_process_has_left_costs_one_reconnect() {
    let mut bench = Bench::after(&[Input::Start, READY, Input::Opened].map(News::In));
    bench.input(Input::StorageFailed);
    assert_eq!(
        bench.input(Input::StorageBack),
        [Effect::Report(Status::Connecting)]
    );
    assert!(spawns(&bench.input(Input::Exited)));
}

#[test]
fn a_login_on_a_full_disk_ends_and_says_so() {
    let mut bench = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    let effects = bench.input(Input::StorageFailed);
    assert_eq!(effects.last(), Some(&Effect::Report(Status::StorageFailed)));
    assert_eq!(bench.machine.login_in_progress(), None);
    let mut bench = Bench::after(&[News::In(Input::StorageFailed)]);
    assert_eq!(bench.input(LOGIN), [Effect::Report(Status::StorageFailed)]);
}

#[test]
fn a_wait_after_a_failure_becomes_one_for_the_disk() {
    let mut bench = Bench::after(&[Input::Start, Input::Exited].map(News::In));
    assert_eq!(
        bench.input(Input::StorageFailed),
        [Effect::Report(Status::StorageFailed)]
    );
    assert_eq!(bench.step(&News::Latest(TimerKind::Backoff)), []);
    assert!(spawns(&bench.input(Input::StorageBack)));
}

#[test]
fn a_ban_is_waited_for_on_any_disk() {
    let banned = Input::Closed(CloseCause::Banned { expires_s: Some(60) });
    let mut bench = Bench::after(
        &[
            Input::Start,
            READY,
            Input::Opened,
            banned,
            Input::Exited,
            Input::StorageFailed,
        ]
        .map(News::In),
    );
    assert_eq!(bench.machine.status(), Status::Degraded(DegradedReason::Banned));
    assert!(!spawns(&bench.step(&News::Latest(TimerKind::Backoff))));
    assert_eq!(bench.machine.status(), Status::StorageFailed);
    assert!(spawns(&bench.input(Input::StorageBack)));
}

#[test]
fn auth_files_that_were_not_saved_are_tried_again_soon() {
    let mut bench = Bench::after(&[Input::Start, READY].map(News::In));
    bench.input(Input::Closed(CloseCause::StorageFailed));
    assert_eq!(bench.machine.status(), Status::StorageFailed);
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(5_000)
    );
    assert!(
        spawns(&bench.input(Input::StorageBack)),
        "at once where it is known to be writable"
    );
}

#[test]
fn at_rest_a_full_disk_changes_nothing_until_somebody_wants_to_connect() {
    let mut bench = Bench::after(&[Input::Start, Input::Stop, Input::Exited].map(News::In));
    assert_eq!(bench.input(Input::StorageFailed), []);
    assert_eq!(bench.input(Input::Start), [Effect::Report(Status::StorageFailed)]);
    assert!(spawns(&bench.input(Input::StorageBack)));
}

/// Online, and the sidecar cannot save its auth files, though a trial beside them goes well each time.
fn relapse(bench: &mut Bench) -> Vec<Effect> {
    bench.input(READY);
    bench.input(Input::Opened);
    bench.input(Input::Closed(CloseCause::StorageFailed));
    bench.input(Input::StorageFailed);
    bench.input(Input::Exited);
    bench.step(&News::Pass(1_000));
    bench.input(Input::StorageBack)
}

#[test]
fn a_trial_that_spoke_too_soon_is_followed_by_a_wait_and_then_by_the_breaker() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    assert!(spawns(&relapse(&mut bench)), "the first time it is believed");
    let mut waits = vec![];
    while waits.last() != Some(&300_000) && waits.len() < 9 {
        waits.extend(armed(&relapse(&mut bench), TimerKind::Backoff));
        assert!(!bench.machine.has_process());
        let again = bench.step(&News::Latest(TimerKind::Backoff));
        assert!(spawns(&again), "{waits:?}");
    }
    assert!(waits.len() > 1 && waits.is_sorted(), "{waits:?}");
    assert_eq!(waits.last(), Some(&300_000), "{waits:?}");
    assert_eq!(
        armed(&relapse(&mut bench), TimerKind::Backoff),
        Some(300_000),
        "and so on"
    );
}

#[test]
fn trouble_that_returns_later_is_trouble_anew() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    for _ in 0..3 {
        assert!(spawns(&relapse(&mut bench)));
        bench.step(&News::Pass(60_000));
    }
}

#[test]
fn trouble_that_is_over_before_the_process_has_left_is_no_way_around_the_wait() {
    let mut bench = Bench::after(&[News::In(Input::Start)]);
    relapse(&mut bench);
    bench.input(READY);
    bench.input(Input::StorageFailed);
    bench.input(Input::StorageBack);
    assert_eq!(bench.machine.status(), Status::StorageFailed);
    assert_eq!(
        armed(&bench.input(Input::Exited), TimerKind::Backoff),
        Some(2_000)
    );
}
