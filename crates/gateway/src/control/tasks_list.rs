//! The Tasks, those that run next first.

use std::collections::BTreeMap;

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, ForAgent, TaskInfo};

use super::agent_reach::Reach;
use super::message_where::target;
use super::{internal, outbox_list};
use crate::explain::Accounts;
use crate::store::{Store, TaskFilter};
use crate::tasks::{Desk, TaskError};

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) chat: Option<&'a str>,
    pub(crate) all: bool,
    pub(crate) limit: u32,
    pub(crate) agent: Option<&'a str>,
    /// Only those whose chats it may reach.
    pub(crate) for_agent: Option<&'a ForAgent>,
}

pub(crate) async fn answer(
    store: &Store,
    desk: &Desk,
    accounts: &Accounts,
    asked: Asked<'_>,
) -> Result<ControlResponse, ControlError> {
    let chats = match asked.chat {
        Some(chat) => outbox_list::addresses(store, &target(chat)?)
            .await
            .map_err(|error| internal(&error))?,
        None => Vec::new(),
    };
    let filter = TaskFilter {
        account: asked.account.map(str::to_owned),
        agent: asked.agent.map(str::to_owned),
        chats,
        done: asked.all,
        limit: i64::from(asked.limit),
    };
    let listed = desk.list(filter).await.map_err(|error| TaskError::told(&error))?;
    let mut tasks = listed.tasks;
    let all = tasks.len();
    if asked.for_agent.is_some() {
        tasks = reached(store, accounts, asked.for_agent, tasks).await?;
    }
    Ok(ControlResponse::Tasks {
        withheld: (all - tasks.len()) as u64,
        tasks,
        more: listed.more,
    })
}

/// Those whose chats the agent that is asked for may reach; of an account that is gone it reaches none.
async fn reached(
    store: &Store,
    accounts: &Accounts,
    for_agent: Option<&ForAgent>,
    tasks: Vec<TaskInfo>,
) -> Result<Vec<TaskInfo>, ControlError> {
    let mut reaches = BTreeMap::new();
    for (id, linked) in accounts {
        reaches.insert(id.as_str(), Reach::of(Some(store), linked).await?);
    }
    let mut kept = Vec::with_capacity(tasks.len());
    for task in tasks {
        let Some(reach) = reaches.get(task.account.as_str()) else {
            continue;
        };
        let Ok(to) = target(&task.chat) else { continue };
        match reach.allowed(for_agent, &to).await {
            Ok(()) => kept.push(task),
            Err(ControlError {
                code: ErrorCode::Refused,
                ..
            }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests;
