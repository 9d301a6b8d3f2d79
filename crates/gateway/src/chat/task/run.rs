//! Running a Task now, and ending a run.

use super::{TaskError, desk, task};
use crate::chat::{Answer, Asked};
use crate::run::running::Why;
use crate::store::Change;
use crate::tasks::Ready;

pub(super) async fn now(asked: &Asked<'_>, id: &str) -> Result<Answer, TaskError> {
    let id = task(asked, id).await?.id;
    let Ready { task, chat, keep } = desk(asked).ready(&id).await?;
    let here = asked.addresses.contains(&task.chat);
    let to = if here { "comes here" } else { "goes to its chat" };
    Ok(Answer {
        text: format!("Task {} runs now; its result {to}. To end it: /stop", task.id),
        changes: vec![Change::RunTask { task, chat, keep }],
    })
}

/// A run that is ended twice is ended.
pub(super) async fn cancel(asked: &Asked<'_>, run: i64) -> Result<Answer, TaskError> {
    let row = asked.store().task_run(run).await?;
    let row = row.ok_or(TaskError::RunNotFound(run))?;
    if !asked.is_owner {
        let _mine = task(asked, &row.task).await.map_err(|error| match error {
            TaskError::NotFound(_) => TaskError::RunNotFound(run),
            other => other,
        })?;
    }
    let running = &asked.shared.engine.running;
    let end = |run| running.cancel_run(run, Why::Stopped);
    let id = desk(asked).cancel_run(run, end, asked.now_ms).await?;
    Ok(Answer::says(format!(
        "Run {run} of Task {id} is ended. The Task itself goes on; to delete it: /task cancel {id}"
    )))
}
