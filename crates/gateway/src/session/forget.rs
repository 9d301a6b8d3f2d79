//! Forgets what was said long ago.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::control::Live;

/// How often what is too old is looked for.
const EVERY: Duration = Duration::from_secs(3_600);
/// Between two steps others get their turn at the store.
const BETWEEN: Duration = Duration::from_millis(100);
const DAY_MS: i64 = 86_400_000;
/// Notices, and states that accounts went through, are kept for so many days,
const TOLD_DAYS: i64 = 90;
/// and so many of each at most: the oldest go first.
const MOST_TOLD: i64 = 10_000;

/// Forgets, until told to end: what is older than so many days. Accounts that run know whether the config says otherwise by
/// now; it holds for all, also while none runs.
pub(crate) async fn forget_forever(live: Arc<Live>, mut days: u32, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        if let Some(account) = live.running().values().next() {
            days = account.shared().config().agents.transcript_days;
        }
        let before_ms = clock::now_ms() - i64::from(days) * DAY_MS;
        loop {
            match live.store().forget_said(before_ms).await {
                Ok(true) if !shutdown.is_cancelled() => clock::pause(BETWEEN).await,
                Ok(_) => break,
                Err(error) => {
                    tracing::error!("what was said long ago cannot be forgotten: {error:#}");
                    break;
                }
            }
        }
        let before_ms = clock::now_ms() - TOLD_DAYS * DAY_MS;
        loop {
            match live.store().forget_told(before_ms, MOST_TOLD).await {
                Ok(true) if !shutdown.is_cancelled() => clock::pause(BETWEEN).await,
                Ok(_) => break,
                Err(error) => {
                    tracing::error!("what was told long ago cannot be forgotten: {error:#}");
                    break;
                }
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = clock::pause(EVERY) => {}
        }
    }
}
