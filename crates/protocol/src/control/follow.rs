//! What is told while it happens: logins, and everything to those who watch.

use serde::{Deserialize, Serialize};

use super::ControlError;

/// One step of a login. `channels login --json` prints these, one a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LoginEvent {
    /// A QR to show; replaces the one before.
    Qr {
        /// The text inside the QR.
        payload: String,
        /// How long it is good for, from now.
        expires_ms: u32,
    },
    /// A code to type into the phone; replaces the one before.
    Code {
        /// Eight letters and digits.
        code: String,
        /// How long it is good for, from now.
        expires_ms: u32,
    },
    /// The phone scanned it, or took the code.
    Scanned,
    /// WhatsApp asked for a new connection with the new credentials: progress.
    Restarting,
    /// Done: open for the second time, credentials durable.
    Linked {
        /// Account id.
        account: String,
        /// The linked number.
        phone: String,
        /// The linked hidden id.
        lid: Option<String>,
    },
    /// The QR or code on show is no longer good; another follows, or an error.
    Expired,
    /// It failed.
    Error(ControlError),
}

/// Something that happened, for people who watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchEvent {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Account id.
    pub account: String,
    /// What.
    pub what: Watched,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Watched {
    /// A message was committed.
    Inbound {
        /// Its id.
        message_id: String,
        /// Its chat.
        chat: String,
        /// Who wrote it.
        sender: String,
        /// Its text.
        text: Option<String>,
    },
    /// It was decided.
    Verdict {
        /// Its place in the journal.
        seq: i64,
        /// Its id.
        message_id: String,
        /// Its chat.
        chat: String,
        /// Who wrote it.
        sender: String,
        /// Kind of content, such as `text` or `image`.
        content: String,
        /// `admit`, `hold`, …
        verdict: String,
        /// Why.
        reason: String,
        /// Why, for people.
        sentence: String,
    },
    /// A sender was given a code, or listed.
    Pairing {
        /// Number or hidden id.
        sender: String,
        /// The code.
        code: Option<String>,
    },
    /// An outbound message changed its state.
    Outbound {
        /// Its id.
        message_id: String,
        /// Its chat.
        chat: String,
        /// The new state.
        state: String,
        /// Its text, when it is queued.
        text: Option<String>,
    },
    /// The account changed its state.
    Account {
        /// The new state.
        state: String,
        /// What that means.
        sentence: String,
    },
    /// The watcher was too slow; this many events are missing here (nothing is missing in the store).
    Missed {
        /// How many.
        events: u64,
    },
}
