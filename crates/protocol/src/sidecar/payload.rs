//! What a message that goes out is made of.

use serde::{Deserialize, Serialize};

use super::MediaRef;
use crate::private::{Jid, Private};

/// Everything that a message is made of, so that a second sending is the same message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Payload {
    /// What it says.
    pub content: Outgoing,
    /// 32 bytes in hex that WhatsApp's clients derive keys from; chosen by the gateway with the id.
    pub secret: Private,
    /// Who is mentioned, as the group addresses its members.
    #[serde(default)]
    pub mentions: Vec<Jid>,
    /// What it replies to.
    #[serde(default)]
    pub quote: Option<Quote>,
    /// When it was made, Unix milliseconds: what says so of itself (a reaction, an edit, a file) says this, at a
    /// second sending too.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "number | null"))]
    pub at_ms: Option<i64>,
}

impl Payload {
    /// Plain text that mentions nobody and replies to nothing.
    #[must_use]
    pub fn text(text: String, secret: String) -> Self {
        Self {
            content: Outgoing::Text { text: Private(text) },
            secret: Private(secret),
            mentions: Vec::new(),
            quote: None,
            at_ms: None,
        }
    }
}

/// Kinds of content that can be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outgoing {
    /// Text.
    Text {
        /// What it says, 1 to 65,536 UTF-16 units.
        text: Private,
    },
    /// A file that was uploaded before, by `upload_media`.
    Media {
        /// Where it is, and its key.
        media: Box<MediaRef>,
        /// Text with it. Sound and stickers have none.
        caption: Option<Private>,
    },
    /// An emoji on a message.
    Reaction {
        /// Which message.
        target: MessageKey,
        /// The emoji; empty takes the reaction back.
        emoji: Private,
    },
    /// A poll.
    Poll {
        /// The question.
        question: Private,
        /// What can be chosen, 2 to 12.
        options: Vec<Private>,
        /// How many may be chosen; 0 means any number.
        selectable: u32,
    },
    /// New text for a message of ours.
    Edit {
        /// Which message.
        target: MessageKey,
        /// What it says now.
        text: Private,
    },
    /// Takes a message back, for everybody.
    Delete {
        /// Which message.
        target: MessageKey,
    },
    /// A place.
    Location {
        /// Degrees, −90 to 90.
        latitude: f64,
        /// Degrees, −180 to 180.
        longitude: f64,
        /// What the place is called.
        name: Option<Private>,
        /// Where it is.
        address: Option<Private>,
    },
    /// A contact card.
    Contact {
        /// Whose.
        name: Private,
        /// The card, as a vCard 3.0.
        vcard: Private,
    },
}

/// A message that another one is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MessageKey {
    /// Its id.
    pub id: String,
    /// This account wrote it.
    pub from_me: bool,
    /// Who wrote it, in a group, unless this account did.
    pub participant: Option<Jid>,
}

/// The message that a reply quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Quote {
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub sender: Jid,
    /// What it said, as the reply repeats it; a file is told in words.
    pub text: Private,
}
