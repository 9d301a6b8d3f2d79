//! Messages that are to be sent, before the outbox has them.

use fased_protocol::sidecar::{MediaFile, Payload, Quote};
use serde::{Deserialize, Serialize};

use crate::outbound::{mint_id, mint_secret};

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An agent's answer.
    Reply,
    /// A pairing code.
    Pairing,
    /// Something the gateway has to say itself: to the owner, or that a sender was approved.
    Notice,
    /// Sent by the operator or by a program, without having been written to.
    Message,
    /// The reaction that says that an answer is being made.
    AckReaction,
    /// What an agent is doing, while its answer is still being made.
    Progress,
    /// What came of a Task.
    Task,
}

impl Purpose {
    /// Its name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Pairing => "pairing",
            Self::Notice => "notice",
            Self::Message => "message",
            Self::AckReaction => "ack_reaction",
            Self::Progress => "progress",
            Self::Task => "task",
        }
    }
}

/// A message to send, with its id already chosen.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The chat.
    pub chat: String,
    /// The id it travels under.
    pub message_id: String,
    /// Why.
    pub purpose: Purpose,
    /// What a person reads of it: the text, the caption, the question, the new wording.
    pub text: String,
    /// 32 random bytes in hex; see [`Payload`].
    pub secret: String,
    /// Not sent after this, Unix milliseconds.
    pub expires_ms: i64,
    /// Nor before this.
    pub not_before_ms: i64,
    /// It goes to somebody who never wrote to this account.
    pub first_contact: bool,
    /// All that it is made of, where that is more than the text.
    pub payload: Option<Payload>,
    /// What has to be done before its first byte leaves.
    pub pending: Option<Pending>,
}

/// What has to be done before a message is complete. It is done once, and what came of it is stored before the
/// message is written, so that a second sending is the same message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Upload this file; the text becomes its caption. When that cannot be, the text goes out with the reason.
    pub upload: Option<MediaFile>,
    /// Write `@+15550100002` the way the chat mentions its members.
    pub mentions: bool,
}

impl Draft {
    /// A text with a new id.
    #[must_use]
    pub fn text(chat: String, purpose: Purpose, text: String, expires_ms: i64) -> Self {
        Self {
            chat,
            message_id: mint_id(),
            purpose,
            text,
            secret: mint_secret(),
            expires_ms,
            not_before_ms: 0,
            first_contact: false,
            payload: None,
            pending: None,
        }
    }

    /// Lets it reply to a message.
    pub fn quoting(&mut self, quote: Quote) {
        let payload = self
            .payload
            .get_or_insert_with(|| Payload::text(self.text.clone(), self.secret.clone()));
        payload.quote = Some(quote);
    }
}
