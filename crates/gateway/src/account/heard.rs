//! When somebody last wrote to an account.

use std::sync::atomic::{AtomicI64, Ordering};

/// When something last happened, Unix milliseconds. Kept in memory, so that a message costs no second write.
#[derive(Default)]
pub(crate) struct Heard(AtomicI64);

impl Heard {
    pub(crate) fn now(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::Relaxed);
    }

    pub(super) fn last(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|at| *at > 0)
    }
}
