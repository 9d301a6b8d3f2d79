//! Waiting for what is to happen, with one deadline.

use std::time::Duration;

/// Held by those who end all processes that are kept, and read-locked by those who keep some.
pub(crate) static SETTLING: tokio::sync::RwLock<()> = tokio::sync::RwLock::const_new(());

/// Longest wait for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Waits until it holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let wait = async {
        while !holds() {
            ticks.tick().await;
        }
    };
    tokio::time::timeout(DEADLINE, wait)
        .await
        .unwrap_or_else(|_| panic!("in vain: {what}"));
}
