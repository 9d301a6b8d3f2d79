//! Sees to it that everybody knows when the store cannot be written, and when it can again. One for the whole gateway.
//!
//! A write that fails is told to the store (`Store::noticed`) by whoever failed. Here it is tried each second until
//! it works again; and while all is quiet it is looked after how much room is left, so that a full disk is
//! known before the next message finds out.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::store::Store;

/// How often it is tried whether a store can be written again.
const TRY_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked how much room is left.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Watches until told to end.
pub(crate) async fn watch_forever(store: Store, shutdown: CancellationToken) {
    let mut trouble = store.trouble();
    loop {
        let before = trouble.borrow_and_update().clone();
        if before.is_some() || store.may_be_unwritable() {
            let works = store.try_writing().await;
            match (before, works, trouble.borrow().as_ref()) {
                (None, false, Some(now)) => {
                    tracing::error!("the store cannot be written: {}", now.why);
                }
                (Some(before), true, _) => {
                    let seconds = clock::now_ms().saturating_sub(before.since_ms) / 1000;
                    tracing::info!(seconds, "the store can be written again");
                }
                (None, true | false, _) | (Some(_), false, _) => {}
            }
        }
        let rest = if trouble.borrow().is_some() {
            TRY_EVERY
        } else {
            LOOK_EVERY
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = trouble.changed() => if changed.is_err() { return },
            () = clock::pause(rest) => {}
        }
    }
}
