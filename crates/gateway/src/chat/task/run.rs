//! Running a Task now, and ending a run.

use super::{TaskError, desk, task};
use crate::chat::{Answer, Asked};
use crate::run::running::Why;
use crate::store::RunNow;
use crate::tasks::Ready;

/// The moment at which the command was given is the key of the run, so that it is queued once.
pub(super) async fn now(asked: &Asked<'_>, id: &str) -> Result<Answer, TaskError> {
    let id = task(asked, id).await?.id;
    if let Some(run) = asked.store().open_task_run(&id).await? {
        return Ok(busy(&id, run));
    }
    let Ready { task, chat, keep } = desk(asked).ready(&id).await?;
    let queued = asked
        .store()
        .run_task_by_command(&id, &chat, keep, asked.given_ms, asked.now_ms)
        .await?;
    match queued {
        Some(RunNow::Queued(run)) => {
            let here = asked.addresses.contains(&task.chat);
            let to = if here { "comes here" } else { "goes to its chat" };
            Ok(Answer::says(format!(
                "Task {id} runs now; its result {to}. To end it: /task cancel-run {run}"
            )))
        }
        Some(RunNow::Busy(run)) => Ok(busy(&id, run)),
        None => Err(TaskError::NotFound(id)),
    }
}

fn busy(id: &str, run: i64) -> Answer {
    Answer::says(format!(
        "Task {id} is at work already: run {run} has not ended. To end it: /task cancel-run {run}"
    ))
}

/// A run that is ended twice is ended.
pub(super) async fn cancel(asked: &Asked<'_>, run: i64) -> Result<Answer, TaskError> {
    let row = asked.store().task_run(run).await?;
    let row = row.ok_or(TaskError::RunNotFound(run))?;
    // A Task that they may not see has no runs for them.
    if !asked.is_owner && task(asked, &row.task).await.is_err() {
        return Err(TaskError::RunNotFound(run));
    }
    let running = &asked.shared.engine.running;
    let end = |run| running.cancel_run(run, Why::Stopped);
    let id = desk(asked).cancel_run(run, end, asked.now_ms).await?;
    Ok(Answer::says(format!(
        "Run {run} of Task {id} is ended. The Task itself goes on; to delete it: /task cancel {id}"
    )))
}
