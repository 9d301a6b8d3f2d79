//! Runs that a newer message ended: who answers what they were to answer.

use anyhow::Result;
use sqlx::SqliteConnection;

use super::run_end::RunEnd;

/// What becomes of a run that a newer message ended.
pub(super) enum HandedOver {
    /// It has ended.
    Ends(RunEnd),
    /// It waits again.
    Waits,
}

/// What a run was to answer and to read goes to the next of its session and chat. Where that is gone, the run waits once
/// more, as if it had not started. One of whose answer a part was sent has ended: a question is not asked again of which
/// an answer is there. Neither does one go on that somebody wished to end.
pub(super) async fn hand_over(tx: &mut SqliteConnection, run: i64, now_ms: i64) -> Result<HandedOver> {
    let found: Option<(Option<String>, bool, Option<i64>)> =
        sqlx::query_as(NEXT).bind(run).fetch_optional(&mut *tx).await?;
    let (wish, has_spoken, next) = found.unwrap_or_default();
    if wish.is_some() {
        let failure = crate::run::STOPPED;
        return Ok(HandedOver::Ends(RunEnd::Cancelled { failure }));
    }
    if has_spoken {
        let failure = "interrupted_by_newer";
        return Ok(HandedOver::Ends(RunEnd::Cancelled { failure }));
    }
    let Some(next) = next else {
        sqlx::query(
            "UPDATE run SET state = 'queued', attempts = attempts - 1, started_ms = NULL
             WHERE id = ? AND state = 'running'",
        )
        .bind(run)
        .execute(tx)
        .await?;
        return Ok(HandedOver::Waits);
    };
    sqlx::query(
        "UPDATE run SET superseded = MAX(run.superseded, was.superseded + 1),
             superseded_ms = COALESCE(was.superseded_ms, run.superseded_ms, ?3)
         FROM run AS was WHERE was.id = ?1 AND run.id = ?2",
    )
    .bind(run)
    .bind(next)
    .bind(now_ms)
    .execute(&mut *tx)
    .await?;
    for step in [
        "UPDATE run_input SET run_id = ?2 WHERE run_id = ?1",
        "INSERT INTO run_input (inbox_seq, run_id) SELECT inbox_seq, ?2 FROM run WHERE id = ?1 AND inbox_seq IS NOT NULL",
        "UPDATE inbox SET context_run = ?2 WHERE context_run = ?1",
    ] {
        sqlx::query(step).bind(run).bind(next).execute(&mut *tx).await?;
    }
    sqlx::query("UPDATE run SET inbox_seq = NULL WHERE id = ?")
        .bind(run)
        .execute(tx)
        .await?;
    Ok(HandedOver::Ends(RunEnd::Superseded))
}

/// Of the run ?1: the wish that it ends, whether a part of its answer was sent, and which is the next of its session and
/// chat.
pub(super) const NEXT: &str = "SELECT run.failure,
     EXISTS (SELECT 1 FROM outbox WHERE run_id = run.id AND purpose IN ('reply', 'task')),
     (SELECT other.id FROM run AS other WHERE other.session = run.session AND other.account = run.account
         AND other.chat = run.chat AND other.kind = 'message' AND other.fork_of IS NULL AND other.state = 'queued'
         AND other.state IN ('queued', 'running') ORDER BY other.id LIMIT 1)
     FROM run WHERE run.id = ?1 AND run.state = 'running'";
