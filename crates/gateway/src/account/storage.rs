//! What keeps one account from writing down what it must: the store, which all accounts share, or its own auth files.

use std::io;
use std::os::unix::fs::DirBuilderExt;
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
    let auth_dir = auth_dir.to_owned();
    let tried = tokio::task::spawn_blocking(move || has_room_in(&auth_dir)).await;
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

/// A folder that is gone is made anew: else nothing could ever be written there again.
fn has_room_in(auth_dir: &Path) -> io::Result<()> {
    let file = auth_dir.join(ROOM);
    match has_room(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(auth_dir)?;
            has_room(&file)
        }
        tried => tried,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn a_folder_of_auth_files_that_is_gone_is_made_anew_for_its_owner_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let auth_dir = dir.path().join("auth");
        assert!(is_writable(&auth_dir).await);
        let made = std::fs::metadata(&auth_dir).expect("made");
        assert_eq!(made.permissions().mode() & 0o777, 0o700);
        assert_eq!(std::fs::read_dir(&auth_dir).expect("read").count(), 0);
    }

    #[tokio::test]
    async fn what_is_no_folder_cannot_be_written() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("auth");
        std::fs::write(&file, "").expect("a file");
        assert!(!is_writable(&file).await);
    }
}
