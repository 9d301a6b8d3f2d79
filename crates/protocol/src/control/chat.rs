//! Chats, and what was said in them: for people, and for agents that ask by themselves.

use serde::{Deserialize, Serialize};

use super::Destination;
use crate::private::Private;

/// Somebody asks on behalf of an agent: only what it could be talked to from is reached, told and changed. The gateway sees to
/// that; without it a request is the owner's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForAgent {
    /// Its id; the default agent if none is named.
    pub id: Option<String>,
}

/// Which chats.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatsRequest {
    /// Only this account's.
    pub account: Option<String>,
    /// So many at most; 1 to [`super::MAX_CHATS`].
    pub limit: u32,
    /// Only those that this agent may reach.
    #[serde(default)]
    pub for_agent: Option<ForAgent>,
}

/// A chat that was written in, or that the config or an approval lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatInfo {
    /// Account id.
    pub account: String,
    /// `dm`, `group` or `self`.
    pub kind: String,
    /// Number, hidden id or group.
    pub chat: String,
    /// What the person calls themselves, or what the group is called, where that is known.
    pub name: Option<Private>,
    /// What was said there last.
    pub last: Option<SaidInfo>,
    /// May agents write and read there by themselves?
    pub reachable: bool,
    /// Can anything be sent there? Not to who never wrote, unless the config allows it, nor to a group that the account is
    /// not in, nor by one that only observes.
    #[serde(default)]
    pub writable: bool,
    /// If not: why, in a sentence.
    #[serde(default)]
    pub unwritable: Option<String>,
    /// If not: why, in one word and in a sentence.
    pub reason: Option<String>,
    /// The sentence.
    pub sentence: Option<String>,
    /// And the edit or command that would change it, where there is one.
    pub fix: Option<String>,
}

/// What was said in one chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagesRequest {
    /// Which chat; the target has to be named.
    pub to: Destination,
    /// So many at most, the last ones; 1 to [`super::MAX_MESSAGES`].
    pub limit: u32,
    /// Only those before the message with this id.
    pub before: Option<String>,
    /// Only if this agent may reach the chat, and only what agents are shown.
    #[serde(default)]
    pub for_agent: Option<ForAgent>,
}

/// Something that was said, by whoever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidInfo {
    /// Its id on WhatsApp.
    pub message_id: String,
    /// When it was sent, or was to be, Unix milliseconds.
    pub at_ms: i64,
    /// The account wrote it: the gateway, or somebody by hand.
    pub from_me: bool,
    /// Number or hidden id of who wrote it; none of what the gateway sent.
    pub sender: Option<String>,
    /// The name they chose for themselves.
    pub name: Option<Private>,
    /// The agent that it comes from, if it comes from a run.
    pub agent: Option<String>,
    /// `text`, `image`, `reaction`, `edit`, …
    pub kind: String,
    /// What a person reads of it.
    pub text: Private,
    /// Id of the message that it replies to or is about.
    pub about: Option<String>,
    /// Of what the gateway sent: how far it came.
    pub state: Option<String>,
}
