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

/// Forgets, until told to end.
pub(crate) async fn forget_forever(live: Arc<Live>, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let days = live
            .running()
            .values()
            .next()
            .map(|account| account.shared().config().agents.transcript_days);
        if let Some(days) = days {
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
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = clock::pause(EVERY) => {}
        }
    }
}
