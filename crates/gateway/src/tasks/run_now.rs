//! Running a Task because somebody says so.

use fased_protocol::control::TaskRunInfo;

use super::create::refused;
use super::shown::run_info;
use super::{Desk, TaskError, zone};
use crate::store::RunNow;

impl Desk {
    /// Queues a run of a Task, also of one that is paused or done. Its schedule stays as it is.
    ///
    /// # Errors
    /// When there is no such Task, a run of it has not ended, or its account lets none run.
    pub async fn run_now(&self, id: &str, now_ms: i64) -> Result<TaskRunInfo, TaskError> {
        let task = self.task(id).await?;
        if let Some(held) = self.held(&task.account) {
            return Err(refused(held, &task.account));
        }
        let chat = self.addresses(&[&task.chat]).await?.pop();
        let chat = chat.as_ref().unwrap_or(&task.chat);
        let keep = self.settings(&task.account).keep_runs;
        match self.store.run_task_now(&task, chat, keep, now_ms).await? {
            RunNow::Queued(run) => {
                let run = self.store.task_run(run).await?.ok_or(TaskError::RunNotFound(run))?;
                Ok(run_info(run, &zone::stored(&task.zone)))
            }
            RunNow::Busy(run) => Err(TaskError::Refused {
                why: format!("Task {} is at work already: run {run} has not ended", task.id),
                next: format!("see how it goes: fased tasks runs {}; or end it: fased tasks cancel-run {run}", task.id),
            }),
        }
    }
}
