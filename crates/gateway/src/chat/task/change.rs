//! Pausing, resuming, editing and deleting Tasks. Done twice, each comes to the same.

use fased_policy::command::Edit;
use fased_protocol::control::{TaskEdit, TaskInfo};
use fased_protocol::private::Private;

use super::{TaskError, desk, task};
use crate::chat::{Answer, Asked};
use crate::run::running::Why;
use crate::store::Change;

pub(super) async fn pause(asked: &Asked<'_>, id: &str) -> Result<Answer, TaskError> {
    let id = task(asked, id).await?.id;
    desk(asked).pause(&id, asked.now_ms).await?;
    Ok(Answer::says(format!(
        "Task {id} is paused. To let it go on: /task resume {id}"
    )))
}

pub(super) async fn resume(asked: &Asked<'_>, id: &str) -> Result<Answer, TaskError> {
    let id = task(asked, id).await?.id;
    let task = desk(asked).resume(&id, asked.now_ms).await?;
    Ok(Answer::says(format!("Task {id} goes on{}.", next(&task))))
}

pub(super) async fn edit(asked: &Asked<'_>, id: &str, edit: &Edit) -> Result<Answer, TaskError> {
    let id = task(asked, id).await?.id;
    let mut to = TaskEdit::default();
    match edit {
        Edit::Name(name) => to.name = Some(Private(name.clone().unwrap_or_default())),
        Edit::Prompt(prompt) => to.prompt = Some(Private(prompt.clone())),
        Edit::Schedule(schedule) => to.schedule = Some(schedule.clone()),
    }
    let task = desk(asked).edit(&id, &to, asked.now_ms).await?;
    Ok(Answer::says(format!(
        "Task {id} is changed: {}{}.",
        task.schedule,
        next(&task)
    )))
}

/// What runs of it is ended first: should the gateway end in between, the Task is still there to be deleted. What starts
/// meanwhile is ended when the Task is gone.
pub(super) async fn cancel(asked: &Asked<'_>, id: &str) -> Result<Answer, TaskError> {
    let task = task(asked, id).await?;
    if let Some(run) = asked.store().open_task_run(&task.id).await? {
        asked.shared.engine.running.cancel_run(run, Why::Stopped);
    }
    let name = task
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" ({name})"));
    Ok(Answer {
        text: format!("Task {}{name} is deleted.", task.id),
        changes: vec![Change::DeleteTask { id: task.id }],
    })
}

fn next(task: &TaskInfo) -> String {
    task.next
        .as_ref()
        .map_or_else(String::new, |next| format!("; next {next}"))
}
