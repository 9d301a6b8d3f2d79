//! Verdicts, newest first. No text of any message is among them.

use serde::{Deserialize, Serialize};

/// Which verdicts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictsRequest {
    /// Only those of this account.
    pub account: Option<String>,
    /// Only `admit`, `hold`, `drop`, `context` or `stale`.
    pub outcome: Option<String>,
    /// Only those with this reason, such as `pairing_required`.
    pub reason: Option<String>,
    /// Only those before this place in the journal: the `seq` of the last one of the page before.
    pub before: Option<i64>,
    /// So many at most; 1 to [`super::MAX_VERDICTS`].
    pub limit: u32,
}

/// What was decided about one event of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictInfo {
    /// Its place in the journal.
    pub seq: i64,
    /// When it was decided, Unix milliseconds.
    pub at_ms: i64,
    /// Account id.
    pub account: String,
    /// The message's id on WhatsApp.
    pub message_id: String,
    /// Number, hidden id or group.
    pub chat: String,
    /// Number or hidden id.
    pub sender: String,
    /// Kind of content, such as `text` or `image`.
    pub content: String,
    /// `admit`, `hold`, `drop`, `context` or `stale`.
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// Why, for people.
    pub sentence: String,
}
