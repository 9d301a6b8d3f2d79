//! Tasks and their runs, as every surface shows them.

use std::collections::HashMap;

use fased_policy::schedule::{Limits, Zone, moment};
use fased_policy::task::Why;
use fased_protocol::control::{TaskInfo, TaskRunInfo};
use fased_protocol::private::Private;

use super::{Desk, TaskError, zone};
use crate::control::shown_chats;
use crate::store::{TaskDefinition, TaskRow, TaskRunRow};

/// In the place of a schedule that this version cannot read.
const UNREADABLE: &str = "a schedule that this version cannot read, so it is not due";

impl Desk {
    /// Tasks as they are shown, in the same order.
    pub(super) async fn infos(&self, tasks: Vec<TaskRow>) -> Result<Vec<TaskInfo>, TaskError> {
        let chats = shown_chats(&self.store, tasks.iter().map(|task| task.chat.as_str())).await?;
        let ids: Vec<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
        let newest = self.store.newest_task_runs(&ids).await?;
        let mut newest: HashMap<String, TaskRunRow> =
            newest.into_iter().map(|run| (run.task.clone(), run)).collect();
        let shown = tasks.into_iter().zip(chats).map(|(task, chat)| {
            let newest = newest.remove(&task.id);
            self.info(task, chat, newest)
        });
        Ok(shown.collect())
    }

    /// One Task as it is shown.
    pub(super) async fn shown(&self, task: TaskRow) -> Result<TaskInfo, TaskError> {
        let id = task.id.clone();
        let shown = self.infos(vec![task]).await?.pop();
        shown.ok_or(TaskError::NotFound(id))
    }

    fn info(&self, task: TaskRow, chat: String, newest: Option<TaskRunRow>) -> TaskInfo {
        let zone = zone::stored(&task.zone);
        let TaskDefinition {
            max_runs,
            max_successes,
            ..
        } = task.definition();
        let limits = Limits {
            max_runs,
            max_successes,
        };
        let schedule = match task.schedule() {
            Some(schedule) => limits.after(&schedule.describe(&zone)),
            None if task.is_unreadable() => UNREADABLE.to_owned(),
            None => "no schedule".to_owned(),
        };
        let held = self.held(&task.account).filter(|_| task.is_active());
        TaskInfo {
            held: held.map(|held| held.sentence(&task.account)),
            schedule,
            next: task.next_ms.map(|next| moment(next, &zone)),
            newest_run: newest.map(|run| run_info(run, &zone)),
            id: task.id,
            account: task.account,
            agent: task.agent,
            session: task.session,
            chat,
            name: task.name.map(Private),
            prompt: Private(task.prompt),
            zone: task.zone,
            state: task.state,
            why: task.why,
            next_ms: task.next_ms,
            runs: count(task.runs),
            successes: count(task.successes),
            failures: count(task.failures),
            max_runs: task.max_runs.map(count),
            max_successes: task.max_successes.map(count),
            created_by: task.created_by.map(Private),
            created_ms: task.created_ms,
            updated_ms: task.updated_ms,
        }
    }
}

/// How a Task stands: `active`, `paused`, `done: it ran as often as it was to`.
#[must_use]
pub fn state_in_words(task: &TaskInfo) -> String {
    match task.why.as_deref() {
        // A word of a later version is better than nothing.
        Some(why) => {
            let words = Why::parse(why).map(Why::words);
            format!("{}: {}", task.state, words.unwrap_or(why))
        }
        None => task.state.clone(),
    }
}

/// A run as it is shown.
pub(super) fn run_info(run: TaskRunRow, zone: &Zone) -> TaskRunInfo {
    TaskRunInfo {
        when: moment(run.ended_ms.unwrap_or(run.created_ms), zone),
        id: run.id,
        task: run.task,
        account: run.account,
        state: run.state,
        cause: run.cause,
        due_ms: run.due_ms,
        attempts: count(run.attempts),
        failure: run.failure,
        error: run.error,
        stderr: run.stderr.map(Private),
        result: run.result.map(Private),
        sending: run.sending,
        created_ms: run.created_ms,
        started_ms: run.started_ms,
        ended_ms: run.ended_ms,
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
