//! The clock of a simulation. It is the whole process's, so this test has a program of its own.

use std::time::Duration;

use fased::clock::{MOST_SIMULATED_MS, Unmoved, advance, moved, now_ms, simulate, simulated};

#[tokio::test]
async fn only_a_simulated_clock_is_moved_and_whoever_waits_for_a_time_is_woken() {
    assert_eq!((simulated(), advance(1000)), (None, Err(Unmoved::Real)));
    assert_eq!(simulate(MOST_SIMULATED_MS + 1), Err(Unmoved::TooFar));
    assert_eq!(simulated(), None, "what was refused has changed nothing");
    simulate(0).expect("it is now");
    let before = now_ms();
    // Not polled before the move.
    let woken = moved();
    advance(3_600_000).expect("it is simulated");
    tokio::time::timeout(Duration::from_secs(5), woken)
        .await
        .expect("whoever waits is woken");
    assert!(now_ms() >= before + 3_600_000);
    assert_eq!(simulated(), Some(3_600_000));
    assert_eq!(advance(MOST_SIMULATED_MS), Err(Unmoved::TooFar), "in sum");
    assert_eq!(advance(i64::MAX), Err(Unmoved::TooFar));
    assert_eq!(simulated(), Some(3_600_000));
    assert_eq!(simulate(-MOST_SIMULATED_MS), Ok(()));
}
