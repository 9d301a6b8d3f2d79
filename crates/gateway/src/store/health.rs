//! Is the store sound, and can it be written? How much room is there for it?
//!
//! Whoever fails to write tells so here (`noticed`), and `crate::storage` tries until it works again.

use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::watch;

use super::{Fault, Store, is_storage_fault};
use crate::clock;

/// What has to be free beside the store for it to count as writable: a batch of messages and its log.
const ROOM_BYTES: usize = 256 * 1024;
/// With less than this left it is tried whether there is still enough.
const LOW_BYTES: u64 = 1024 * 1024;
/// How long a check of the whole store may take.
const CHECK_DEADLINE: Duration = Duration::from_secs(30);
/// Damages that a check tells at most.
const CHECK_LINES: u32 = 20;
/// Instructions of SQLite between two looks at the clock.
const CHECK_STEPS: i32 = 10_000;

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

/// How large the store is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Its main file.
    pub database: u64,
    /// Its write-ahead log, which is folded back now and then.
    pub log: u64,
    /// What is free on its file system for somebody without privileges.
    pub free: u64,
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

    /// Reads all of the store and says what is damaged, in SQLite's words; nothing when it is sound. Beside whoever
    /// works with it, for at most thirty seconds.
    ///
    /// # Errors
    /// When it cannot be read, or is too large to be checked in that time.
    pub async fn integrity(&self) -> Result<Vec<String>> {
        let shown = self.path.display();
        let options = SqliteConnectOptions::new().filename(&*self.path).read_only(true);
        let mut own = SqliteConnection::connect_with(&options)
            .await
            .with_context(|| format!("cannot read the store {shown}"))?;
        let deadline = clock::monotonic() + CHECK_DEADLINE;
        own.lock_handle()
            .await?
            .set_progress_handler(CHECK_STEPS, move || clock::monotonic() < deadline);
        let query = sqlx::AssertSqlSafe(format!("PRAGMA quick_check({CHECK_LINES})"));
        let lines: Vec<String> = sqlx::query_scalar(query)
            .fetch_all(&mut own)
            .await
            .with_context(|| format!("the store {shown} was not checked to its end"))?;
        own.close().await?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// How large it is, and how much room is left.
    ///
    /// # Errors
    /// What the file system said.
    pub fn size(&self) -> Result<Size> {
        let length = |path: &Path| std::fs::metadata(path).map(|found| found.len());
        let shown = self.path.display();
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let found = nix::sys::statvfs::statvfs(folder)
            .with_context(|| format!("cannot ask how much room there is for {shown}"))?;
        Ok(Size {
            database: length(&self.path).with_context(|| format!("cannot look at {shown}"))?,
            // Not there when nobody works with the store.
            log: length(&beside(&self.path, "-wal")).unwrap_or(0),
            free: free_bytes(&found),
        })
    }
}

fn free_bytes(found: &nix::sys::statvfs::Statvfs) -> u64 {
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
