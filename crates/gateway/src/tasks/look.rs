//! Looking at Tasks and at what became of their runs.

use fased_protocol::control::{TaskInfo, TaskRunInfo};

use super::shown::run_info;
use super::{Desk, TaskError, zone};
use crate::store::{TaskFilter, TaskRunRow};

/// Tasks, and how many there are beyond these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Those that run next first.
    pub tasks: Vec<TaskInfo>,
    /// How many there are beyond these.
    pub more: u64,
}

impl Desk {
    /// Tasks: those that run next first. `filter.account` names one where all are worked on.
    ///
    /// # Errors
    /// What the store said.
    pub async fn list(&self, filter: TaskFilter) -> Result<Listed, TaskError> {
        let filter = TaskFilter {
            account: self.only().map(str::to_owned).or(filter.account),
            ..filter
        };
        let (tasks, all) = self.store.list_tasks(&filter).await?;
        let more = all.saturating_sub(u64::try_from(tasks.len()).unwrap_or(0));
        let tasks = self.infos(tasks).await?;
        Ok(Listed { tasks, more })
    }

    /// One Task.
    ///
    /// # Errors
    /// When there is none, and what the store said.
    pub async fn show(&self, id: &str) -> Result<TaskInfo, TaskError> {
        self.shown(self.task(id).await?).await
    }

    /// The runs of a Task, newest first, so many at most; also of one that is gone.
    ///
    /// # Errors
    /// When neither it nor a run of it is known, and what the store said.
    pub async fn runs(&self, id: &str, limit: u32) -> Result<Vec<TaskRunInfo>, TaskError> {
        let (key, zone) = self.history_of(id).await?;
        let runs = self.store.task_runs(&key, i64::from(limit)).await?;
        Ok(runs.into_iter().map(|run| run_info(run, &zone)).collect())
    }

    /// The last run of a Task that took place and ended.
    ///
    /// # Errors
    /// When there is none, and what the store said.
    pub async fn last(&self, id: &str) -> Result<TaskRunInfo, TaskError> {
        let (key, zone) = self.history_of(id).await?;
        let run = self.store.last_task_run(&key).await?;
        run.map(|run| run_info(run, &zone)).ok_or(TaskError::NotRun(key))
    }

    /// The key of a Task's history, and the zone in which it is told.
    async fn history_of(&self, id: &str) -> Result<(String, jiff::tz::TimeZone), TaskError> {
        match self.task(id).await {
            Ok(task) => Ok((task.id, zone::stored(&task.zone))),
            // Runs are known longer than their Task.
            Err(error @ (TaskError::NotFound(_) | TaskError::Unclear { .. })) => {
                let key = id.trim().to_ascii_lowercase();
                let run = self.store.task_runs(&key, 1).await?.pop();
                let zone = run
                    .filter(|run| self.may_see(run))
                    .map(|run| self.zone(&run.account));
                zone.map(|zone| (key, zone)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// May this run be seen here?
    pub(super) fn may_see(&self, run: &TaskRunRow) -> bool {
        self.only().is_none_or(|only| only == run.account)
    }
}
