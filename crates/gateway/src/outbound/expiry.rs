//! What is too old to be sent, and files that nobody needs any more.

use std::time::Duration;

use crate::account::Shared;
use crate::clock;

/// A settled message may be sent once more for this long, and keeps its file.
const RETRY_WINDOW_MS: i64 = 24 * 3_600_000;
/// A message is sent again as it was for this long, to a recipient who could not read it.
pub(crate) const PAYLOAD_KEPT_MS: i64 = 7 * 24 * 3_600_000;
/// What is old is looked for this often.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// Whether the owner is still to be told of expired messages is looked for this often: when they expired it may have
/// been too early for another notice.
const TELL_EVERY: Duration = Duration::from_secs(60);
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
        anyhow::Ok(())
    };
    if let Err(error) = done.await {
        tracing::error!(
            account = shared.id(),
            "what is too old cannot be ended: {error:#}"
        );
    }
    tell_expired(shared).await;
}

/// Tells the owner of what expired and was not told of yet, unless it is too early for another notice.
async fn tell_expired(shared: &Shared) {
    let told = shared
        .store
        .notice_expired(shared.id(), clock::now_ms(), NOTICE_EVERY_MS);
    if let Err(error) = told.await {
        tracing::error!(
            account = shared.id(),
            "the owner cannot be told of what is too old: {error:#}"
        );
    }
}

/// Forgets what is no longer needed, and tells of what expired, time and again.
pub(super) async fn tidy_forever(shared: &Shared) {
    loop {
        if let Err(error) = tidy(shared).await {
            tracing::error!(
                account = shared.id(),
                "what is old cannot be forgotten: {error:#}"
            );
        }
        let again = clock::monotonic() + TIDY_EVERY;
        while clock::monotonic() < again {
            clock::pause(TELL_EVERY).await;
            tell_expired(shared).await;
        }
    }
}

async fn tidy(shared: &Shared) -> anyhow::Result<()> {
    let now = clock::now_ms();
    loop {
        let files = shared
            .store
            .release_files(shared.id(), now - RETRY_WINDOW_MS)
            .await?;
        if files.is_empty() {
            break;
        }
        for file in files {
            remove_file(shared, &file);
        }
    }
    shared
        .store
        .forget_payloads(shared.id(), now - PAYLOAD_KEPT_MS)
        .await
}

/// Removes a file that was to be sent. One that is gone already is fine.
pub(super) fn remove_file(shared: &Shared, file: &str) {
    if let Err(error) = std::fs::remove_file(shared.media_dir.join(file))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(account = shared.id(), "a sent file cannot be removed: {error}");
    }
}
