//! Takes messages back that have not left.

use fased_policy::delivery::SendState;
use fased_protocol::control::{ControlError, ControlResponse};

use super::message_known::refused;
use super::{Live, internal, outbox_change};
use crate::clock;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    message_ids: &[String],
) -> Result<ControlResponse, ControlError> {
    let cancel = async |account: &crate::account::Account, id: &str| {
        let shared = account.shared();
        let done = shared.store.cancel(shared.id(), id, clock::now_ms()).await;
        done.map_err(|error| internal(&error))
    };
    outbox_change::each(live, account, message_ids, cancel, |id, state| {
        let next = match SendState::parse(state) {
            Some(SendState::Failed | SendState::Expired | SendState::Cancelled) => {
                format!("it does not go out, so there is nothing to do; see: fased message status {id}")
            }
            Some(SendState::ServerAck | SendState::Delivered | SendState::Read | SendState::Played) => {
                format!("take back what has arrived: fased message delete --target CHAT --message {id}")
            }
            Some(SendState::Queued | SendState::Sending | SendState::Written | SendState::Unknown) | None => {
                format!("see how far it comes, then take it back: fased message status {id}")
            }
        };
        let message =
            format!("message {id} is {state}; only what is queued can be taken back before it leaves");
        refused(message, next)
    })
    .await
}
