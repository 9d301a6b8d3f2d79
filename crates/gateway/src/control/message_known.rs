//! Earlier messages that are reacted to, replied to, edited or taken back.

use fased_policy::delivery::SendState;
use fased_policy::ids::{Lid, Phone, Target as To};
use fased_policy::quoting;
use fased_protocol::control::{ControlError, ErrorCode};
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::{MessageKey, Quote};

use super::internal;
use super::message_where::addresses;
use crate::account::Shared;
use crate::clock;
use crate::envelope;
use crate::store::{OwnMessage, Target};

/// A message of a chat, by its id.
pub(super) async fn message(shared: &Shared, to: &To, id: &str) -> Result<Target, ControlError> {
    let chats = addresses(shared, to).await?;
    let found = shared
        .store
        .target(shared.id(), &chats, id, None)
        .await
        .map_err(|error| internal(&error))?;
    found.ok_or_else(|| ControlError {
        code: ErrorCode::NotFound,
        message: format!(
            "no message {id} was seen by account {} in the chat with {to}",
            shared.id()
        ),
        next: format!("see which chat and account it belongs to: fased explain {id}"),
    })
}

/// How WhatsApp names it.
pub(super) fn key(to: &To, id: &str, message: &Target) -> MessageKey {
    let participant = match (to, message) {
        (To::Group(_), Target::Received(message)) if !message.from_me => Some(Jid(message.sender.clone())),
        (To::Group(_) | To::Phone(_) | To::Lid(_), Target::Received(_) | Target::Sent { .. }) => None,
    };
    MessageKey {
        id: id.to_owned(),
        from_me: match message {
            Target::Sent { .. } => true,
            Target::Received(message) => message.from_me,
        },
        participant,
    }
}

/// What a reply to it quotes.
pub(super) fn quote(shared: &Shared, to: &To, id: &str, message: &Target) -> Quote {
    match message {
        Target::Received(message) => envelope::quote_of(message),
        Target::Sent { text, .. } => {
            let own = shared.own();
            let phone = own.phone.as_ref().map(Phone::to_jid);
            let lid = own.lid.as_ref().map(Lid::to_jid);
            let sender = match to {
                To::Lid(_) => lid.or(phone),
                To::Phone(_) | To::Group(_) => phone.or(lid),
            };
            Quote {
                id: id.to_owned(),
                sender: Jid(sender.unwrap_or_default()),
                text: Private(quoting::quoted_text(Some(text), "message")),
            }
        }
    }
}

/// A message of ours that WhatsApp has, and that may still be changed. `what` is what is to be done with it.
pub(super) async fn own(
    shared: &Shared,
    to: &To,
    id: &str,
    what: &str,
    limit_ms: i64,
    limit: &str,
) -> Result<OwnMessage, ControlError> {
    let found = shared
        .store
        .own_message(shared.id(), id)
        .await
        .map_err(|error| internal(&error))?;
    let Some(own) = found else {
        // It tells apart what is not there from what others wrote.
        message(shared, to, id).await?;
        return Err(refused(
            format!("message {id} was not sent by this gateway, so it cannot be {what}"),
            format!("see who wrote it: fased explain {id}"),
        ));
    };
    if !addresses(shared, to).await?.contains(&own.chat) {
        return Err(ControlError {
            code: ErrorCode::NotFound,
            message: format!("message {id} was not sent to {to}"),
            next: format!("see where it went: fased message status {id}"),
        });
    }
    match SendState::parse(&own.state) {
        Some(SendState::ServerAck | SendState::Delivered | SendState::Read | SendState::Played) => {}
        Some(SendState::Queued) => {
            return Err(refused(
                format!("message {id} has not left yet, so it cannot be {what}"),
                format!("take it back instead: fased outbox cancel {id}"),
            ));
        }
        Some(SendState::Sending | SendState::Written | SendState::Unknown) => {
            return Err(refused(
                format!("WhatsApp has not acknowledged message {id} yet, so it cannot be {what}"),
                format!("try again when it has: fased message status {id}"),
            ));
        }
        Some(SendState::Failed | SendState::Expired | SendState::Cancelled) | None => {
            return Err(refused(
                format!(
                    "message {id} was never sent ({}), so there is nothing to be {what}",
                    own.state
                ),
                format!("see why: fased message status {id}"),
            ));
        }
    }
    let sent = own.first_sent_ms.unwrap_or_default();
    if clock::now_ms().saturating_sub(sent) > limit_ms {
        return Err(refused(
            format!("message {id} is older than {limit}; WhatsApp lets nobody have it {what} after that"),
            "send another message: fased message send".to_owned(),
        ));
    }
    Ok(own)
}

pub(super) fn refused(message: String, next: String) -> ControlError {
    ControlError {
        code: ErrorCode::Refused,
        message,
        next,
    }
}
