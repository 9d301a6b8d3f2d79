//! A login that is left by those who watched it.

use super::scenes::spawns;
use super::*;

#[test]
fn a_login_that_nobody_watches_ends() {
    let mut bench = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    let effects = bench.input(Input::LoginLeft);
    assert!(effects.contains(&Effect::AskShutdown), "{effects:?}");
    assert_eq!(bench.machine.status(), Status::Unlinked);
    // Whoever asks for one meanwhile gets it.
    bench.input(LOGIN);
    assert!(spawns(&bench.input(Input::Exited)));

    let mut early = Bench::after(&[LOGIN, Input::LoginLeft].map(News::In));
    assert_eq!(early.machine.login_in_progress(), None);
    early.input(EMPTY);
    assert_eq!(early.machine.status(), Status::Unlinked);
}

#[test]
fn nobody_who_leaves_a_login_unlinks_what_is_linked() {
    // The phone took the code, and the process starts again as the new device.
    let taken = [LOGIN, EMPTY, Input::QrShown, Input::Scanned];
    let restart = [
        Input::Closed(CloseCause::RestartRequired),
        Input::Exited,
        READY,
        Input::Opened,
    ];
    let course = [taken.as_slice(), &restart].concat();
    for left in taken.len()..=course.len() {
        let mut path = course.clone();
        path.insert(left, Input::LoginLeft);
        let mut bench = Bench::new();
        for input in path {
            let effects = bench.input(input);
            assert!(!effects.contains(&Effect::SetAsideAuth), "{left}: {effects:?}");
        }
        assert_eq!(bench.machine.status(), Status::Ready, "left after {left}");
    }
    // It took it just when the last one left.
    let late = [
        LOGIN,
        EMPTY,
        Input::QrShown,
        Input::LoginLeft,
        Input::Scanned,
        Input::Exited,
        READY,
        Input::Opened,
    ];
    assert_eq!(Bench::after(&late.map(News::In)).machine.status(), Status::Ready);
    // One was asked for of an account that was linked all the time.
    for known in [vec![LOGIN], vec![LOGIN, READY]] {
        let mut bench = Bench::after(&known.iter().cloned().map(News::In).collect::<Vec<_>>());
        bench.input(Input::LoginLeft);
        if known.len() == 1 {
            bench.input(READY);
        }
        bench.input(Input::Opened);
        assert_eq!(bench.machine.status(), Status::Ready, "{known:?}");
    }
}

#[test]
fn a_login_whose_code_was_taken_is_not_given_up() {
    let taken = [LOGIN, EMPTY, Input::QrShown, Input::Scanned];
    // The process dies before it is the new device, or all takes too long: what is on disk decides.
    for trouble in [Trouble::Exits, Trouble::TakesTooLong, Trouble::TakesTooLongLater] {
        let mut bench = Bench::after(&taken.clone().map(News::In));
        match trouble {
            Trouble::Exits => {}
            Trouble::TakesTooLong => {
                bench.step(&News::Latest(TimerKind::LoginDeadline));
            }
            Trouble::TakesTooLongLater => {
                bench.input(Input::Closed(CloseCause::RestartRequired));
                bench.step(&News::Latest(TimerKind::LoginDeadline));
            }
        }
        bench.input(Input::Exited);
        assert_eq!(bench.machine.login_in_progress(), None, "{trouble:?}");
        if matches!(bench.machine.status(), Status::BackingOff { .. }) {
            bench.step(&News::Latest(TimerKind::Backoff));
        }
        bench.input(READY);
        bench.input(Input::Opened);
        assert_eq!(bench.machine.status(), Status::Ready, "{trouble:?}");
    }
    // It took it just when its time was over.
    let mut late = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    late.step(&News::Latest(TimerKind::LoginDeadline));
    late.input(Input::Scanned);
    assert!(spawns(&late.input(Input::Exited)));
    // One that nobody took is.
    let mut vain = Bench::after(&[LOGIN, EMPTY, Input::QrShown].map(News::In));
    vain.step(&News::Latest(TimerKind::LoginDeadline));
    assert!(!spawns(&vain.input(Input::Exited)));
    assert_eq!(vain.machine.status(), Status::Unlinked);
}

#[derive(Debug, Clone, Copy)]
enum Trouble {
    Exits,
    TakesTooLong,
    TakesTooLongLater,
}
