//! The only place that asks what time it is, waits, or rolls dice.
#![allow(clippy::disallowed_methods, reason = "this module is what the ban points to")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Wall clock, Unix milliseconds. For records and for people; never for measuring.
#[must_use]
pub fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Monotonic clock, for deadlines.
#[must_use]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// Waits.
pub async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// A fraction in 0.0..1.0 from the operating system, for jitter.
#[must_use]
pub fn chance() -> f64 {
    let bytes: [u8; 4] = random();
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

/// Bytes from the operating system's random source.
///
/// # Panics
/// When the operating system has none, in which case nothing here could be trusted.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has a random source");
    bytes
}
