//! What `outbox cancel` and `outbox retry` share: a wish about each of some messages.

use fased_protocol::control::{ChangedInfo, ControlError, ControlResponse};

use super::{Live, internal, message_known, message_status};
use crate::account::Account;
use crate::store::Changed;

/// Grants each wish that can be. `wish` says why one is refused.
pub(super) async fn each(
    live: &Live,
    account: Option<&str>,
    message_ids: &[String],
    wish: impl AsyncFn(&Account, &str) -> Result<Changed, ControlError>,
    refused: impl Fn(&str, &str) -> ControlError,
) -> Result<ControlResponse, ControlError> {
    let mut changed = Vec::new();
    for id in message_ids {
        let result = one(live, account, id, &wish, &refused).await;
        changed.push(match result {
            Ok(new) => ChangedInfo {
                message_id: id.clone(),
                new_message_id: Some(new).filter(|new| new != id),
                error: None,
            },
            Err(error) => ChangedInfo {
                message_id: id.clone(),
                new_message_id: None,
                error: Some(error),
            },
        });
    }
    Ok(ControlResponse::Changed { changed })
}

async fn one(
    live: &Live,
    account: Option<&str>,
    id: &str,
    wish: &impl AsyncFn(&Account, &str) -> Result<Changed, ControlError>,
    refused: &impl Fn(&str, &str) -> ControlError,
) -> Result<String, ControlError> {
    let found = live
        .store
        .sent_by_id(id)
        .await
        .map_err(|error| internal(&error))?;
    let owner = found.into_iter().map(|(owner, ..)| owner);
    let Some(owner) = owner
        .into_iter()
        .find(|owner| account.is_none_or(|named| named == owner))
    else {
        return Err(message_status::not_found(id));
    };
    let account = live.account(&owner).await?;
    let changed = wish(&account, id).await?;
    account.shared().outbox.notify_one();
    match changed {
        Changed::Done(id) => Ok(id),
        Changed::NotFound => Err(message_status::not_found(id)),
        Changed::Refused(state) => Err(refused(id, state.as_str())),
        Changed::Repeated(new) => Err(message_known::refused(
            format!("message {id} was already sent once more as {new}"),
            format!("see how far that came: fased message status {new}"),
        )),
        Changed::FileGone => Err(message_known::refused(
            format!("the file of message {id} is no longer kept"),
            "send the file as a new message: fased message send --target CHAT --media PATH".to_owned(),
        )),
    }
}
