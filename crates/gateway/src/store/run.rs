//! Runs: started at most once, except that one cut off before its reply was committed is started
//! once more.

use anyhow::Result;
use fased_protocol::control::RunInfo;

use sqlx::Connection as _;

use super::outbox::Draft;
use super::{Store, StoredMessage, batch};

/// A run that waits for its turn.
#[derive(Debug, Clone)]
pub struct QueuedRun {
    /// Run id.
    pub id: i64,
    /// Agent id.
    pub agent: String,
    /// Session key: runs of one session follow each other.
    pub session: String,
    /// What it answers.
    pub message: StoredMessage,
}

#[derive(sqlx::FromRow)]
struct RunHead {
    run_id: i64,
    agent: String,
    session: String,
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

impl Store {
    /// The oldest queued run of each session.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn queued_runs(&self, account: &str, limit: i64) -> Result<Vec<QueuedRun>> {
        let heads: Vec<RunHead> = sqlx::query_as(
            "SELECT run.id AS run_id, run.agent, run.session, inbox.*
             FROM run JOIN inbox ON inbox.seq = run.inbox_seq
             WHERE run.id IN (
                 SELECT MIN(id) FROM run WHERE account = ?1 AND state IN ('queued', 'running')
                 GROUP BY session HAVING MAX(state = 'running') = 0 ORDER BY 1 LIMIT ?2)
             ORDER BY run.id",
        )
        .bind(account)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(heads
            .into_iter()
            .map(
                |RunHead {
                     run_id,
                     agent,
                     session,
                     message,
                 }| QueuedRun {
                    id: run_id,
                    agent,
                    session,
                    message,
                },
            )
            .collect())
    }

    /// Notes that runs have started; afterwards a crash counts as an interruption of each.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn start_runs(&self, ids: &[i64], now_ms: i64) -> Result<()> {
        sqlx::query(
            "UPDATE run SET state = 'running', attempts = attempts + 1, started_ms = ?
             WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(now_ms)
        .bind(serde_json::to_string(ids)?)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
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
        let row: Option<(i64, String, String, i64, Option<String>)> =
            sqlx::query_as("SELECT id, agent, state, attempts, error FROM run WHERE inbox_seq = ?")
                .bind(inbox_seq)
                .fetch_optional(&mut *self.read.turn().await?)
                .await?;
        Ok(row.map(|(id, agent, state, attempts, error)| RunInfo {
            id,
            agent,
            state,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            error,
        }))
    }
}
