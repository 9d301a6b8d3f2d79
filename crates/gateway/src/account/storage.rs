//! What keeps one account from writing down what it must: the store, which all accounts share, or its own auth files.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::clock;
use crate::store::has_room;

/// How often it is tried whether the auth files can be written again.
const TRY_EVERY: Duration = Duration::from_secs(1);
/// The sidecar removes what is left of it: its own unfinished files are named like this.
const ROOM: &str = ".tmp-room";

/// Tells the account's driver, until told to end.
pub(super) async fn watch_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    let mut of_store = shared.store.trouble();
    let mut of_auth = shared.auth_trouble.subscribe();
    loop {
        let auth = of_auth.borrow_and_update().clone();
        let tries = auth.is_some();
        let trouble = of_store.borrow_and_update().clone().or(auth);
        shared.storage.send_if_modified(|known| {
            let news = *known != trouble;
            *known = trouble;
            news
        });
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = of_store.changed() => if changed.is_err() { return },
            changed = of_auth.changed() => if changed.is_err() { return },
            () = clock::pause(TRY_EVERY), if tries => {
                if is_writable(&shared.config().auth_dir).await {
                    shared.auth_trouble.send_replace(None);
                }
            }
        }
    }
}

async fn is_writable(auth_dir: &Path) -> bool {
    let file = auth_dir.join(ROOM);
    let tried = tokio::task::spawn_blocking(move || has_room(&file)).await;
    match tried {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::debug!("the auth files can still not be written: {error}");
            false
        }
        Err(panicked) => {
            tracing::error!("it cannot be tried whether the auth files can be written: {panicked}");
            false
        }
    }
}
