//! Gives a message of ours another text.

use fased_protocol::control::{ControlError, ControlResponse, Destination};
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MessageKey, Outgoing};

use super::message_where::usage;
use super::{Live, message_known, message_queue, message_where};

/// WhatsApp's clients take no edit that comes later.
const LIMIT_MS: i64 = 15 * 60_000;

pub(super) async fn answer(
    live: &Live,
    to: &Destination,
    message_id: &str,
    text: &str,
    raw: bool,
) -> Result<ControlResponse, ControlError> {
    let (account, to) = message_where::find(live, to).await?;
    let shared = account.shared();
    let own = message_known::own(shared, &to, message_id, "edited", LIMIT_MS, "15 minutes").await?;
    match own.payload.map(|payload| payload.content) {
        None | Some(Outgoing::Text { .. }) => {}
        Some(
            Outgoing::Media { .. }
            | Outgoing::Reaction { .. }
            | Outgoing::Poll { .. }
            | Outgoing::Edit { .. }
            | Outgoing::Delete { .. }
            | Outgoing::Location { .. }
            | Outgoing::Contact { .. },
        ) => {
            return Err(message_known::refused(
                format!("message {message_id} is no text, so it cannot be edited"),
                format!(
                    "take it back and send another: fased message delete --target {to} --message {message_id}"
                ),
            ));
        }
    }
    let writing = &shared.config().writing;
    let mut texts = if raw {
        writing.plain(text)
    } else {
        writing.text(text)
    };
    let (Some(text), None) = (texts.pop(), texts.pop()) else {
        return Err(usage(
            "the new text is empty, or longer than one message".to_owned(),
            "give a text that fits one message: fased message preview shows how it is cut",
        ));
    };
    let edit = Outgoing::Edit {
        target: MessageKey {
            id: message_id.to_owned(),
            from_me: true,
            participant: None,
        },
        text: Private(text.clone()),
    };
    message_queue::ready(&account, &to, edit, text).await
}
