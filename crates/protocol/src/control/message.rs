//! What is asked to be sent, and what became of it.

use serde::{Deserialize, Serialize};

use super::ForAgent;
use crate::private::{Jid, Private};
use crate::sidecar::MediaKind;

/// Where a message goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// By which account; the only linked one if none is named.
    pub account: Option<String>,
    /// A number, a hidden id or a group; the account's `defaultTo` if none is named.
    pub target: Option<Jid>,
}

/// A message to send.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SendRequest {
    /// Where it goes.
    pub to: Destination,
    /// The text; the caption of the first file if there is one.
    pub text: Option<Private>,
    /// The text is no Markdown: only split, not formatted.
    #[serde(default)]
    pub raw: bool,
    /// Files, each an absolute path or an address; a message each.
    #[serde(default)]
    pub media: Vec<Private>,
    /// What the files are to be shown as; what they are if absent.
    pub shown_as: Option<MediaKind>,
    /// A place.
    pub place: Option<Place>,
    /// Contact cards, each a vCard.
    #[serde(default)]
    pub contacts: Vec<Private>,
    /// Id of the message that the first one replies to.
    pub reply_to: Option<String>,
    /// Only tell what would be sent.
    #[serde(default)]
    pub dry_run: bool,
    /// Chosen by whoever asks, to ask once more without sending twice: what was sent to this chat under the same key is told
    /// instead.
    #[serde(default)]
    pub key: Option<String>,
    /// Only if this agent may reach the chat.
    #[serde(default)]
    pub for_agent: Option<ForAgent>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees, −90 to 90.
    pub latitude: f64,
    /// Degrees, −180 to 180.
    pub longitude: f64,
    /// What it is called.
    pub name: Option<Private>,
}

/// What is queued, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendInfo {
    /// Account id.
    pub account: String,
    /// Number, hidden id or group that is written to.
    pub chat: String,
    /// Nothing was queued.
    pub dry_run: bool,
    /// Nothing was queued, because it was before, under the same key.
    #[serde(default)]
    pub repeated: bool,
    /// In the order in which they are sent.
    pub messages: Vec<PartInfo>,
    /// Nothing is sent before this, Unix milliseconds.
    pub not_before_ms: Option<i64>,
    /// How long pacing holds the first of them back at least, in milliseconds.
    pub pacing_ms: u64,
    /// Why it waits, if the account cannot send now.
    pub waits_for: Option<String>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartInfo {
    /// Its id on WhatsApp; none when nothing was queued.
    pub message_id: Option<String>,
    /// `text`, `image`, `document`, `reaction`, `poll`, …
    pub kind: String,
    /// Size of its file.
    pub bytes: Option<u64>,
    /// How far it came, where it was queued before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What it would say; only when nothing was queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Private>,
}
