//! Tasks, as far as their runs change them.

use anyhow::Result;
use sqlx::SqliteConnection;

/// A Task's run that has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended<'a> {
    /// The Task's id. It may be gone.
    pub(super) task: &'a str,
    /// Run id.
    #[expect(dead_code, reason = "the schedule follows from it")]
    pub(super) run: i64,
    /// How the run ended: ok, error, cancelled or interrupted.
    pub(super) state: &'a str,
    /// The kind of failure, in one word.
    #[expect(dead_code, reason = "the schedule follows from it")]
    pub(super) failure: Option<&'a str>,
    /// The first words of what came of it.
    #[expect(dead_code, reason = "the schedule follows from it")]
    pub(super) result: Option<&'a str>,
    /// Now, Unix milliseconds.
    pub(super) now_ms: i64,
}

impl<'a> Ended<'a> {
    /// It came to nothing.
    pub(super) fn without_result(task: &'a str, run: i64, state: &'a str, now_ms: i64) -> Self {
        Self {
            task,
            run,
            state,
            failure: Some(state),
            result: None,
            now_ms,
        }
    }
}

/// Counts what came of a run, in the transaction that ends it. Returns whether a failure of it is the first in a row,
/// of which its chat is told.
pub(super) async fn after_run(tx: &mut SqliteConnection, ended: &Ended<'_>) -> Result<bool> {
    let (success, failure) = match ended.state {
        "ok" => (1, 0),
        "cancelled" => (0, 0),
        _ => (0, 1),
    };
    let failures: Option<i64> = sqlx::query_scalar(
        "UPDATE task SET runs = runs + 1, successes = successes + ?1,
             failures = CASE WHEN ?1 THEN 0 ELSE failures + ?2 END, updated_ms = ?3
         WHERE id = ?4 RETURNING failures",
    )
    .bind(success)
    .bind(failure)
    .bind(ended.now_ms)
    .bind(ended.task)
    .fetch_optional(tx)
    .await?;
    Ok(failures.is_none_or(|failures| failures == 1))
}
