//! The Tasks, those that run next first.

use fased_protocol::control::{ControlError, ControlResponse};

use super::message_where::target;
use super::{internal, outbox_list};
use crate::store::{Store, TaskFilter};
use crate::tasks::{Desk, TaskError};

pub(crate) async fn answer(
    store: &Store,
    desk: &Desk,
    account: Option<&str>,
    chat: Option<&str>,
    all: bool,
    limit: u32,
) -> Result<ControlResponse, ControlError> {
    let chats = match chat {
        Some(chat) => outbox_list::addresses(store, &target(chat)?)
            .await
            .map_err(|error| internal(&error))?,
        None => Vec::new(),
    };
    let filter = TaskFilter {
        account: account.map(str::to_owned),
        chats,
        done: all,
        limit: i64::from(limit),
    };
    let listed = desk.list(filter).await.map_err(|error| TaskError::told(&error))?;
    Ok(ControlResponse::Tasks {
        tasks: listed.tasks,
        more: listed.more,
    })
}
