//! The only place that asks what time it is, waits, or rolls dice.
#![allow(clippy::disallowed_methods, reason = "this module is what the ban points to")]

mod asleep;

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use asleep::{watch_forever, woke_ms, woken};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Names by how much a simulation has moved the wall clock already, in milliseconds. A process that is started with it
/// may have its clock moved further; any other refuses.
pub const SIMULATED: &str = "FASED_SIMULATED_CLOCK";

/// No simulation is further than this from the real time, in either direction; milliseconds. Ten years.
pub const MOST_SIMULATED_MS: i64 = 10 * 365 * 86_400_000;

static IS_SIMULATED: AtomicBool = AtomicBool::new(false);
static OFFSET_MS: AtomicI64 = AtomicI64::new(0);
static MOVED: Notify = Notify::const_new();

/// Why the wall clock stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmoved {
    /// This process's wall clock is that of the world, and nobody moves it.
    Real,
    /// It would be further from the real time than [`MOST_SIMULATED_MS`].
    TooFar,
}

impl std::fmt::Display for Unmoved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Real => f.write_str("the clock is real and cannot be moved: this is no simulation"),
            Self::TooFar => f.write_str("the clock of a simulation is at most ten years from the real time"),
        }
    }
}

impl std::error::Error for Unmoved {}

/// Wall clock, Unix milliseconds. For records and for people; never for measuring.
#[must_use]
pub fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let real = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
    real.saturating_add(OFFSET_MS.load(Ordering::Relaxed))
}

/// From now on the wall clock of this process may be moved, and is moved by so many milliseconds at once.
///
/// # Errors
/// Where that is too far; then nothing has changed.
pub fn simulate(offset_ms: i64) -> Result<(), Unmoved> {
    set(offset_ms)?;
    IS_SIMULATED.store(true, Ordering::Relaxed);
    Ok(())
}

/// By how many milliseconds a simulation has moved the wall clock; none where it is real.
#[must_use]
pub fn simulated() -> Option<i64> {
    IS_SIMULATED
        .load(Ordering::Relaxed)
        .then(|| OFFSET_MS.load(Ordering::Relaxed))
}

/// Moves the wall clock of a simulation on, and wakes whoever waits for a time. Deadlines are monotonic and stay.
///
/// # Errors
/// Where the clock is real, or that is too far; then nothing has changed.
pub fn advance(ms: i64) -> Result<(), Unmoved> {
    let offset = simulated().ok_or(Unmoved::Real)?;
    set(offset.saturating_add(ms))
}

fn set(offset_ms: i64) -> Result<(), Unmoved> {
    if offset_ms.unsigned_abs() > MOST_SIMULATED_MS.unsigned_abs() {
        return Err(Unmoved::TooFar);
    }
    OFFSET_MS.store(offset_ms, Ordering::Relaxed);
    MOVED.notify_waiters();
    Ok(())
}

/// Ends when the wall clock is moved after this call, be it polled yet or not. Ask for it before you read the clock, or
/// a move in between is missed.
pub fn moved() -> impl Future<Output = ()> {
    MOVED.notified()
}

/// Milliseconds since the host started, on and on, also while it sleeps: what the account machine counts by.
#[must_use]
pub fn boot_ms() -> u64 {
    asleep::Reading::now().boot_ms
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
