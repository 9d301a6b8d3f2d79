//! Sends messages once more that failed, expired or were taken back, each under a new id.

use fased_protocol::control::{ControlError, ControlResponse};

use super::message_known::refused;
use super::{Live, internal, outbox_change};
use crate::clock;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    message_ids: &[String],
) -> Result<ControlResponse, ControlError> {
    let retry = async |account: &crate::account::Account, id: &str| {
        let shared = account.shared();
        let done = shared.store.retry(shared.id(), id, clock::now_ms()).await;
        done.map_err(|error| internal(&error))
    };
    outbox_change::each(live, account, message_ids, retry, |id, state| {
        refused(
            format!("message {id} is {state}; only what failed, expired or was cancelled is sent once more"),
            format!("see how far it came: fased message status {id}"),
        )
    })
    .await
}
