//! The outbox, as people see it and change it.

use serde::{Deserialize, Serialize};

use crate::private::Private;

/// A message of the outbox, and how far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxInfo {
    /// Account id.
    pub account: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// Number, hidden id or group.
    pub chat: String,
    /// Why it is sent: `reply`, `task`, `message`, `pairing`, `notice`, `progress` or `ack_reaction`.
    pub purpose: String,
    /// The run that it comes from, if it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<i64>,
    /// `queued`, `sending`, `written`, `unknown`, `server_ack`, `delivered`, …
    pub state: String,
    /// How often it was written.
    pub attempts: u64,
    /// The code WhatsApp refused it with.
    pub error_code: Option<u32>,
    /// What went wrong.
    pub error: Option<String>,
    /// When it was queued, Unix milliseconds.
    pub created_ms: i64,
    /// While it is held back: until when, Unix milliseconds.
    pub not_before_ms: Option<i64>,
    /// Not sent after this, Unix milliseconds.
    pub expires_ms: i64,
    /// Since when it is in this state, Unix milliseconds.
    pub updated_ms: i64,
    /// What a person reads of it, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Private>,
}

/// What became of a wish about one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedInfo {
    /// The message that was named.
    pub message_id: String,
    /// The id under which it is sent once more.
    pub new_message_id: Option<String>,
    /// Why nothing was done.
    pub error: Option<super::ControlError>,
}
