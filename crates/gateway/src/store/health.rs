//! Can the store be written, and is there room for it?
//!
//! Whoever fails to write tells so here (`noticed`), and `crate::storage` tries until it works again.

use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokio::sync::watch;

use super::{Fault, Store, is_storage_fault};
use crate::clock;

/// What has to be free beside the store for it to count as writable: a batch of messages and its log.
const ROOM_BYTES: usize = 256 * 1024;
/// With less than this left it is tried whether there is still enough.
const LOW_BYTES: u64 = 1024 * 1024;

/// Why the store cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// Half a sentence for people, such as `the disk is full`.
    pub why: String,
    /// What kind of trouble it is.
    pub fault: Fault,
}

impl Store {
    /// What keeps the store from being written, now and later. One for all accounts.
    #[must_use]
    pub fn trouble(&self) -> watch::Receiver<Option<Trouble>> {
        self.trouble.subscribe()
    }

    /// To be told of every failed write: takes note when it was the disk, or what is allowed there, that failed.
    /// Returns whether it was.
    pub fn noticed(&self, error: &anyhow::Error) -> bool {
        let Some(fault) = is_storage_fault(error) else {
            return false;
        };
        self.trouble.send_if_modified(|trouble| {
            // A disk that is full may show as something else as well; the first word is the better one. But damage
            // stays when all else is over.
            if trouble
                .as_ref()
                .is_some_and(|known| known.fault == Fault::Damaged || fault != Fault::Damaged)
            {
                return false;
            }
            *trouble = Some(Trouble {
                since_ms: clock::now_ms(),
                why: fault.why().to_owned(),
                fault,
            });
            true
        });
        true
    }

    /// Tries to write, with some room beside, and takes note of how it went. Returns whether it worked. In a damaged
    /// store it never does: one page that can be written says nothing of the others.
    pub(crate) async fn try_writing(&self) -> bool {
        if self.is_damaged() {
            return false;
        }
        match self.write_nothing().await {
            Ok(()) => {
                // Damage may have been found meanwhile.
                self.trouble.send_if_modified(|trouble| {
                    trouble.take_if(|known| known.fault != Fault::Damaged).is_some()
                });
                true
            }
            Err(error) => {
                if !self.noticed(&error) {
                    tracing::error!("it cannot be tried whether the store can be written: {error:#}");
                }
                false
            }
        }
    }

    /// Was damage found in it? That does not heal while it is open.
    pub(crate) fn is_damaged(&self) -> bool {
        let trouble = self.trouble.borrow();
        trouble
            .as_ref()
            .is_some_and(|known| known.fault == Fault::Damaged)
    }

    async fn write_nothing(&self) -> Result<()> {
        let beside = beside(&self.path, "-room");
        match tokio::task::spawn_blocking(move || has_room(&beside)).await? {
            // Where no file may be made, the store's own may still be written.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            tried => tried.context("there is no room beside the store")?,
        }
        // Writes a page and changes nothing.
        sqlx::query("PRAGMA user_version = 0")
            .execute(&mut *self.write.turn().await?)
            .await?;
        Ok(())
    }

    /// Is there so little room, or none to write to, that it should be tried?
    pub(crate) fn may_be_unwritable(&self) -> bool {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        nix::sys::statvfs::statvfs(folder).is_ok_and(|found| {
            found.flags().contains(nix::sys::statvfs::FsFlags::ST_RDONLY) || free_bytes(&found) < LOW_BYTES
        })
    }
}

pub(crate) fn free_bytes(found: &nix::sys::statvfs::Statvfs) -> u64 {
    #[allow(clippy::unnecessary_cast, reason = "narrower on some systems")]
    let (blocks, size) = (found.blocks_available() as u64, found.fragment_size() as u64);
    blocks.saturating_mul(size)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// Fills a file of a quarter of a MiB, and removes it again.
///
/// # Errors
/// What the file system said: there is no room, or nothing may be written.
pub(crate) fn has_room(file: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut opened = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    let filled = io::Write::write_all(&mut opened, &[1; ROOM_BYTES]).and_then(|()| opened.sync_data());
    let removed = std::fs::remove_file(file);
    filled.and(removed)
}

#[cfg(test)]
mod tests;
