//! A file that is gone at the end unless somebody keeps it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::MediaError;
use super::{OUTBOUND, generated};

/// A new file below `outbound/`, deleted when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A name that nothing has yet. The file is not made.
    pub(super) fn new(media_dir: &Path, ending: &str) -> Self {
        Self {
            path: media_dir.join(generated(OUTBOUND, None)).with_extension(ending),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn len(&self) -> Result<u64, MediaError> {
        let found = tokio::fs::metadata(&self.path).await;
        let found =
            found.map_err(|error| MediaError::failed(format!("a converted file is not there: {error}")))?;
        Ok(found.len())
    }

    /// Its last name; it is not deleted any more.
    pub(super) async fn keep_as(mut self, path: &Path) -> Result<(), MediaError> {
        let unwritten = |error| MediaError::failed(format!("the media folder cannot be written to: {error}"));
        // A program that made it does not know that it is nobody else's to read.
        let private = std::fs::Permissions::from_mode(0o600);
        tokio::fs::set_permissions(&self.path, private)
            .await
            .map_err(unwritten)?;
        tokio::fs::rename(&self.path, path).await.map_err(unwritten)?;
        self.path = PathBuf::new();
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.path.as_os_str().is_empty() {
            return;
        }
        match std::fs::remove_file(&self.path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!("a file could not be deleted: {error}"),
        }
    }
}
