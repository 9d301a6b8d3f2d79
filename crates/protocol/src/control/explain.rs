//! Why: a message's fate with the rules behind it, and whether a person would be heard.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{RunInfo, SentInfo};

/// What became of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Account id.
    pub account: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// `in` or `out`.
    pub direction: String,
    /// The chat, as a number, hidden id or group id.
    pub chat: String,
    /// Who wrote it.
    pub sender: Option<String>,
    /// Kind of content.
    pub content: String,
    /// When it was sent, Unix seconds.
    pub timestamp: Option<i64>,
    /// When the gateway committed it, Unix milliseconds.
    pub recorded_ms: i64,
    /// `admit`, `hold`, `drop`, `context`, `stale`; absent while undecided, and for outbound ones.
    pub verdict: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The row that decided: `dm.1` to `dm.13`, or `group.1` to `group.5`.
    pub rule: Option<String>,
    /// The reason, for people.
    pub sentence: Option<String>,
    /// The event as it was recorded, in the form that agents get; absent for outbound ones.
    pub event: Option<Value>,
    /// Where the value that decides comes from, in the present config and state.
    pub source: Option<SourceInfo>,
    /// The edit or command that would change it, in the present config and state.
    pub fix: Option<String>,
    /// The rules that the event meets in the present config and state, in order; the last one decides.
    pub tried: Vec<TriedInfo>,
    /// What would become of it now, if that is not what became of it.
    pub now: Option<JudgementInfo>,
    /// Which agent answers there now; absent where nobody does, and for a chat command, which the gateway answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteInfo>,
    /// Why it could not be judged again, for people.
    pub note: Option<String>,
    /// The run it led to.
    pub run: Option<RunInfo>,
    /// What was sent because of it; for an outbound message, itself.
    pub sent: Vec<SentInfo>,
}

/// A verdict, what decided, and what would change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgementInfo {
    /// `admit`, `hold`, `drop`, `context`, `stale`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// The row that decided: `dm.1` to `dm.13`, or `group.1` to `group.5`; absent where none did.
    pub rule: Option<String>,
    /// Where the value that decided comes from; absent if no setting did.
    pub source: Option<SourceInfo>,
    /// The edit or command that would change it.
    pub fix: Option<String>,
    /// The rules that were tried, in order; the last one decided.
    pub tried: Vec<TriedInfo>,
    /// Which agent answers, now or once it is let in; absent where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteInfo>,
}

/// Who answers, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteInfo {
    /// The agent's id; of several, all of them with commas.
    pub agent: String,
    /// All of them, where several answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
    /// `broadcast`, `chosen` (by `/agent switch` in this chat), `peer_binding`, `group`, `any_group`, `account_binding`, `channel_binding` or `default`.
    pub by: String,
    /// The same for people.
    pub sentence: String,
    /// Where that is written.
    pub source: SourceInfo,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// `account`, `root`, `global` (elsewhere in the config), `default`, or `stored` (chosen by a command).
    pub level: String,
    /// The whole key path; for a default, where it would be written.
    pub path: String,
    /// The config file, if it is written there.
    pub file: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<u32>,
}

/// A rule that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriedInfo {
    /// Which, as in [`JudgementInfo::rule`].
    pub rule: String,
    /// The key it asked, without its section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// Where that key's value comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceInfo>,
    /// What was found, for people.
    pub found: String,
}

/// Would a person be heard?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearingInfo {
    /// Account id.
    pub account: String,
    /// Who.
    pub sender: PersonInfo,
    /// In which group; absent for a direct chat.
    pub group: Option<String>,
    /// What becomes of a message; in a group, of one without a mention.
    #[serde(flatten)]
    pub judgement: JudgementInfo,
    /// What becomes of one that mentions the account, if that is something else.
    pub mentioned: Option<JudgementInfo>,
    /// What keeps the account from hearing anybody, for people.
    pub note: Option<String>,
}

/// A person, with all that is known of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonInfo {
    /// Their number.
    pub phone: Option<String>,
    /// Their hidden id.
    pub lid: Option<String>,
}
