//! How far messages came.

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};

use super::{internal, outbox_list};
use crate::store::{OutboxFilter, Store};

/// Of one id there may be a message of each account.
const MOST: i64 = 10_000;

pub(crate) async fn answer(store: &Store, message_ids: &[String]) -> Result<ControlResponse, ControlError> {
    let filter = OutboxFilter {
        message_ids: message_ids.to_vec(),
        limit: MOST,
        ..OutboxFilter::default()
    };
    let found = if message_ids.is_empty() {
        Vec::new()
    } else {
        store
            .list_outbox(&filter)
            .await
            .map_err(|error| internal(&error))?
    };
    let mut messages = Vec::new();
    for id in message_ids {
        let of_id = found.iter().filter(|entry| entry.message_id == *id);
        let before = messages.len();
        messages.extend(of_id.cloned());
        if messages.len() == before {
            return Err(not_found(id));
        }
    }
    Ok(ControlResponse::Outbox {
        messages: outbox_list::infos(store, messages, false).await?,
    })
}

/// The error for an id that the outbox does not have.
pub(crate) fn not_found(id: &str) -> ControlError {
    ControlError {
        code: ErrorCode::NotFound,
        message: format!("no message {id} was sent from here"),
        next: "list what was: fased outbox list".to_owned(),
    }
}
