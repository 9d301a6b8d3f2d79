//! The SQLite store. Functions are named for what they do to the world, not for rows; each takes
//! the whole change and makes it in one transaction.
//!
//! WAL with `synchronous = FULL`: when a function returns, its change survives a power cut.

mod account;
pub mod alert;
mod alias;
mod asking;
mod attention;
mod audit;
mod batch;
mod command;
mod contact;
mod conversation;
mod decision;
mod draft;
mod echoes;
mod fault;
mod figures;
mod group;
mod health;
mod inbox;
mod media;
mod migrate;
mod outbox;
mod outbox_due;
mod outbox_own;
mod outbox_verbs;
mod pairing;
mod remembered;
mod review;
mod run;
mod run_again;
mod run_end;
mod run_fork;
mod run_over;
mod run_start;
mod run_told;
mod said;
mod session;
mod settle;
mod standing;
mod tally;
mod task;
mod task_delete;
mod task_due;
mod task_end;
mod task_run;
mod transcript;
mod verdict;
mod wake;

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, Notify, OnceCell, watch};

pub use account::StoredAccount;
pub use asking::Waiting;
pub use attention::FailingTask;
pub use audit::{Audited, AuditedMessage, AuditedRun, AuditedSend, AuditedTask};
pub use command::Change;
pub use conversation::Conversation;
pub use decision::{Decision, NewRun};
pub use draft::{Draft, Pending, Purpose};
pub use echoes::RecentSend;
pub use fault::{Fault, is_storage_fault};
pub use figures::{Figure, Figures, InboundFigure};
pub use group::GroupRow;
pub use health::Trouble;
pub(crate) use health::{free_bytes, has_room};
pub use inbox::{Journaled, StoredMessage, Target};
pub use media::{InboundFile, KeptFile, WantedFile};
pub use outbox::{Fate, Line as OutboxLine, OpenFate, OpenOutbox, OutboxRow};
pub use outbox_own::OwnMessage;
pub use outbox_verbs::{Changed, OutboxEntry, OutboxFilter, Taken, Wish};
pub use pairing::{ApprovalRow, PairingChange, PairingRow};
pub use remembered::Remembered;
pub use review::{AccountEvent, FailedRuns, OutboxSum, Refused, Repeated, quick_check};
pub use run::{DueRuns, QueuedRun, RunKind, TaskOrder};
pub use run_again::CutOff;
pub use run_end::{FinishedRun, RunEnd};
pub use run_fork::{Fork, Forks};
pub use run_start::{Patience, StartedRun};
pub use said::{Before, Head, SentMessage};
pub use session::SessionRow;
pub use settle::Moved;
pub use standing::Standing;
pub use tally::RESEND_MISSED;
pub use task::{Created, ID_LEN, MOST_TASKS, NewTaskRow, TaskDefinition, TaskFilter, TaskRow, short_id};
pub use task_due::{Decided, DueTask, Renewed};
pub use task_end::CancelledRun;
pub use task_run::{Became, Cause, NewTaskRun, RunNow, TaskRunRow};
pub use transcript::Exchange;
pub use verdict::{VerdictFilter, VerdictRow};

/// The store: one connection that writes, one that only reads, and one for what takes long to count.
#[derive(Debug, Clone)]
pub struct Store {
    write: Line,
    read: Line,
    /// Opened when something is counted first.
    counting: Arc<OnceCell<Line>>,
    aliases: Arc<Mutex<Option<alias::Aliases>>>,
    news: Arc<AtomicU64>,
    /// Somebody is to be told something.
    pub(crate) notices: Arc<Notify>,
    /// A Task was made or changed, or a run of one was queued.
    tasks: Arc<Notify>,
    /// Where it is.
    path: Arc<PathBuf>,
    /// What keeps it from being written.
    trouble: Arc<watch::Sender<Option<Trouble>>>,
}

/// One connection, taken in turns. A pool would ask its connection at the beginning and the end of
/// every turn whether it still lives; each question is a trip to the connection's thread and back.
#[derive(Debug, Clone)]
struct Line {
    connection: Arc<Mutex<Option<SqliteConnection>>>,
    options: Arc<SqliteConnectOptions>,
    /// Rung for each notice that is written here.
    bell: Option<Arc<Notify>>,
}

impl Line {
    async fn open(options: &SqliteConnectOptions) -> Result<Self> {
        let connection = SqliteConnection::connect_with(options).await?;
        Ok(Self {
            connection: Arc::new(Mutex::new(Some(connection))),
            options: Arc::new(options.clone()),
            bell: None,
        })
    }

    /// From now on it rings for each notice that is written.
    async fn ring(&mut self, bell: &Arc<Notify>) -> Result<()> {
        self.bell = Some(Arc::clone(bell));
        alert::ring(&mut *self.turn().await?, bell).await
    }

    async fn turn(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        let mut slot = self.connection.lock().await;
        if let Some(connection) = slot.as_mut().filter(|connection| connection.is_in_transaction()) {
            self.mend(connection).await?;
        }
        MutexGuard::try_map(slot, Option::as_mut).map_err(|_closed| anyhow!("the store is closed"))
    }

    /// On some failures, a full disk among them, SQLite rolls a transaction back by itself. sqlx still counts it as
    /// open: whatever began next would be a part of it, and what is rolled back there would leave a
    /// transaction open for good, in which nothing that is said to be committed ever is.
    async fn mend(&self, connection: &mut SqliteConnection) -> Result<()> {
        // One that was dropped is rolled back in the connection's own thread; this waits for its turn there.
        connection.ping().await?;
        if !connection.is_in_transaction() {
            return Ok(());
        }
        let mut fresh = SqliteConnection::connect_with(&self.options).await?;
        if let Some(bell) = &self.bell {
            alert::ring(&mut fresh, bell).await?;
        }
        let spoiled = std::mem::replace(connection, fresh);
        if let Err(error) = spoiled.close().await {
            tracing::debug!("a connection to the store was not closed cleanly: {error}");
        }
        Ok(())
    }

    async fn close(&self) {
        let Some(connection) = self.connection.lock().await.take() else {
            return;
        };
        if let Err(error) = connection.close().await {
            tracing::warn!("the store was not closed cleanly: {error}");
        }
    }
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
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", CACHE_KIB);
        let mut write = match Line::open(&options).await {
            Ok(write) => write,
            Err(error) => return Err(unreadable(path, error)),
        };
        migrate::bring_up_to_date(&mut *write.turn().await?)
            .await
            .map_err(|error| unreadable(path, error))
            .with_context(|| format!("cannot bring the store {} up to date", path.display()))?;
        let read = Line::open(&options.read_only(true)).await?;
        let notices = Arc::default();
        write.ring(&notices).await?;
        Ok(Self {
            write,
            read,
            counting: Arc::default(),
            aliases: Arc::default(),
            news: Arc::default(),
            notices,
            tasks: Arc::default(),
            path: Arc::new(path.to_owned()),
            trouble: Arc::new(watch::Sender::new(None)),
        })
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
        let read = Line::open(&options)
            .await
            .with_context(|| format!("cannot read the store {}", path.display()))?;
        let store = Self {
            write: read.clone(),
            read,
            counting: Arc::default(),
            aliases: Arc::default(),
            news: Arc::default(),
            notices: Arc::default(),
            tasks: Arc::default(),
            path: Arc::new(path.to_owned()),
            trouble: Arc::new(watch::Sender::new(None)),
        };
        store
            .accounts()
            .await
            .with_context(|| format!("cannot read the store {}", path.display()))?;
        Ok(Some(store))
    }

    /// A turn to count what is many. It may take seconds, for which nobody who reads a row or two is to wait.
    async fn counting(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        let open = || Line::open(&self.read.options);
        self.counting.get_or_try_init(open).await?.turn().await
    }

    /// Closes all connections; the write-ahead log is folded back into the file.
    pub async fn close(&self) {
        if let Some(counting) = self.counting.get() {
            counting.close().await;
        }
        self.read.close().await;
        self.write.close().await;
    }
}

/// The store's file is damaged, or is none. Found in an error chain by `downcast_ref`.
#[derive(Debug)]
pub struct StoreUnreadable {
    /// For people: which file, and why.
    pub message: String,
    /// What to do.
    pub next: String,
}

impl std::fmt::Display for StoreUnreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreUnreadable {}

/// SQLite's codes for a damaged file and for one that never was a store.
const DAMAGED: [&str; 2] = ["11", "26"];

pub(crate) fn unreadable(path: &Path, error: anyhow::Error) -> anyhow::Error {
    let code = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<sqlx::Error>())
        .find_map(sqlx::Error::as_database_error)
        .and_then(|error| error.code());
    let shown = path.display();
    if code.is_some_and(|code| DAMAGED.contains(&code.as_ref())) {
        return anyhow::Error::new(StoreUnreadable {
            message: format!("the store {shown} cannot be read and was left as it is: {error:#}"),
            next: format!(
                "first: fased gateway stop; then put a backup in its place, or begin anew without approvals and \
                 history: for end in '' -wal -shm; do mv {shown}$end {shown}.damaged$end; done"
            ),
        });
    }
    error.context(format!("cannot open the store {shown}"))
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
mod decision_tests;
#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod media_tests;
#[cfg(test)]
mod outbox_open_tests;
#[cfg(test)]
mod outbox_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod run_fork_tests;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod tests;
