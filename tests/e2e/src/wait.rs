//! The two ways to wait: until something is so, or long enough to believe that it never will be.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The clock of these tests.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the one clock of these tests")]
pub fn now() -> Instant {
    Instant::now()
}

/// The wall clock, Unix seconds.
///
/// # Panics
/// When the clock is set before 1970.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the one clock of these tests")]
pub fn unix_now() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock that is set");
    i64::try_from(since_epoch.as_secs()).expect("a date")
}

/// Looks until there is something to see.
///
/// # Panics
/// When there is nothing within the deadline.
pub fn wait_for<T>(what: &str, deadline: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let end = now() + deadline;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(now() < end, "not within {deadline:?}: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Looks for that long and fails as soon as it is so.
///
/// # Panics
/// When it happens.
pub fn never_within(what: &str, span: Duration, mut happens: impl FnMut() -> bool) {
    let end = now() + span;
    while now() < end {
        assert!(!happens(), "this must not happen: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}
