use rstest::rstest;

use super::*;

const HOUR_MS: i64 = 3_600_000;

/// A tick of five seconds, and what was different about it.
#[rstest]
#[case::nothing(5_000, 5_000, 5_000, None, None)]
#[case::busy(9_000, 9_000, 9_000, None, None)]
#[case::b4_slept(605_000, 5_000, 605_000, Some(Gap::Slept { ms: 600_000 }), None)]
#[case::dozed(9_900, 5_000, 9_900, None, None)]
#[case::b4_stood_still(95_000, 95_000, 95_000, Some(Gap::StoodStill { ms: 95_000 }), None)]
#[case::b4_wall_ahead(5_000, 5_000, 5_000 + 8 * HOUR_MS, None, Some(8 * HOUR_MS))]
#[case::b4_wall_back(5_000, 5_000, 5_000 - HOUR_MS, None, Some(-HOUR_MS))]
#[case::slept_and_set(605_000, 5_000, 5_000, Some(Gap::Slept { ms: 600_000 }), Some(-600_000))]
fn between_two_ticks(
    #[case] boot: u64,
    #[case] monotonic: u64,
    #[case] wall: i64,
    #[case] gap: Option<Gap>,
    #[case] wall_set_ms: Option<i64>,
) {
    let before = Reading {
        boot_ms: 1_000_000,
        monotonic_ms: 900_000,
        wall_ms: 1_700_000_000_000,
    };
    let after = Reading {
        boot_ms: before.boot_ms + boot,
        monotonic_ms: before.monotonic_ms + monotonic,
        wall_ms: before.wall_ms + wall,
    };
    let mut detector = Detector::new(before);
    assert_eq!(detector.look(after), Seen { gap, wall_set_ms });
    let quiet = Seen {
        gap: None,
        wall_set_ms: None,
    };
    assert_eq!(detector.look(after), quiet, "each gap is told once");
}

#[test]
fn the_clocks_of_this_host_can_be_read() {
    let now = Reading::now();
    // They are read one after the other, the one that counts sleep first.
    let later = now.monotonic_ms - now.monotonic_ms.min(now.boot_ms);
    assert!(now.boot_ms > 0 && later < 1_000, "{now:?}");
}
