//! Connections, taken in turns, and what a change through them promises.
//!
//! A pool would ask its connection at the beginning and the end of every turn whether it still lives;
//! each question is a trip to the connection's thread and back.
//!
//! Every commit survives the end of any process. Commits of [`Writer::turn`] survive a power cut too.
//! Those of [`Writer::quick_turn`] are left to the system until [`Writer::keep`] or the next durable one:
//! a power cut may take the latest back, newest first. Both use the one write-ahead log, so nothing that
//! survives has lost what came before it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// One connection that only reads.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    connection: Arc<Mutex<Option<SqliteConnection>>>,
}

impl Reader {
    pub(super) async fn open(options: &SqliteConnectOptions) -> Result<Self> {
        let connection = SqliteConnection::connect_with(options).await?;
        Ok(Self {
            connection: Arc::new(Mutex::new(Some(connection))),
        })
    }

    /// A turn. Nobody else uses the connection meanwhile.
    pub(super) async fn turn(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        MutexGuard::try_map(self.connection.lock().await, Option::as_mut).map_err(|_none| closed())
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take() {
            end(connection).await;
        }
    }
}

/// The connections that write. One turn at a time, since SQLite lets only one write at a time anyway and
/// has whoever comes second sleep. The pragma that tells them apart would cost a trip, and every prepared
/// statement, at each change.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    connections: Arc<Mutex<Option<Connections>>>,
    /// The write-ahead log. SQLite keeps the file for as long as a connection is open.
    log: Option<Arc<File>>,
}

#[derive(Debug)]
struct Connections {
    durable: SqliteConnection,
    quick: SqliteConnection,
}

impl Writer {
    /// Opens the store in `path`, which must have been written to once.
    pub(super) async fn open(options: &SqliteConnectOptions, path: &Path) -> Result<Self> {
        let durable = options.clone().synchronous(SqliteSynchronous::Full);
        let quick = options.clone().synchronous(SqliteSynchronous::Normal);
        let connections = Connections {
            durable: SqliteConnection::connect_with(&durable).await?,
            quick: SqliteConnection::connect_with(&quick).await?,
        };
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = File::open(&log).with_context(|| format!("cannot open {}", Path::new(&log).display()))?;
        Ok(Self {
            connections: Arc::new(Mutex::new(Some(connections))),
            log: Some(Arc::new(log)),
        })
    }

    /// Of a store that was opened to read: it has no turns.
    pub(super) fn none() -> Self {
        Self {
            connections: Arc::default(),
            log: None,
        }
    }

    /// A turn whose commits survive a power cut.
    pub(super) async fn turn(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        self.turn_of(|connections| &mut connections.durable).await
    }

    /// A turn for what can be found out again: a verdict that is taken back is given again, and a message
    /// whose sending is taken back goes again under the same id, which recipients drop if they have it.
    pub(super) async fn quick_turn(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        self.turn_of(|connections| &mut connections.quick).await
    }

    async fn turn_of(
        &self,
        which: impl Fn(&mut Connections) -> &mut SqliteConnection,
    ) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        MutexGuard::try_map(self.connections.lock().await, |connections| {
            connections.as_mut().map(which)
        })
        .map_err(|_none| closed())
    }

    /// Returns once all that was committed survives a power cut. Others may write meanwhile.
    pub(super) async fn keep(&self) -> Result<()> {
        let log = self.log.clone().ok_or_else(closed)?;
        tokio::task::spawn_blocking(move || log.sync_data())
            .await
            .context("the flush was cut off")?
            .context("the write-ahead log cannot be flushed")
    }

    /// The last connection of a store folds the write-ahead log back into the file.
    pub(super) async fn close(&self) {
        if let Some(Connections { durable, quick }) = self.connections.lock().await.take() {
            end(quick).await;
            end(durable).await;
        }
    }
}

async fn end(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::warn!("the store was not closed cleanly: {error}");
    }
}

fn closed() -> anyhow::Error {
    anyhow!("the store is closed, or was opened to read")
}
