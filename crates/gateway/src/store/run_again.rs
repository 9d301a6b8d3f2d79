//! Runs that the end of the gateway cut off.

use anyhow::Result;
use sqlx::{Connection as _, SqliteConnection};

use super::draft::Draft;
use super::run::RunKind;
use super::task_delete::TASK_CANCELLED;
use super::{Store, batch, task};

/// A run that was under way when the last gateway ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOff {
    /// Run id.
    pub id: i64,
    /// Its chat.
    pub chat: String,
    /// When it was queued, Unix milliseconds.
    pub created_ms: i64,
    /// What it did.
    pub kind: RunKind,
    /// Its agent, where others answer the same.
    pub speaker: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    kind: String,
    chat: String,
    created_ms: i64,
    attempts: i64,
    task: Option<String>,
    cause: Option<String>,
    /// Somebody wished that it ends.
    failure: Option<String>,
    /// It is a Task's, which is not there any more.
    is_orphaned: bool,
    has_spoken: bool,
    speaker: Option<String>,
}

/// A run may be started this often: the first time, and once more after an interruption.
const MAX_ATTEMPTS: i64 = 2;
/// What makes a Task run that was cut off.
const AGAIN: &str = "again";

impl Store {
    /// At start: runs that were under way when the last gateway ended. One of which nothing was sent is queued once more,
    /// unless its agent had something sent by itself meanwhile, be it of another run: it might be sent twice;
    /// one that was cut off twice, or of whose answer a part was sent, stays `interrupted`, and its chat is told what `tell`
    /// says. A Task's run stays in its history, and another one is queued. One that somebody wished to end, or whose Task
    /// is gone, has ended.
    /// Returns how many were queued again and how many were given up.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn requeue_interrupted(
        &self,
        account: &str,
        now_ms: i64,
        tell: impl Fn(&CutOff) -> Option<Draft>,
    ) -> Result<(u64, u64)> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, kind, chat, created_ms, attempts, task, cause, failure,
                 task IS NOT NULL AND NOT EXISTS (SELECT 1 FROM task WHERE task.id = run.task) AS is_orphaned,
                 EXISTS (SELECT 1 FROM outbox WHERE run_id = run.id AND purpose IN ('reply', 'task'))
                     OR EXISTS (SELECT 1 FROM outbox WHERE account = run.account AND by_agent = run.agent
                         AND created_ms >= run.started_ms) AS has_spoken,
                 CASE WHEN EXISTS (SELECT 1 FROM run AS other WHERE other.fork_of = run.fork_of AND other.id <> run.id)
                     THEN agent END AS speaker
             FROM run WHERE account = ? AND state = 'running' AND state IN ('queued', 'running') ORDER BY id",
        )
        .bind(account)
        .fetch_all(&mut *tx)
        .await?;
        let (mut again, mut given_up) = (0, 0);
        let mut told = Vec::new();
        for row in &rows {
            let wish = row.failure.as_deref();
            if let Some(failure) = wish.or(row.is_orphaned.then_some(TASK_CANCELLED)) {
                cancel(&mut tx, row, failure, now_ms).await?;
                continue;
            }
            let kind = RunKind::parse(&row.kind).unwrap_or(RunKind::Message);
            let is_task = kind == RunKind::Task;
            let may_go_again = match is_task {
                true => row.cause.as_deref() != Some(AGAIN),
                false => row.attempts < MAX_ATTEMPTS,
            };
            if may_go_again && !row.has_spoken && !is_task {
                sqlx::query("UPDATE run SET state = 'queued' WHERE id = ?")
                    .bind(row.id)
                    .execute(&mut *tx)
                    .await?;
                again += 1;
                continue;
            }
            let goes_again = may_go_again && !row.has_spoken;
            interrupt(&mut tx, row, goes_again, now_ms).await?;
            if goes_again {
                queue_task_again(&mut tx, row.id, now_ms).await?;
                again += 1;
                continue;
            }
            given_up += 1;
            let tells = match &row.task {
                Some(task) => {
                    let ended = task::Ended::new(task, row.id, "interrupted", now_ms);
                    task::after_run(&mut tx, &ended).await?
                }
                None => true,
            };
            let cut_off = CutOff {
                id: row.id,
                chat: row.chat.clone(),
                created_ms: row.created_ms,
                kind,
                speaker: row.speaker.clone(),
            };
            if tells && let Some(draft) = tell(&cut_off) {
                told.push((row.id, draft));
            }
        }
        let drafts: Vec<_> = told.iter().map(|(run, draft)| (Some(*run), draft)).collect();
        batch::queue(&mut tx, account, &drafts, now_ms).await?;
        tx.commit().await?;
        Ok((again, given_up))
    }
}

/// It was to end, and the end of the gateway came before that was recorded.
async fn cancel(tx: &mut SqliteConnection, row: &Row, failure: &str, now_ms: i64) -> Result<()> {
    sqlx::query("UPDATE run SET state = 'cancelled', ended_ms = ?, failure = ? WHERE id = ?")
        .bind(now_ms)
        .bind(failure)
        .bind(row.id)
        .execute(&mut *tx)
        .await?;
    if let Some(task) = &row.task {
        task::after_run(tx, &task::Ended::new(task, row.id, "cancelled", now_ms)).await?;
    }
    Ok(())
}

async fn interrupt(tx: &mut SqliteConnection, row: &Row, goes_again: bool, now_ms: i64) -> Result<()> {
    let why = if row.has_spoken {
        "cut off by a restart after something of it was sent"
    } else if goes_again {
        "cut off by a restart, and queued again"
    } else {
        "cut off twice by a restart"
    };
    sqlx::query(
        "UPDATE run SET state = 'interrupted', ended_ms = ?, failure = 'interrupted', error = ? WHERE id = ?",
    )
    .bind(now_ms)
    .bind(why)
    .bind(row.id)
    .execute(&mut *tx)
    .await?;
    if row.task.is_some() {
        task::tell_cut_off(tx, row.id, goes_again, now_ms).await?;
    }
    Ok(())
}

async fn queue_task_again(tx: &mut SqliteConnection, run: i64, now_ms: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO run (account, kind, task, chat, agent, session, state, prompt, cause, due_ms, created_ms)
         SELECT account, kind, task, chat, agent, session, 'queued', prompt, ?, due_ms, ? FROM run WHERE id = ?",
    )
    .bind(AGAIN)
    .bind(now_ms)
    .bind(run)
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
