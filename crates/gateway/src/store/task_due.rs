//! Which Tasks are due, and what became of that.

use anyhow::Result;
use fased_policy::task::{State, Why};
use sqlx::Connection as _;

use super::Store;
use super::task::TaskRow;
use super::task_run::{self, Became, NewTaskRun};

/// A Task whose time has come.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DueTask {
    /// The Task.
    #[sqlx(flatten)]
    pub task: TaskRow,
    /// A run of it has not ended.
    pub busy: bool,
}

/// What was decided of a Task that was due.
#[derive(Debug, Clone)]
pub struct Decided<'a> {
    /// Its run: queued, skipped or missed. None when it only gets another time.
    pub run: Option<NewTaskRun<'a>>,
    /// The Task, as it was when that was decided.
    pub task: &'a TaskRow,
    /// What it is up to now.
    pub state: State,
    /// Why, if there is more to say.
    pub why: Option<Why>,
    /// When it is due next.
    pub next_ms: Option<i64>,
    /// Ended runs of it that are kept.
    pub keep: u32,
}

/// A Task that gets another due time.
#[derive(Debug, Clone, Copy)]
pub struct Renewed<'a> {
    /// The Task, as it was when that was decided.
    pub task: &'a TaskRow,
    /// When it is due now.
    pub next_ms: i64,
}

impl Store {
    /// Active Tasks with a schedule that are due later, or have no due time and no run that would end them; by id, those
    /// after this one.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn waiting_tasks(&self, after: &str, now_ms: i64, limit: i64) -> Result<Vec<TaskRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM task WHERE id > ? AND state = 'active' AND schedule IS NOT NULL
                 AND (next_ms > ? OR (next_ms IS NULL AND NOT EXISTS (
                     SELECT 1 FROM run WHERE run.task = task.id AND run.task IS NOT NULL
                         AND run.state IN ('queued', 'running'))))
             ORDER BY id LIMIT ?",
        )
        .bind(after)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Gives Tasks another due time. One that was changed since keeps that change. Returns how many got one.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn renew_tasks(&self, renewed: &[Renewed<'_>], now_ms: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let mut count = 0;
        for one in renewed {
            let moved = sqlx::query(
                "UPDATE task SET next_ms = ?3, updated_ms = ?4
                 WHERE id = ?1 AND state = 'active' AND next_ms IS ?2 AND schedule = ?5",
            )
            .bind(&one.task.id)
            .bind(one.task.next_ms)
            .bind(one.next_ms)
            .bind(now_ms)
            .bind(&one.task.schedule)
            .execute(&mut *tx)
            .await?;
            count += moved.rows_affected();
        }
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(count)
    }

    /// Runs of Tasks that have not ended, each with its account.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn open_task_runs(&self) -> Result<Vec<(i64, String)>> {
        Ok(sqlx::query_as(
            "SELECT id, account FROM run WHERE task IS NOT NULL AND state IN ('queued', 'running')",
        )
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Tasks that are due, those that waited longest first: of these accounts, and of all others those that are due since
    /// before `others_before_ms`.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn due_tasks(
        &self,
        now_ms: i64,
        accounts: &[&str],
        others_before_ms: i64,
        limit: i64,
    ) -> Result<Vec<DueTask>> {
        Ok(sqlx::query_as(
            "SELECT task.*, EXISTS (SELECT 1 FROM run WHERE run.task = task.id AND run.task IS NOT NULL
                 AND run.state IN ('queued', 'running')) AS busy
             FROM task WHERE state = 'active' AND next_ms IS NOT NULL AND next_ms <= ?
                 AND (account IN (SELECT value FROM json_each(?)) OR next_ms < ?)
             ORDER BY next_ms LIMIT ?",
        )
        .bind(now_ms)
        .bind(serde_json::to_string(accounts)?)
        .bind(others_before_ms)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// When the next Task of these accounts is due, if one ever is.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn next_task_due(&self, accounts: &[&str]) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT next_ms FROM task WHERE state = 'active' AND next_ms IS NOT NULL
                 AND +account IN (SELECT value FROM json_each(?)) ORDER BY next_ms LIMIT 1",
        )
        .bind(serde_json::to_string(accounts)?)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// Records what was decided, all or nothing. A Task that was changed since keeps that change, and nothing is recorded
    /// of it; nor is it when a run that was in the way has ended since. A run that is in the way by now lets this one be
    /// skipped. Returns how many were recorded.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn record_due(&self, decided: &[Decided<'_>], now_ms: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let mut recorded = 0;
        for one in decided {
            let is_open = task_run::open(&mut tx, &one.task.id).await?.is_some();
            let overlap = Became::overlap();
            let became = match one.run.as_ref().map(|run| &run.became) {
                Some(became) if *became == overlap && !is_open => continue,
                Some(Became::Queued) if is_open => Some(&overlap),
                became => became,
            };
            let moved = sqlx::query(
                "UPDATE task SET state = ?3, why = ?4, next_ms = ?5, updated_ms = ?6
                 WHERE id = ?1 AND state = 'active' AND next_ms = ?2",
            )
            .bind(&one.task.id)
            .bind(one.task.next_ms)
            .bind(one.state.as_str())
            .bind(one.why.map(Why::as_str))
            .bind(one.next_ms)
            .bind(now_ms)
            .execute(&mut *tx)
            .await?;
            if moved.rows_affected() == 0 {
                continue;
            }
            recorded += 1;
            if let Some((run, became)) = one.run.as_ref().zip(became) {
                let run = NewTaskRun {
                    became: became.clone(),
                    ..run.clone()
                };
                task_run::insert(&mut tx, &run, now_ms).await?;
                task_run::trim(&mut tx, &one.task.id, one.keep).await?;
            }
        }
        tx.commit().await?;
        Ok(recorded)
    }
}
