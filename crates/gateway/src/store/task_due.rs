//! Which Tasks are due, and what became of that.

use anyhow::Result;
use fased_policy::task::{State, Why};
use sqlx::Connection as _;

use super::Store;
use super::task::TaskRow;
use super::task_run::{self, NewTaskRun};

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

impl Store {
    /// Tasks that are due, those that waited longest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn due_tasks(&self, now_ms: i64, limit: i64) -> Result<Vec<DueTask>> {
        Ok(sqlx::query_as(
            "SELECT task.*, EXISTS (SELECT 1 FROM run WHERE run.task = task.id AND run.task IS NOT NULL
                 AND run.state IN ('queued', 'running')) AS busy
             FROM task WHERE state = 'active' AND next_ms IS NOT NULL AND next_ms <= ?
             ORDER BY next_ms LIMIT ?",
        )
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// When the next Task is due, if one ever is.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn next_task_due(&self) -> Result<Option<i64>> {
        Ok(
            sqlx::query_scalar(
                "SELECT MIN(next_ms) FROM task WHERE state = 'active' AND next_ms IS NOT NULL",
            )
            .fetch_one(&mut *self.read.turn().await?)
            .await?,
        )
    }

    /// Records what was decided, all or nothing. A Task that was changed since keeps that change, and nothing is recorded
    /// of it. Returns how many were recorded.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn record_due(&self, decided: &[Decided<'_>], now_ms: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let mut recorded = 0;
        for one in decided {
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
            if let Some(run) = &one.run {
                task_run::insert(&mut tx, run, now_ms).await?;
                task_run::trim(&mut tx, &one.task.id, one.keep).await?;
            }
        }
        tx.commit().await?;
        Ok(recorded)
    }
}
