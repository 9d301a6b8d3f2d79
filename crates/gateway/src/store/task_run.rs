//! Runs of Tasks: queued, skipped and missed ones as they are recorded, and all of them as they are looked at.

use anyhow::Result;
use fased_policy::task::Skipped;
use sqlx::{Connection as _, SqliteConnection};

use super::task::TaskRow;
use super::{RunKind, Store};

/// Old runs that are forgotten for each new one, so that a lower bound is reached soon and none waits long for it.
const TRIMMED: i64 = 100;

/// What made a Task run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It was just made.
    Created,
    /// It was due.
    Schedule,
    /// It was due a while before: no gateway ran, it was late, its account sent nothing, or the clock was set.
    CatchUp,
    /// Somebody asked for it.
    Manual,
    /// The run before was cut off by the end of the gateway.
    Again,
}

impl Cause {
    /// Its name in the store and on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Schedule => "schedule",
            Self::CatchUp => "catch_up",
            Self::Manual => "manual",
            Self::Again => "again",
        }
    }
}

/// What a Task's run becomes at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It waits for its turn.
    Queued,
    /// It does not take place.
    Skipped {
        /// The reason in one word.
        failure: &'static str,
        /// The reason.
        why: String,
    },
    /// Its time came too long ago.
    Missed {
        /// What of it.
        why: String,
    },
}

impl Became {
    /// It does not take place, because the one before it has not ended.
    #[must_use]
    pub fn overlap() -> Self {
        Self::Skipped {
            failure: Skipped::Overlap.as_str(),
            why: Skipped::Overlap.sentence().to_owned(),
        }
    }
}

/// A run of a Task to be recorded.
#[derive(Debug, Clone)]
pub struct NewTaskRun<'a> {
    /// Of which.
    pub task: &'a TaskRow,
    /// Where its answer goes.
    pub chat: &'a str,
    /// What made it run.
    pub cause: Cause,
    /// When it was due.
    pub due_ms: Option<i64>,
    /// What becomes of it.
    pub became: Became,
}

impl<'a> NewTaskRun<'a> {
    /// One that runs as soon as it can.
    #[must_use]
    pub fn queued(task: &'a TaskRow, chat: &'a str, cause: Cause, due_ms: i64) -> Self {
        Self {
            task,
            chat,
            cause,
            due_ms: Some(due_ms),
            became: Became::Queued,
        }
    }
}

/// A run of a Task, as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TaskRunRow {
    /// Run id.
    pub id: i64,
    /// Of which Task.
    pub task: String,
    /// Account id.
    pub account: String,
    /// `queued`, `running`, `ok`, …
    pub state: String,
    /// What made it run.
    pub cause: Option<String>,
    /// When it was due.
    pub due_ms: Option<i64>,
    /// How often it was started; of one that was skipped, how often in a row.
    pub attempts: i64,
    /// Of one that did not go well: the kind in one word.
    pub failure: Option<String>,
    /// And what is known of it.
    pub error: Option<String>,
    /// The end of what the agent's process complained of.
    pub stderr: Option<String>,
    /// The first words of what came of it.
    pub result: Option<String>,
    /// A message with what came of it waits, or is not confirmed yet.
    pub sending: bool,
    /// When it was queued.
    pub created_ms: i64,
    /// When it started.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
}

/// Of complaints of an agent's process, so many characters are read where many runs are: they go out in one line.
const SHORT: usize = 1_000;
/// And so many where there is one run.
const WHOLE: usize = 65_536;

/// What is read of a run, besides those complaints.
const COLUMNS: &str = "id, task, account, state, cause, due_ms, attempts, failure, error, result, created_ms,
    started_ms, ended_ms, EXISTS (SELECT 1 FROM outbox WHERE outbox.run_id = run.id AND outbox.purpose IN ('reply', 'task')
        AND outbox.state IN ('queued', 'sending', 'written', 'unknown')) AS sending";

/// What came of the wish that a Task runs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunNow {
    /// This run was queued.
    Queued(i64),
    /// This run of it has not ended.
    Busy(i64),
}

impl Store {
    /// Queues a run of a Task, unless one has not ended. Keeps so many ended ones.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn run_task_now(&self, task: &TaskRow, chat: &str, keep: u32, now_ms: i64) -> Result<RunNow> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let open = open(&mut tx, &task.id).await?;
        if let Some(open) = open {
            return Ok(RunNow::Busy(open));
        }
        let run = NewTaskRun::queued(task, chat, Cause::Manual, now_ms);
        let id = insert(&mut tx, &run, now_ms).await?;
        trim(&mut tx, &task.id, keep).await?;
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(RunNow::Queued(id))
    }

    /// A run of a Task that has not ended.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn open_task_run(&self, task: &str) -> Result<Option<i64>> {
        open(&mut *self.read.turn().await?, task).await
    }

    /// The newest runs of a Task, also of one that is gone; newest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn task_runs(&self, task: &str, limit: i64) -> Result<Vec<TaskRunRow>> {
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, substr(stderr, -{SHORT}) AS stderr FROM run WHERE task = ? ORDER BY id DESC LIMIT ?"
        )))
        .bind(task)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// The last run of a Task that took place and ended.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn last_task_run(&self, task: &str) -> Result<Option<TaskRunRow>> {
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, substr(stderr, -{WHOLE}) AS stderr FROM run WHERE task = ? AND state IN ('ok', 'error', 'cancelled', 'interrupted')
             ORDER BY id DESC LIMIT 1"
        )))
        .bind(task)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// A run of a Task, by its number.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn task_run(&self, id: i64) -> Result<Option<TaskRunRow>> {
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, substr(stderr, -{WHOLE}) AS stderr FROM run WHERE id = ? AND task IS NOT NULL"
        )))
        .bind(id)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// The newest run of each of these Tasks.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn newest_task_runs(&self, tasks: &[&str]) -> Result<Vec<TaskRunRow>> {
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, NULL AS stderr FROM run WHERE id IN (
                 SELECT (SELECT MAX(id) FROM run WHERE task = value) FROM json_each(?))"
        )))
        .bind(serde_json::to_string(tasks)?)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Forgets runs of Tasks that ended before this moment, and Tasks that are done since before it: so many of each
    /// at once. Messages that came of them stay. Returns how many are gone.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn forget_task_runs(&self, before_ms: i64, limit: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let old: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM run WHERE task IS NOT NULL AND ended_ms < ? ORDER BY ended_ms LIMIT ?",
        )
        .bind(before_ms)
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
        forget(&mut tx, &old).await?;
        let done = sqlx::query(
            "DELETE FROM task WHERE id IN (
                 SELECT id FROM task WHERE state = 'done' AND updated_ms < ?1 AND NOT EXISTS (
                     SELECT 1 FROM run WHERE task = task.id AND task IS NOT NULL AND state IN ('queued', 'running'))
                 ORDER BY updated_ms LIMIT ?2)",
        )
        .bind(before_ms)
        .bind(limit)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(u64::try_from(old.len()).unwrap_or(0) + done.rows_affected())
    }
}

pub(super) async fn open(connection: &mut SqliteConnection, task: &str) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "SELECT id FROM run WHERE task = ? AND task IS NOT NULL AND state IN ('queued', 'running') LIMIT 1",
    )
    .bind(task)
    .fetch_optional(connection)
    .await?)
}

/// Records a run. One that is skipped for the reason of the one before is counted there: a Task that is due every
/// minute does not push its history out of sight while a long run goes on.
pub(super) async fn insert(tx: &mut SqliteConnection, run: &NewTaskRun<'_>, now_ms: i64) -> Result<i64> {
    let (state, failure, error) = match &run.became {
        Became::Queued => ("queued", None, None),
        Became::Skipped { failure, why } => ("skipped", Some(*failure), Some(why)),
        Became::Missed { why } => ("missed", None, Some(why)),
    };
    if let Some(failure) = failure {
        let counted: Option<i64> = sqlx::query_scalar(
            "UPDATE run SET attempts = attempts + 1, due_ms = ?3, ended_ms = ?4
             WHERE id = (SELECT MAX(id) FROM run WHERE task = ?1) AND state = 'skipped' AND failure = ?2
             RETURNING id",
        )
        .bind(&run.task.id)
        .bind(failure)
        .bind(run.due_ms)
        .bind(now_ms)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(id) = counted {
            return Ok(id);
        }
    }
    let ended_ms = (run.became != Became::Queued).then_some(now_ms);
    Ok(sqlx::query_scalar(
        "INSERT INTO run (account, kind, task, chat, agent, session, state, attempts, failure, error, prompt, cause,
             due_ms, created_ms, ended_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(&run.task.account)
    .bind(RunKind::Task.as_str())
    .bind(&run.task.id)
    .bind(run.chat)
    .bind(&run.task.agent)
    .bind(&run.task.session)
    .bind(state)
    .bind(i64::from(failure.is_some()))
    .bind(failure)
    .bind(error)
    .bind(&run.task.prompt)
    .bind(run.cause.as_str())
    .bind(run.due_ms)
    .bind(now_ms)
    .bind(ended_ms)
    .fetch_one(tx)
    .await?)
}

/// Forgets ended runs of a Task beyond the newest `keep`.
pub(super) async fn trim(tx: &mut SqliteConnection, task: &str, keep: u32) -> Result<()> {
    let old: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM run WHERE task = ? AND state NOT IN ('queued', 'running') ORDER BY id DESC LIMIT ? OFFSET ?",
    )
    .bind(task)
    .bind(TRIMMED)
    .bind(keep)
    .fetch_all(&mut *tx)
    .await?;
    forget(tx, &old).await
}

/// Forgets runs. Messages that came of them go on without.
async fn forget(tx: &mut SqliteConnection, runs: &[i64]) -> Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    let runs = serde_json::to_string(runs)?;
    for statement in [
        "UPDATE outbox SET run_id = NULL WHERE run_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM run WHERE id IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(statement).bind(&runs).execute(&mut *tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
