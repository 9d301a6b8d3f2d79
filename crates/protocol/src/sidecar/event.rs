//! Durable things: messages, receipts, acks, and who is who.

use serde::{Deserialize, Serialize};

use super::{Detail, MediaRef};
use crate::private::{Jid, Private};

/// One durable thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A decrypted message. Its receipt waits for the `ack`.
    Message(Box<Message>),
    /// A message that could not be decrypted; a resend may come under the same id.
    Undecryptable {
        /// Which message.
        origin: Origin,
        /// What the library said, without key material.
        reason: String,
    },
    /// WhatsApp's server took one of our messages.
    ServerAck {
        /// Our message id.
        id: String,
        /// Its chat.
        chat: Jid,
    },
    /// WhatsApp's server refused one of our messages.
    SendError {
        /// Our message id.
        id: String,
        /// Its chat.
        chat: Jid,
        /// The error code, such as 463 or 479.
        code: u32,
    },
    /// A recipient's device has, read or played our messages.
    Receipt {
        /// Our message ids.
        ids: Vec<String>,
        /// Their chat.
        chat: Jid,
        /// Who, in a group.
        participant: Option<Jid>,
        /// How far it came.
        status: ReceiptStatus,
    },
    /// WhatsApp says whether the account may write to people who never wrote to it.
    Timelock {
        /// It may not.
        active: bool,
        /// Until then, Unix seconds, if WhatsApp says.
        #[cfg_attr(test, ts(type = "number | null"))]
        until_s: Option<i64>,
    },
    /// Pairs of hidden id and phone number, learned from anything but a message.
    LidMapping {
        /// The pairs.
        pairs: Vec<LidPair>,
    },
    /// A newer sidecar's event. Cannot be sent by one with the same protocol integer.
    #[serde(other)]
    Unknown,
}

impl Event {
    /// May the sidecar be waiting for its `ack`? News of our own messages holds nothing up; a later `ack`
    /// covers it.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        match self {
            Self::Message(_) | Self::Undecryptable { .. } | Self::LidMapping { .. } | Self::Unknown => true,
            Self::ServerAck { .. }
            | Self::SendError { .. }
            | Self::Receipt { .. }
            | Self::Timelock { .. } => false,
        }
    }
}

/// Where a stanza came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Origin {
    /// The message id, chosen by its sender.
    pub id: String,
    /// The chat.
    pub chat: Jid,
    /// The chat's other address (phone number of a hidden id, or the reverse), if the stanza had it.
    pub chat_alt: Option<Jid>,
    /// Who wrote it; equals `chat` in a direct chat unless `from_me`.
    pub sender: Jid,
    /// The sender's other address, if the stanza had it.
    pub sender_alt: Option<Jid>,
    /// Written by this account itself (its phone, or another linked device).
    pub from_me: bool,
    /// Name that the sender chose for themselves.
    pub push_name: Option<Private>,
    /// When it was sent, Unix seconds.
    #[cfg_attr(test, ts(type = "number"))]
    pub timestamp: i64,
    /// Delivered from the server's queue rather than live. Says nothing about age.
    pub offline: bool,
}

/// A decrypted message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Message {
    /// Where it came from.
    pub origin: Origin,
    /// What kind it is.
    pub content: ContentKind,
    /// The protobuf field that held it, such as `extendedTextMessage`.
    pub raw_kind: String,
    /// Its text or caption.
    pub text: Option<Private>,
    /// Who is mentioned by address.
    pub mentions: Vec<Jid>,
    /// What it replies to; of a reaction, an edit, a deletion or a vote, what it is about.
    pub quoted: Option<Quoted>,
    /// The file in it. None is fetched before the gateway asks.
    #[serde(default)]
    pub media: Option<Box<MediaRef>>,
    /// What else it holds.
    #[serde(default)]
    pub detail: Option<Box<Detail>>,
}

/// The message that a reply quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Quoted {
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub sender: Option<Jid>,
    /// What it said, as the reply repeats it: text or caption, at most 1,000 characters of it.
    pub text: Option<Private>,
}

/// Kinds of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// Text, with or without a link preview.
    Text,
    /// A picture.
    Image,
    /// A film, or a GIF.
    Video,
    /// Sound; a voice note too.
    Audio,
    /// A file.
    Document,
    /// A sticker.
    Sticker,
    /// One or more contact cards.
    Contact,
    /// A place, fixed or live.
    Location,
    /// An emoji on another message.
    Reaction,
    /// New text for an earlier message.
    Edit,
    /// An earlier message taken back.
    Delete,
    /// A poll.
    Poll,
    /// A vote in a poll.
    PollVote,
    /// A calendar event.
    Event,
    /// The library gave no kind that we know; `raw_kind` says which it was.
    Other,
}

/// A hidden id and its phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LidPair {
    /// `…@lid`.
    pub lid: Jid,
    /// `…@s.whatsapp.net`.
    pub phone: Jid,
}

/// How far one of our messages came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// On a device of the recipient.
    Delivered,
    /// Seen.
    Read,
    /// Listened to.
    Played,
}
