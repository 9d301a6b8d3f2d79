//! What the store remembers of the last days, summed up for those who look for what is wrong.
//!
//! These questions read the whole journal, since nothing else asks for them and an index would cost every message. They
//! are asked by hand, on a connection of their own.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::{Store, StoredMessage, TaskRow, migrate};
use crate::clock;

/// Most rows of a list.
const MOST: i64 = 2_000;
/// Instructions of SQLite between two looks at the clock.
const CHECK_STEPS: i32 = 10_000;

/// An account came into a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountEvent {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Account id.
    pub account: String,
    /// The state's name.
    pub state: String,
    /// What it meant.
    pub sentence: String,
}

/// Messages that were not answered for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Refused {
    /// Account id.
    pub account: String,
    /// `drop`, `hold`, `context` or `stale`.
    pub outcome: String,
    /// The reason's name.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// Place of the newest in the journal.
    pub seq: i64,
    /// When the newest was recorded, Unix milliseconds.
    pub last_ms: i64,
}

/// Outgoing messages of one account in one state.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct OutboxSum {
    /// Account id.
    pub account: String,
    /// The state's name.
    pub state: String,
    /// How many.
    pub count: i64,
    /// Id of the newest.
    pub id: i64,
    /// What the newest was refused with.
    pub error_code: Option<i64>,
    /// Why, in words.
    pub error: Option<String>,
}

/// Runs of one agent that did not go well.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct FailedRuns {
    /// Account id.
    pub account: String,
    /// Agent id.
    pub agent: String,
    /// How many.
    pub count: i64,
    /// The newest of them.
    pub id: i64,
    /// What went wrong with it, in one word.
    pub failure: Option<String>,
    /// The same in words.
    pub error: Option<String>,
}

/// Deliveries of messages that were there already.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Repeated {
    /// Account id.
    pub account: String,
    /// Deliveries too many, over all messages.
    pub repeats: i64,
    /// The most that one message was delivered.
    pub most: i64,
}

impl Store {
    /// The states that accounts went through since then, newest first; of a long time only the newest.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn account_events(&self, since_ms: i64) -> Result<Vec<AccountEvent>> {
        Ok(sqlx::query_as(
            "SELECT at_ms, account, state, sentence FROM account_event WHERE at_ms >= ? ORDER BY id DESC LIMIT ?",
        )
        .bind(since_ms)
        .bind(MOST)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// What was not answered since then, most frequent first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn refused(&self, since_ms: i64) -> Result<Vec<Refused>> {
        Ok(sqlx::query_as(
            "SELECT account, outcome, reason, COUNT(*) AS count, MAX(seq) AS seq, recorded_ms AS last_ms FROM inbox
             WHERE recorded_ms >= ? AND outcome IN ('drop', 'hold', 'context', 'stale') AND reason IS NOT NULL
             GROUP BY account, outcome, reason ORDER BY count DESC, account, reason",
        )
        .bind(since_ms)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// A message by its place in the journal.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn message_at(&self, seq: i64) -> Result<Option<StoredMessage>> {
        Ok(sqlx::query_as("SELECT * FROM inbox WHERE seq = ?")
            .bind(seq)
            .fetch_optional(&mut *self.read.turn().await?)
            .await?)
    }

    /// The newest messages in direct chats that others wrote, or of these senders alone (as JSON, their addresses).
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn last_direct(
        &self,
        account: Option<&str>,
        senders: Option<&str>,
        limit: i64,
    ) -> Result<Vec<StoredMessage>> {
        Ok(sqlx::query_as(
            "SELECT * FROM inbox WHERE from_me = 0 AND (?1 IS NULL OR account = ?1)
                 AND (chat LIKE '%@s.whatsapp.net' OR chat LIKE '%@lid')
                 AND (?2 IS NULL OR sender IN (SELECT value FROM json_each(?2)))
             ORDER BY seq DESC LIMIT ?3",
        )
        .bind(account)
        .bind(senders)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// The newest messages in groups that others wrote, or in one group alone.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn last_in_groups(
        &self,
        account: Option<&str>,
        group: Option<&str>,
        limit: i64,
    ) -> Result<Vec<StoredMessage>> {
        Ok(sqlx::query_as(
            "SELECT * FROM inbox WHERE from_me = 0 AND (?1 IS NULL OR account = ?1)
                 AND chat LIKE '%@g.us' AND (?2 IS NULL OR chat = ?2)
             ORDER BY seq DESC LIMIT ?3",
        )
        .bind(account)
        .bind(group)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Outgoing messages that moved since then, by account and state.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn outbox_sums(&self, since_ms: i64) -> Result<Vec<OutboxSum>> {
        Ok(sqlx::query_as(
            "SELECT account, state, COUNT(*) AS count, MAX(id) AS id, error_code, error FROM outbox
             WHERE updated_ms >= ? GROUP BY account, state ORDER BY account, state",
        )
        .bind(since_ms)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Runs that failed since then, by account and agent.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn failed_runs(&self, since_ms: i64) -> Result<Vec<FailedRuns>> {
        Ok(sqlx::query_as(
            "SELECT account, agent, COUNT(*) AS count, MAX(id) AS id, failure, error FROM run
             WHERE state = 'error' AND ended_ms >= ? GROUP BY account, agent ORDER BY account, agent",
        )
        .bind(since_ms)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Tasks that failed at least so often in a row, worst first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn tasks_that_failed_often(&self, failures: i64) -> Result<Vec<TaskRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM task WHERE failures >= ? AND state != 'done' ORDER BY failures DESC, id LIMIT 50",
        )
        .bind(failures)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Messages that were delivered more than once since then.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn repeated(&self, since_ms: i64) -> Result<Vec<Repeated>> {
        Ok(sqlx::query_as(
            "SELECT account, SUM(deliveries - 1) AS repeats, MAX(deliveries) AS most FROM inbox
             WHERE recorded_ms >= ? AND deliveries > 1 GROUP BY account ORDER BY account",
        )
        .bind(since_ms)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// When the newest row was written, Unix milliseconds; 0 for a store without any.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn newest_ms(&self) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "SELECT COALESCE(MAX(at), 0) FROM (
                 SELECT recorded_ms AS at FROM inbox WHERE seq = (SELECT MAX(seq) FROM inbox)
                 UNION ALL SELECT created_ms FROM outbox WHERE id = (SELECT MAX(id) FROM outbox)
                 UNION ALL SELECT at_ms FROM notice WHERE id = (SELECT MAX(id) FROM notice)
                 UNION ALL SELECT since_ms FROM account)",
        )
        .fetch_one(&mut *self.read.turn().await?)
        .await?)
    }

    /// Which of these numbers (as JSON) WhatsApp was asked about and does not know.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn unknown_numbers(&self, numbers: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT alias FROM phone_alias WHERE phone IS NULL AND alias IN (SELECT value FROM json_each(?))
             ORDER BY alias",
        )
        .bind(numbers)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// The newest migration that this store has had, and the newest that this program knows.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn schema(&self) -> Result<(i64, i64)> {
        let had: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(&mut *self.read.turn().await?)
            .await?;
        Ok((had.unwrap_or(0), migrate::newest()))
    }
}

/// SQLite's own check of a store's file, beside whoever works on it: what is wrong, or nothing; none when it was not
/// finished by the deadline.
///
/// # Errors
/// What SQLite said, also of a file that is no store.
pub async fn quick_check(path: &Path, deadline: Duration) -> Result<Option<Vec<String>>> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let end = clock::monotonic() + deadline;
    let look = async {
        let mut connection = SqliteConnection::connect_with(&options).await?;
        // Else it would go on in its own thread after nobody waits for it any more.
        connection
            .lock_handle()
            .await?
            .set_progress_handler(CHECK_STEPS, move || clock::monotonic() < end);
        let said: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(10)")
            .fetch_all(&mut connection)
            .await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(said)
    };
    match tokio::time::timeout(deadline, look).await {
        Ok(Ok(said)) => Ok(Some(said.into_iter().filter(|line| line != "ok").collect())),
        Err(_elapsed) => Ok(None),
        Ok(Err(_interrupted)) if clock::monotonic() >= end => Ok(None),
        Ok(Err(error)) => Err(error.into()),
    }
}
