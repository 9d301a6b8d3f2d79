//! Running a Task because somebody says so.

use fased_protocol::control::TaskRunInfo;

use super::create::refused;
use super::shown::run_info;
use super::{Desk, TaskError, zone};
use crate::store::{RunNow, TaskRow};

/// A Task that can run now.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The Task.
    pub task: TaskRow,
    /// The address that its result goes to.
    pub chat: String,
    /// Ended runs of it that are kept.
    pub keep: u32,
}

impl Desk {
    /// A Task, also one that is paused or done, if a run of it can be queued now.
    ///
    /// # Errors
    /// When there is no such Task, a run of it has not ended, or its account lets none run.
    pub async fn ready(&self, id: &str) -> Result<Ready, TaskError> {
        let task = self.task(id).await?;
        if let Some(held) = self.held(&task.account) {
            return Err(refused(held, &task.account));
        }
        if let Some(run) = self.store.open_task_run(&task.id).await? {
            return Err(busy(&task, run));
        }
        let chat = self.addresses(&[&task.chat]).await?.pop();
        Ok(Ready {
            chat: chat.unwrap_or_else(|| task.chat.clone()),
            keep: self.settings(&task.account).keep_runs,
            task,
        })
    }

    /// Queues a run of a Task. Its schedule stays as it is.
    ///
    /// # Errors
    /// As [`Desk::ready`].
    pub async fn run_now(&self, id: &str, now_ms: i64) -> Result<TaskRunInfo, TaskError> {
        let Ready { task, chat, keep } = self.ready(id).await?;
        match self.store.run_task_now(&task, &chat, keep, now_ms).await? {
            RunNow::Queued(run) => {
                let run = self
                    .store
                    .task_run(run)
                    .await?
                    .ok_or(TaskError::RunNotFound(run))?;
                Ok(run_info(run, &zone::stored(&task.zone)))
            }
            RunNow::Busy(run) => Err(busy(&task, run)),
        }
    }
}

fn busy(task: &TaskRow, run: i64) -> TaskError {
    TaskError::Refused {
        why: format!("Task {} is at work already: run {run} has not ended", task.id),
        next: format!(
            "see how it goes: fased tasks runs {}; or end it: fased tasks cancel-run {run}",
            task.id
        ),
    }
}
