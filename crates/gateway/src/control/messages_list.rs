//! What was said in a chat, oldest first.

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, MAX_MESSAGES, MessagesRequest};

use super::agent_reach::Reach;
use super::message_where::{target, usage};
use super::{explain_sender, internal, outbox_list, said};
use crate::explain::Accounts;
use crate::store::{Before, Store};

/// Without a store nothing was said.
pub(crate) async fn answer(
    store: Option<&Store>,
    accounts: &Accounts,
    request: &MessagesRequest,
) -> Result<ControlResponse, ControlError> {
    if request.limit == 0 || request.limit > MAX_MESSAGES {
        return Err(usage(
            format!("{} messages cannot be asked for at once", request.limit),
            &format!("ask for 1 to {MAX_MESSAGES}; for older ones, before the id of one"),
        ));
    }
    let (account, linked) = explain_sender::account(accounts, request.to.account.as_deref())?;
    let Some(written) = &request.to.target else {
        return Err(usage(
            "no chat is named".to_owned(),
            "see which there are: fased chats",
        ));
    };
    let to = target(&written.0)?;
    let reach = Reach::of(store, linked).await?;
    reach.allowed(request.for_agent.as_ref(), &to).await?;
    let Some(store) = store else {
        return Ok(ControlResponse::Messages {
            account: account.to_owned(),
            chat: to.to_string(),
            messages: Vec::new(),
            more: false,
        });
    };
    let failed = |error| internal(&error);
    let addresses = outbox_list::addresses(store, &to).await.map_err(failed)?;
    let before = match &request.before {
        None => Before::END,
        Some(id) => {
            let place = store.place_of(account, &addresses, id).await.map_err(failed)?;
            place.ok_or_else(|| ControlError {
                code: ErrorCode::NotFound,
                message: format!("no message {id} is known of account {account} in the chat with {to}"),
                next: format!("see the last ones, with their ids: fased messages {to}"),
            })?
        }
    };
    let chat = said::Chat {
        store,
        account,
        own: &linked.own,
        addresses: &addresses,
        for_agent: request.for_agent.is_some(),
    };
    let limit = usize::try_from(request.limit).unwrap_or(0);
    let (messages, more) = chat.last(before, limit).await.map_err(failed)?;
    let shown = outbox_list::shown(store, addresses.first().map(String::as_str)).await;
    Ok(ControlResponse::Messages {
        account: account.to_owned(),
        chat: shown.map_err(failed)?.pop().unwrap_or_else(|| to.to_string()),
        messages,
        more,
    })
}

#[cfg(test)]
mod tests;
