//! Runs that start, and what is answered together with them.

use anyhow::Result;
use sqlx::{Connection as _, SqliteConnection};

use super::Store;
use super::run::{FILE_WAIT_MS, waits_for_a_file};

/// A run that has started: nothing joins it any more.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StartedRun {
    /// Run id.
    pub id: i64,
    /// Further messages joined the first.
    pub joined: bool,
    /// Something waited in the chat for it to read.
    pub reads: bool,
    /// Of its session.
    pub epoch: i64,
    /// How often newer messages may still end it.
    #[sqlx(flatten)]
    pub patience: Patience,
}

/// Newer messages end the work on the same question this often at most; then they wait for its answer.
const MOST_SUPERSEDED: i64 = 5;
/// And for so long after the first did.
const SUPERSEDED_FOR_MS: i64 = 60_000;

/// How often newer messages ended the work on what a run answers: a question is to be answered some time, however
/// quickly messages follow each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Patience {
    /// So often.
    pub superseded: i64,
    /// The first time, Unix milliseconds.
    pub superseded_ms: Option<i64>,
}

impl Patience {
    /// May a newer message end it now?
    #[must_use]
    pub fn allows(&self, now_ms: i64) -> bool {
        let is_recent = |first: i64| now_ms < first.saturating_add(SUPERSEDED_FOR_MS);
        self.superseded < MOST_SUPERSEDED && self.superseded_ms.is_none_or(is_recent)
    }
}

/// Messages that one run takes over from others; what is left is taken by the one after it.
const MOST_COLLECTED: i64 = 100;

impl Store {
    /// Notes that runs have started; afterwards a crash counts as an interruption of each. Those of `collect` take over
    /// what came to their session and chat while an earlier run was under way. Returns what they answer now, because more
    /// may have joined since they were read; one that was cancelled meanwhile does not start.
    ///
    /// # Errors
    /// What SQLite said; then none has started.
    pub async fn start_runs(&self, ids: &[i64], collect: &[i64], now_ms: i64) -> Result<Vec<StartedRun>> {
        let mut turn = self.write.turn().await?;
        if collect.is_empty() {
            return start(&mut turn, ids, now_ms).await;
        }
        let mut tx = turn.begin().await?;
        let mut started = start(&mut tx, ids, now_ms).await?;
        for run in started.iter_mut().filter(|run| collect.contains(&run.id)) {
            if take_over(&mut tx, run.id, now_ms).await? {
                run.joined = true;
                run.reads = true;
            }
        }
        tx.commit().await?;
        Ok(started)
    }
}

async fn start(connection: &mut SqliteConnection, ids: &[i64], now_ms: i64) -> Result<Vec<StartedRun>> {
    Ok(sqlx::query_as(
        "UPDATE run SET state = 'running', attempts = attempts + 1, failure = NULL, started_ms = ?
         WHERE id IN (SELECT value FROM json_each(?)) AND state = 'queued'
         RETURNING id, EXISTS (SELECT 1 FROM run_input WHERE run_id = COALESCE(run.fork_of, run.id)) AS joined,
             EXISTS (SELECT 1 FROM inbox AS waited WHERE waited.context_run = COALESCE(run.fork_of, run.id)) AS reads,
             COALESCE(run.epoch, (SELECT epoch FROM session WHERE key = run.session), 0) AS epoch, superseded, superseded_ms",
    )
    .bind(now_ms)
    .bind(serde_json::to_string(ids)?)
    .fetch_all(connection)
    .await?)
}

/// What waits in the session and chat of run ?1, in order, and whether it may be taken over.
pub(super) const WAITING: &str = concat!(
    "SELECT other.id, other.collects AND other.attempts = 0 AND other.epoch IS run.epoch
         AND other.not_before_ms <= ?2 AND NOT ",
    waits_for_a_file!("other.inbox_seq", "other.id", "?2", "?3"),
    " AS ready
     FROM run JOIN run AS other ON other.session = run.session AND other.account = run.account
         AND other.chat = run.chat AND other.id <> run.id
     WHERE run.id = ?1 AND other.state = 'queued' AND other.kind = 'message'
         AND other.state IN ('queued', 'running')
     ORDER BY other.id LIMIT ?4"
);

/// Gives a run what the waiting runs of its session and chat were to answer, up to the first that may not be taken over:
/// what came later is not answered before. They are gone then: nothing refers to a run that never started. Returns
/// whether there were any.
async fn take_over(tx: &mut SqliteConnection, run: i64, now_ms: i64) -> Result<bool> {
    let waiting: Vec<(i64, bool)> = sqlx::query_as(WAITING)
        .bind(run)
        .bind(now_ms)
        .bind(FILE_WAIT_MS)
        .bind(MOST_COLLECTED)
        .fetch_all(&mut *tx)
        .await?;
    let ready: Vec<i64> = waiting
        .into_iter()
        .take_while(|(_, ready)| *ready)
        .map(|(id, _)| id)
        .collect();
    if ready.is_empty() {
        return Ok(false);
    }
    let ready = serde_json::to_string(&ready)?;
    for step in [
        "UPDATE run_input SET run_id = ?1 WHERE run_id IN (SELECT value FROM json_each(?2))",
        "INSERT INTO run_input (inbox_seq, run_id)
         SELECT inbox_seq, ?1 FROM run WHERE id IN (SELECT value FROM json_each(?2))",
        "UPDATE inbox SET context_run = ?1 WHERE context_run IN (SELECT value FROM json_each(?2))",
        "DELETE FROM run WHERE id <> ?1 AND id IN (SELECT value FROM json_each(?2))",
    ] {
        sqlx::query(step).bind(run).bind(&ready).execute(&mut *tx).await?;
    }
    Ok(true)
}
