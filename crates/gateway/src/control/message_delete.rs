//! Takes a message of ours back, for everybody.

use fased_protocol::control::{ControlError, ControlResponse, Destination};
use fased_protocol::sidecar::{MessageKey, Outgoing};

use super::{Live, message_known, message_queue, message_where};

/// WhatsApp's clients take no deletion that comes later.
const LIMIT_MS: i64 = 2 * 24 * 3_600_000;

pub(super) async fn answer(
    live: &Live,
    to: &Destination,
    message_id: &str,
) -> Result<ControlResponse, ControlError> {
    let (account, to) = message_where::find(live, to).await?;
    let shared = account.shared();
    let _own = message_known::own(shared, &to, message_id, "taken back", LIMIT_MS, "2 days").await?;
    let delete = Outgoing::Delete {
        target: MessageKey {
            id: message_id.to_owned(),
            from_me: true,
            participant: None,
        },
    };
    message_queue::ready(&account, &to, delete, String::new()).await
}
