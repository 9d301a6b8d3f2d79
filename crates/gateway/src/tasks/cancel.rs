//! Deleting Tasks, and ending their runs.

use super::{Desk, TaskError};
use crate::store::CancelledRun;

impl Desk {
    /// Deletes a Task and ends what runs of it; its history stays for a while. `end` ends a run that is under way.
    /// Returns its id as it was stored.
    ///
    /// # Errors
    /// When there is none, and what the store said.
    pub async fn cancel(
        &self,
        id: &str,
        end: impl Fn(i64) -> bool,
        now_ms: i64,
    ) -> Result<String, TaskError> {
        let task = self.task(id).await?;
        let Some(running) = self.store.delete_task(&task.id, now_ms).await? else {
            return Err(TaskError::NotFound(task.id));
        };
        for run in running {
            self.end(run, &end, now_ms).await?;
        }
        Ok(task.id)
    }

    /// Ends one run of a Task, which goes on with its next. `end` ends a run that is under way. Returns the Task's id.
    ///
    /// # Errors
    /// When there is none, or it has ended before.
    pub async fn cancel_run(
        &self,
        run: i64,
        end: impl Fn(i64) -> bool,
        now_ms: i64,
    ) -> Result<String, TaskError> {
        let row = self.store.task_run(run).await?;
        let row = row
            .filter(|row| self.may_see(row))
            .ok_or(TaskError::RunNotFound(run))?;
        match self.store.cancel_task_run(run, false, now_ms).await? {
            CancelledRun::Done => Ok(row.task),
            CancelledRun::Running => {
                self.end(run, &end, now_ms).await?;
                Ok(row.task)
            }
            CancelledRun::Over(state) => Err(TaskError::Refused {
                why: format!("Run {run} of Task {} has ended already: {state}", row.task),
                next: format!("see what became of its runs: fased tasks runs {}", row.task),
            }),
            CancelledRun::NotFound => Err(TaskError::RunNotFound(run)),
        }
    }

    /// One that nobody has, because its account is gone, is ended in the store alone.
    async fn end(&self, run: i64, end: impl Fn(i64) -> bool, now_ms: i64) -> Result<(), TaskError> {
        if !end(run) {
            self.store.cancel_task_run(run, true, now_ms).await?;
        }
        Ok(())
    }
}
