//! Changing Tasks: pausing, resuming, editing. Each is decided about the Task as it is when the change is written: a Task
//! that becomes due in between is not put back to what it was before.

mod edited;

use fased_policy::task::{self, State};
use fased_protocol::control::{TaskEdit, TaskInfo};

use super::{Desk, TaskError, zone};
use crate::store::{TaskDefinition, TaskRow};

impl Desk {
    /// Lets a Task wait until it is resumed. A run that is queued or under way goes on.
    ///
    /// # Errors
    /// When there is none, or it is done.
    pub async fn pause(&self, id: &str, now_ms: i64) -> Result<TaskInfo, TaskError> {
        self.change(id, now_ms, paused).await
    }

    /// Lets a Task run again, from now on: what came while it was paused is not caught up on.
    ///
    /// # Errors
    /// When there is none, or it names no time to come.
    pub async fn resume(&self, id: &str, now_ms: i64) -> Result<TaskInfo, TaskError> {
        self.change(id, now_ms, |task| resumed(task, now_ms)).await
    }

    /// Changes a Task. One that is done and gets a time to come is active again.
    ///
    /// # Errors
    /// When there is none, or what it is to be makes no sense.
    pub async fn edit(&self, id: &str, edit: &TaskEdit, now_ms: i64) -> Result<TaskInfo, TaskError> {
        self.change(id, now_ms, |task| edited::edited(task, edit, now_ms))
            .await
    }

    async fn change(
        &self,
        id: &str,
        now_ms: i64,
        decide: impl FnOnce(&TaskRow) -> Result<TaskDefinition, TaskError> + Send,
    ) -> Result<TaskInfo, TaskError> {
        let id = self.task(id).await?.id;
        let changed = self.store.change_task(&id, now_ms, decide).await?;
        self.shown(changed.ok_or(TaskError::NotFound(id))??).await
    }
}

fn paused(task: &TaskRow) -> Result<TaskDefinition, TaskError> {
    match task.state() {
        State::Paused => Ok(task.definition()),
        State::Done => Err(TaskError::Refused {
            why: format!("Task {} is done, so there is nothing to pause", task.id),
            next: format!("delete it: fased tasks cancel {}", task.id),
        }),
        State::Active => Ok(TaskDefinition {
            state: State::Paused,
            next_ms: None,
            ..task.definition()
        }),
    }
}

fn resumed(task: &TaskRow, now_ms: i64) -> Result<TaskDefinition, TaskError> {
    if task.is_active() {
        return Ok(task.definition());
    }
    let to = task.definition();
    within_limits(task, &to)?;
    let schedule = task.schedule();
    let zone = zone::stored(&task.zone);
    let next_ms = task::on_resume(&task.timing(schedule.as_ref(), &zone), now_ms);
    // One that only runs when told to has no next time, and needs none.
    let waits_for_word = task.schedule.is_none() && task.state() == State::Paused;
    if next_ms.is_none() && !waits_for_word {
        let why = if task.is_unreadable() {
            format!("Task {} has a schedule that this version cannot read", task.id)
        } else {
            format!("Task {} names no time to come", task.id)
        };
        return Err(TaskError::Refused {
            why,
            next: format!(
                "run it now: fased tasks run {}; or give it a time: fased tasks edit {} --schedule \"every 1h\"",
                task.id, task.id
            ),
        });
    }
    Ok(TaskDefinition {
        state: State::Active,
        next_ms,
        ..to
    })
}

/// Refuses to let a Task go on that would be over at once.
fn within_limits(task: &TaskRow, to: &TaskDefinition) -> Result<(), TaskError> {
    if !reached(to.max_runs, task.runs) && !reached(to.max_successes, task.successes) {
        return Ok(());
    }
    Err(TaskError::Refused {
        why: format!(
            "Task {} ran as often as it was to: {} runs, of which {} went well",
            task.id, task.runs, task.successes
        ),
        next: format!(
            "give it a higher limit, or 0 for none, then resume it: fased tasks edit {} --max-runs N --max-successes N",
            task.id
        ),
    })
}

fn reached(limit: Option<u32>, count: i64) -> bool {
    limit.is_some_and(|limit| count >= i64::from(limit))
}
