//! The Tasks, those that run next first.

use fased_protocol::control::{ControlError, ControlResponse};

use super::message_where::target;
use super::{internal, outbox_list};
use crate::store::{Store, TaskFilter};
use crate::tasks::{Desk, TaskError};

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) chat: Option<&'a str>,
    pub(crate) all: bool,
    pub(crate) limit: u32,
    pub(crate) agent: Option<&'a str>,
}

pub(crate) async fn answer(
    store: &Store,
    desk: &Desk,
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
    Ok(ControlResponse::Tasks {
        tasks: listed.tasks,
        more: listed.more,
    })
}
