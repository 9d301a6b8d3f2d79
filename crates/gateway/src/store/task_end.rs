//! What becomes of a Task when a run of it has ended.

use anyhow::Result;
use fased_policy::task::{self as policy, Counters, Outcome, State, Why, after_run as decide};
use sqlx::{Connection as _, SqliteConnection};

use super::Store;
use super::task::TaskRow;
use super::task_run::Cause;
use crate::tasks::zone;

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
    /// Ends a run of a Task that is queued; with `even_running` also one that nobody works on any more.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn cancel_task_run(&self, run: i64, even_running: bool, now_ms: i64) -> Result<CancelledRun> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT task, state FROM run WHERE id = ? AND task IS NOT NULL")
                .bind(run)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((task, state)) = found else {
            return Ok(CancelledRun::NotFound);
        };
        match state.as_str() {
            "queued" => {}
            "running" if even_running => {}
            "running" => {
                // Should the gateway end before it has, it is not run again.
                sqlx::query("UPDATE run SET failure = 'cancelled' WHERE id = ?")
                    .bind(run)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                return Ok(CancelledRun::Running);
            }
            _ended => return Ok(CancelledRun::Over(state)),
        }
        sqlx::query("UPDATE run SET state = 'cancelled', failure = 'cancelled', ended_ms = ? WHERE id = ?")
            .bind(now_ms)
            .bind(run)
            .execute(&mut *tx)
            .await?;
        let ended = Ended::new(&task, run, "cancelled", now_ms);
        after_run(&mut tx, &ended).await?;
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(CancelledRun::Done)
    }
}

#[cfg(test)]
impl Store {
    /// Ends a run as the run engine does. Returns whether the chat is told of a failure.
    pub(crate) async fn end_task_run(&self, run: i64, state: &str, now_ms: i64) -> Result<bool> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let task: String =
            sqlx::query_scalar("UPDATE run SET state = ?, ended_ms = ? WHERE id = ? RETURNING task")
                .bind(state)
                .bind(now_ms)
                .bind(run)
                .fetch_one(&mut *tx)
                .await?;
        let ended = Ended::new(&task, run, state, now_ms);
        let told = after_run(&mut tx, &ended).await?;
        tx.commit().await?;
        Ok(told)
    }
}

/// A run of a Task that has just ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended<'a> {
    /// The Task's id. It may be gone.
    pub(super) task: &'a str,
    /// Run id.
    pub(super) run: i64,
    /// How the run ended: ok, error, cancelled or interrupted.
    pub(super) state: &'a str,
    /// Now, Unix milliseconds.
    pub(super) now_ms: i64,
}

impl<'a> Ended<'a> {
    /// It ended like this.
    pub(super) fn new(task: &'a str, run: i64, state: &'a str, now_ms: i64) -> Self {
        Self {
            task,
            run,
            state,
            now_ms,
        }
    }
}

/// Counts a run and gives its Task its next time: part of the transaction that ends the run. Returns whether the chat is told of
/// a failure, which it is of the first in a row and of what somebody asked for.
pub(super) async fn after_run(tx: &mut SqliteConnection, ended: &Ended<'_>) -> Result<bool> {
    let Some(outcome) = outcome(ended.state) else {
        tracing::error!(
            run = ended.run,
            state = ended.state,
            "a run has not ended and is not counted"
        );
        return Ok(false);
    };
    let task: Option<TaskRow> = sqlx::query_as("SELECT * FROM task WHERE id = ?")
        .bind(ended.task)
        .fetch_optional(&mut *tx)
        .await?;
    // The last words of a Task that was deleted meanwhile are told.
    let Some(task) = task else {
        return Ok(outcome != Outcome::Ok);
    };
    let schedule = task.schedule();
    let zone = zone::stored(&task.zone);
    let limits = task.definition();
    let by_hand = is_by_hand(tx, ended.run).await?;
    let after = decide(&policy::Ended {
        timing: task.timing(schedule.as_ref(), &zone),
        outcome,
        by_hand,
        counters: Counters {
            runs: count(task.runs),
            successes: count(task.successes),
            failures: count(task.failures),
        },
        max_runs: limits.max_runs,
        max_successes: limits.max_successes,
        state: task.state(),
        next_ms: task.next_ms,
        made_for_it: task.schedule.is_none() && is_first(tx, &task.id, ended.run).await?,
        now_ms: ended.now_ms,
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
    .bind(ended.now_ms)
    .execute(&mut *tx)
    .await?;
    Ok(after.tell_failure)
}

/// Tells the owner that a run was cut off: part of the transaction that records it, so that it is told once.
pub(super) async fn tell_cut_off(
    tx: &mut SqliteConnection,
    run: i64,
    goes_again: bool,
    now_ms: i64,
) -> Result<()> {
    let then = if goes_again {
        "it is done once more"
    } else {
        "it is not done again"
    };
    sqlx::query(
        "INSERT INTO notice (at_ms, account, kind, text)
         SELECT ?1, account, 'task', 'run ' || id || ' of Task ' || task || ' was cut off by the end of the gateway; ' || ?2
         FROM run WHERE id = ?3",
    )
    .bind(now_ms)
    .bind(then)
    .bind(run)
    .execute(tx)
    .await?;
    Ok(())
}

/// Is this the run that its Task was made with, or the one that takes its place after it was cut off?
async fn is_first(tx: &mut SqliteConnection, task: &str, run: i64) -> Result<bool> {
    let cause: Option<String> = sqlx::query_scalar(
        "SELECT cause FROM run WHERE task = ? AND id <= ? AND cause <> 'again' ORDER BY id DESC LIMIT 1",
    )
    .bind(task)
    .bind(run)
    .fetch_optional(tx)
    .await?;
    Ok(cause.as_deref() == Some(Cause::Created.as_str()))
}

/// Did somebody ask for this run, or for the one that was cut off and that it goes on with?
async fn is_by_hand(tx: &mut SqliteConnection, run: i64) -> Result<bool> {
    let by_hand: Option<bool> = sqlx::query_scalar(
        "SELECT COALESCE(run.cause = 'manual' OR (run.cause = 'again' AND (
             SELECT before.cause FROM run AS before
             WHERE before.task = run.task AND before.id < run.id AND before.state = 'interrupted'
             ORDER BY before.id DESC LIMIT 1) = 'manual'), FALSE)
         FROM run WHERE run.id = ?",
    )
    .bind(run)
    .fetch_optional(&mut *tx)
    .await?;
    Ok(by_hand.unwrap_or(false))
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
