//! An account to which nothing happens, for however long.

use super::scenes::armed;
use super::*;

#[test]
fn b3_an_open_link_waits_for_nothing_once_it_is_stable() {
    let mut bench = Bench::after(&[Input::Start, READY].map(News::In));
    let opened = bench.input(Input::Opened);
    assert_eq!(armed(&opened, TimerKind::Stable), Some(30_000));
    let waits_for = |effects: &[Effect]| {
        KINDS
            .map(|kind| armed(effects, kind))
            .into_iter()
            .flatten()
            .count()
    };
    assert_eq!(waits_for(&opened), 1, "for that alone");
    // Only timers happen here: whatever was armed before, none of them touches the process.
    for kind in KINDS {
        assert_eq!(bench.step(&News::Latest(kind)), [], "{kind:?}");
    }
    assert_eq!(bench.machine.status(), Status::Ready);
    assert!(bench.machine.has_process());
}
