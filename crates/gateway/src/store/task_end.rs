//! What becomes of a Task when a run of it has ended.

use anyhow::Result;
use fased_policy::task::{Counters, Ended, Outcome, State, Why, after_run as decide};
use sqlx::{Connection as _, SqliteConnection};

use super::Store;
use super::task::TaskRow;
use crate::tasks::zone;

/// Longest piece of a result that a run keeps, in characters; all of it is in what was sent.
const RESULT_CHARS: usize = 500;

/// What came of the wish to end a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelledRun {
    /// It has ended.
    Done,
    /// It is under way, and whoever has it has to end it.
    Running,
    /// It had ended before, in this state.
    Over(String),
    /// There is no such run of a Task.
    NotFound,
}

impl Store {
    /// Is the chat told when the next run of this Task fails? Only of the first failure in a row.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn task_failure_is_told(&self, task: &str) -> Result<bool> {
        let failures: Option<i64> = sqlx::query_scalar("SELECT failures FROM task WHERE id = ?")
            .bind(task)
            .fetch_optional(&mut *self.read.turn().await?)
            .await?;
        Ok(failures.unwrap_or(0) == 0)
    }

    /// Ends a run of a Task that is queued; with `even_running` also one that nobody works on any more.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn cancel_task_run(&self, run: i64, even_running: bool, now_ms: i64) -> Result<CancelledRun> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM run WHERE id = ? AND task IS NOT NULL")
                .bind(run)
                .fetch_optional(&mut *tx)
                .await?;
        let Some(state) = state else {
            return Ok(CancelledRun::NotFound);
        };
        match state.as_str() {
            "queued" => {}
            "running" if even_running => {}
            "running" => return Ok(CancelledRun::Running),
            _ended => return Ok(CancelledRun::Over(state)),
        }
        sqlx::query(
            "UPDATE run SET state = 'cancelled', error = 'somebody cancelled it', ended_ms = ? WHERE id = ?",
        )
        .bind(now_ms)
        .bind(run)
        .execute(&mut *tx)
        .await?;
        after_run(&mut tx, run, None, now_ms).await?;
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(CancelledRun::Done)
    }
}

/// Counts a run that has just ended, keeps the beginning of its answer, and gives its Task its next time. Part of the
/// transaction that ends the run, which has its last state already. Does nothing for a run of no Task.
pub(super) async fn after_run(
    tx: &mut SqliteConnection,
    run: i64,
    answer: Option<&str>,
    now_ms: i64,
) -> Result<()> {
    let ended: Option<(String, String)> =
        sqlx::query_as("SELECT task, state FROM run WHERE id = ? AND task IS NOT NULL")
            .bind(run)
            .fetch_optional(&mut *tx)
            .await?;
    let Some((task, state)) = ended else {
        return Ok(());
    };
    if let Some(answer) = answer {
        let beginning: String = answer.chars().take(RESULT_CHARS).collect();
        sqlx::query("UPDATE run SET result = ? WHERE id = ?")
            .bind(beginning)
            .bind(run)
            .execute(&mut *tx)
            .await?;
    }
    let Some(outcome) = outcome(&state) else {
        return Ok(());
    };
    let task: Option<TaskRow> = sqlx::query_as("SELECT * FROM task WHERE id = ?")
        .bind(task)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(task) = task else {
        return Ok(());
    };
    let schedule = task.schedule();
    let zone = zone::stored(&task.zone);
    let limits = task.definition();
    let after = decide(&Ended {
        timing: task.timing(schedule.as_ref(), &zone),
        outcome,
        counters: Counters {
            runs: count(task.runs),
            successes: count(task.successes),
            failures: count(task.failures),
        },
        max_runs: limits.max_runs,
        max_successes: limits.max_successes,
        state: task.state(),
        next_ms: task.next_ms,
        now_ms,
    });
    sqlx::query(
        "UPDATE task SET runs = ?2, successes = ?3, failures = ?4, state = ?5, why = COALESCE(?6, why), next_ms = ?7,
             updated_ms = ?8
         WHERE id = ?1",
    )
    .bind(&task.id)
    .bind(after.counters.runs)
    .bind(after.counters.successes)
    .bind(after.counters.failures)
    .bind(State::as_str(after.state))
    .bind(after.why.map(Why::as_str))
    .bind(after.next_ms)
    .bind(now_ms)
    .execute(&mut *tx)
    .await?;
    Ok(())
}

fn outcome(state: &str) -> Option<Outcome> {
    match state {
        "ok" => Some(Outcome::Ok),
        "error" => Some(Outcome::Error),
        "cancelled" => Some(Outcome::Cancelled),
        "interrupted" => Some(Outcome::Interrupted),
        _not_ended => None,
    }
}

fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
