//! The SQLite store. Functions are named for what they do to the world, not for rows; each takes
//! the whole change and makes it in one transaction.
//!
//! Every change survives the end of any process. Which ones survive a power cut too is said in
//! `line`: all that was promised to WhatsApp or to a person.

mod account;
mod batch;
mod inbox;
mod line;
mod migrate;
mod outbox;
mod pairing;
mod run;
mod settle;

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};

use line::{Reader, Writer};

pub use account::StoredAccount;
pub use inbox::{Decision, Journaled, StoredMessage};
pub use outbox::{Draft, Fate, OutboxRow, Purpose};
pub use pairing::{PairingChange, PairingRow};
pub use run::{FinishedRun, QueuedRun};

/// The store: who writes takes turns, and so does who reads.
#[derive(Debug, Clone)]
pub struct Store {
    write: Writer,
    read: Reader,
}

/// How long a statement waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// SQLite's page cache per connection, in KiB (negative means KiB to SQLite).
const CACHE_KIB: &str = "-512";

impl Store {
    /// Opens the store, creating it (mode 0600) and bringing it up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is not a store, or comes from a newer version.
    pub async fn open(path: &Path) -> Result<Self> {
        std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .with_context(|| format!("cannot open the store {}", path.display()))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", CACHE_KIB);
        let mut first = SqliteConnection::connect_with(&options)
            .await
            .with_context(|| format!("cannot open the store {}", path.display()))?;
        migrate::bring_up_to_date(&mut first)
            .await
            .with_context(|| format!("cannot bring the store {} up to date", path.display()))?;
        let write = Writer::open(&options, path).await?;
        first.close().await?;
        let read = Reader::open(&options.read_only(true)).await?;
        Ok(Self { write, read })
    }

    /// Opens the store for reading beside whoever writes; `None` when there is none yet.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub async fn open_to_read(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .busy_timeout(BUSY_TIMEOUT);
        let read = Reader::open(&options)
            .await
            .with_context(|| format!("cannot read the store {}", path.display()))?;
        let store = Self {
            write: Writer::none(),
            read,
        };
        store
            .accounts()
            .await
            .with_context(|| format!("cannot read the store {}", path.display()))?;
        Ok(Some(store))
    }

    /// Closes all connections; the write-ahead log is folded back into the file.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

fn counts(rows: Vec<(String, i64)>) -> Vec<fased_protocol::control::Count> {
    rows.into_iter()
        .map(|(name, count)| fased_protocol::control::Count {
            name,
            count: u64::try_from(count).unwrap_or(0),
        })
        .collect()
}

#[cfg(test)]
mod tests;
