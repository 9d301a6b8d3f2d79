//! What is too old to be sent, and files that nobody needs any more.

use crate::account::Shared;
use crate::clock;

/// A settled message may be sent once more for this long, and keeps its file.
const RETRY_WINDOW_MS: i64 = 24 * 3_600_000;
/// The owner hears of expired messages this often at most.
const NOTICE_EVERY_MS: i64 = 3_600_000;

/// Ends what is too old, and tells the owner of all of it at once.
pub(super) async fn expire(shared: &Shared) {
    let now = clock::now_ms();
    let done = async {
        let expired = shared.store.expire_outbox(shared.id(), now).await?;
        if expired > 0 {
            tracing::warn!(account = shared.id(), expired, "messages were too old to be sent");
        }
        if shared.expiry_told.may_tell(now, NOTICE_EVERY_MS) {
            let told = shared.store.notice_expired(shared.id(), now).await?;
            if told > 0 {
                shared.expiry_told.told(now);
            }
        }
        anyhow::Ok(())
    };
    if let Err(error) = done.await {
        tracing::error!(
            account = shared.id(),
            "what is too old cannot be ended: {error:#}"
        );
    }
}

/// Removes the files of messages that are settled for good.
pub(super) async fn remove_files(shared: &Shared) {
    match shared
        .store
        .release_files(shared.id(), clock::now_ms() - RETRY_WINDOW_MS)
        .await
    {
        Ok(files) => {
            for file in files {
                remove_file(shared, &file);
            }
        }
        Err(error) => tracing::error!(account = shared.id(), "old files cannot be found: {error:#}"),
    }
}

/// Removes a file that was to be sent. One that is gone already is fine.
pub(super) fn remove_file(shared: &Shared, file: &str) {
    if let Err(error) = std::fs::remove_file(shared.media_dir.join(file))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(account = shared.id(), "a sent file cannot be removed: {error}");
    }
}

/// When the owner last heard of expired messages.
#[derive(Debug, Default)]
pub struct ExpiryTold {
    at_ms: std::sync::atomic::AtomicI64,
}

impl ExpiryTold {
    fn may_tell(&self, now_ms: i64, every_ms: i64) -> bool {
        now_ms >= self.at_ms.load(std::sync::atomic::Ordering::Relaxed) + every_ms
    }

    fn told(&self, now_ms: i64) {
        self.at_ms.store(now_ms, std::sync::atomic::Ordering::Relaxed);
    }
}
