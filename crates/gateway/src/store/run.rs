//! Runs: started at most once, except that one cut off before its reply was committed is started
//! once more.

use anyhow::Result;
use fased_protocol::control::RunInfo;

use sqlx::Connection as _;

use super::draft::Draft;
use super::{Store, StoredMessage, batch};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// An agent answers messages.
    Message,
    /// The gateway carries out a chat command.
    Command,
    /// An agent works on a Task.
    Task,
}

impl RunKind {
    /// Its name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Command => "command",
            Self::Task => "task",
        }
    }
}

/// A run that waits for its turn.
#[derive(Debug, Clone)]
pub struct QueuedRun {
    /// Run id.
    pub id: i64,
    /// Agent id.
    pub agent: String,
    /// Session key: runs of one session follow each other.
    pub session: String,
    /// What it answers, or the first of it.
    pub message: StoredMessage,
    /// Further messages joined the first. More may until it starts.
    pub joined: bool,
    /// Something waited in the chat for it to read. More may be given to it until it starts.
    pub reads: bool,
}

/// A run that has started: nothing joins it any more.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StartedRun {
    /// Run id.
    pub id: i64,
    /// Further messages joined the first.
    pub joined: bool,
    /// Something waited in the chat for it to read.
    pub reads: bool,
}

#[derive(sqlx::FromRow)]
struct RunHead {
    run_id: i64,
    agent: String,
    session: String,
    joined: bool,
    reads: bool,
    #[sqlx(flatten)]
    message: StoredMessage,
}

/// How a run ended.
#[derive(Debug)]
pub struct FinishedRun {
    /// Run id.
    pub id: i64,
    /// What went wrong, if something did.
    pub error: Option<String>,
    /// What to send.
    pub reply: Vec<Draft>,
}

/// A run may be started this often: the first time, and once more after an interruption.
const MAX_ATTEMPTS: i64 = 2;
/// A run waits this long at most for the files of what it answers; then it goes on without.
const FILE_WAIT_MS: i64 = 120_000;

impl Store {
    /// The oldest queued run of each session that is due.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn queued_runs(&self, account: &str, now_ms: i64, limit: i64) -> Result<Vec<QueuedRun>> {
        let heads: Vec<RunHead> = sqlx::query_as(
            "SELECT run.id AS run_id, run.agent, run.session,
                 EXISTS (SELECT 1 FROM run_input WHERE run_id = run.id) AS joined,
                 EXISTS (SELECT 1 FROM inbox AS waited WHERE waited.context_run = run.id) AS reads, inbox.*
             FROM run JOIN inbox ON inbox.seq = run.inbox_seq
             WHERE run.id IN (
                 SELECT MIN(id) FROM run WHERE account = ?1 AND state IN ('queued', 'running')
                 GROUP BY session HAVING MAX(state = 'running') = 0)
                 AND run.not_before_ms <= ?3
                 AND NOT EXISTS (
                     SELECT 1 FROM inbound_media AS medium
                     WHERE medium.account = ?1 AND medium.state = 'wanted' AND medium.created_ms > ?3 - ?4
                         AND (medium.inbox_seq = run.inbox_seq OR medium.inbox_seq IN (
                             SELECT inbox_seq FROM run_input WHERE run_id = run.id)))
             ORDER BY run.id LIMIT ?2",
        )
        .bind(account)
        .bind(limit)
        .bind(now_ms)
        .bind(FILE_WAIT_MS)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(heads
            .into_iter()
            .map(
                |RunHead {
                     run_id,
                     agent,
                     session,
                     joined,
                     reads,
                     message,
                 }| QueuedRun {
                    id: run_id,
                    agent,
                    session,
                    message,
                    joined,
                    reads,
                },
            )
            .collect())
    }

    /// When the next run is due that waits for more to answer.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn next_due(&self, account: &str, now_ms: i64) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT MIN(not_before_ms) FROM run
             WHERE account = ? AND state IN ('queued', 'running') AND not_before_ms > ?",
        )
        .bind(account)
        .bind(now_ms)
        .fetch_one(&mut *self.read.turn().await?)
        .await?)
    }

    /// The newest run of a session, if it still waits for more: the message that started it, who wrote
    /// that, and when it was queued.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn waiting_run(
        &self,
        account: &str,
        session: &str,
        now_ms: i64,
    ) -> Result<Option<(i64, String, i64)>> {
        Ok(sqlx::query_as(
            "SELECT inbox_seq, sender, created_ms FROM (
                 SELECT run.inbox_seq, inbox.sender, run.created_ms, run.state, run.not_before_ms
                 FROM run JOIN inbox ON inbox.seq = run.inbox_seq
                 WHERE run.account = ?1 AND run.session = ?2 AND run.state IN ('queued', 'running')
                 ORDER BY run.id DESC LIMIT 1)
             WHERE state = 'queued' AND not_before_ms > ?3",
        )
        .bind(account)
        .bind(session)
        .bind(now_ms)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// Further messages that a run answers, in the order in which they came.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn inputs_of(&self, run_id: i64) -> Result<Vec<StoredMessage>> {
        Ok(sqlx::query_as(
            "SELECT inbox.* FROM run_input JOIN inbox ON inbox.seq = run_input.inbox_seq
             WHERE run_id = ? ORDER BY inbox.seq",
        )
        .bind(run_id)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// What was said in the group before, for a run to read: the newest `limit`, oldest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn context_of(&self, run_id: i64, limit: usize) -> Result<Vec<StoredMessage>> {
        self.read_by(run_id, false, limit).await
    }

    /// What happened to earlier messages of the chat, for a run to read: the newest `limit`, oldest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn events_of(&self, run_id: i64, limit: usize) -> Result<Vec<StoredMessage>> {
        self.read_by(run_id, true, limit).await
    }

    async fn read_by(&self, run_id: i64, events: bool, limit: usize) -> Result<Vec<StoredMessage>> {
        let mut newest: Vec<StoredMessage> = sqlx::query_as(
            "SELECT * FROM inbox WHERE context_run = ? AND (reason = 'about_message') = ?
             ORDER BY seq DESC LIMIT ?",
        )
        .bind(run_id)
        .bind(events)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        newest.reverse();
        Ok(newest)
    }

    /// Notes that runs have started; afterwards a crash counts as an interruption of each. Returns what they answer
    /// now, because more may have joined since they were read.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn start_runs(&self, ids: &[i64], now_ms: i64) -> Result<Vec<StartedRun>> {
        Ok(sqlx::query_as(
            "UPDATE run SET state = 'running', attempts = attempts + 1, started_ms = ?
             WHERE id IN (SELECT value FROM json_each(?))
             RETURNING id, EXISTS (SELECT 1 FROM run_input WHERE run_id = run.id) AS joined,
                 EXISTS (SELECT 1 FROM inbox AS waited WHERE waited.context_run = run.id) AS reads",
        )
        .bind(now_ms)
        .bind(serde_json::to_string(ids)?)
        .fetch_all(&mut *self.write.turn().await?)
        .await?)
    }

    /// Ends runs and commits their replies, all or nothing.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn finish_runs(&self, account: &str, finished: &[FinishedRun], now_ms: i64) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        batch::record_finished(&mut tx, account, finished, now_ms).await?;
        tx.commit().await?;
        Ok(())
    }

    /// At start: runs that were under way when the last gateway ended. Their replies were not
    /// committed, so each is queued once more; one that was cut off twice stays `interrupted`.
    /// Returns how many were queued again and how many were given up.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn requeue_interrupted(&self, account: &str, now_ms: i64) -> Result<(u64, u64)> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let again = sqlx::query(
            "UPDATE run SET state = 'queued' WHERE account = ? AND state = 'running' AND attempts < ?",
        )
        .bind(account)
        .bind(MAX_ATTEMPTS)
        .execute(&mut *tx)
        .await?;
        let given_up = sqlx::query(
            "UPDATE run SET state = 'interrupted', ended_ms = ?, error = 'cut off twice by a restart'
             WHERE account = ? AND state = 'running'",
        )
        .bind(now_ms)
        .bind(account)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok((again.rows_affected(), given_up.rows_affected()))
    }

    /// The run of a message.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn run_of(&self, inbox_seq: i64) -> Result<Option<RunInfo>> {
        let row: Option<(i64, i64, String, String, i64, Option<String>)> = sqlx::query_as(
            "SELECT id, inbox_seq, agent, state, attempts, error FROM run
             WHERE inbox_seq = ?1 OR id = (SELECT run_id FROM run_input WHERE inbox_seq = ?1)",
        )
        .bind(inbox_seq)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?;
        let Some((id, first, agent, state, attempts, error)) = row else {
            return Ok(None);
        };
        let answers = sqlx::query_scalar(
            "SELECT message_id FROM inbox
             WHERE seq = ?1 OR seq IN (SELECT inbox_seq FROM run_input WHERE run_id = ?2)
             ORDER BY timestamp_s, seq",
        )
        .bind(first)
        .bind(id)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        let context = sqlx::query_scalar("SELECT message_id FROM inbox WHERE context_run = ? ORDER BY seq")
            .bind(id)
            .fetch_all(&mut *self.read.turn().await?)
            .await?;
        Ok(Some(RunInfo {
            id,
            agent,
            state,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            answers,
            context,
            error,
        }))
    }
}
