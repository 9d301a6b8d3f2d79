//! The clock of a simulation. It is the whole process's, so this test has a program of its own.

use std::time::Duration;

use fased::clock::{RealClock, advance, now_ms, simulate, simulated, until};

#[tokio::test]
async fn only_a_simulated_clock_is_moved_and_whoever_waits_for_a_time_is_woken() {
    assert_eq!((simulated(), advance(1000)), (None, Err(RealClock)));
    simulate(0);
    let before = now_ms();
    let waiting = until(before + 3_600_000);
    tokio::pin!(waiting);
    let early = tokio::time::timeout(Duration::from_millis(20), &mut waiting).await;
    assert!(early.is_err(), "an hour passed by itself");
    advance(3_600_000).expect("it is simulated");
    tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .expect("whoever waits is woken");
    assert!(now_ms() >= before + 3_600_000);
    assert_eq!(simulated(), Some(3_600_000));
}
