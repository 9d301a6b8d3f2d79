//! Groups: what is known of them, and what the owner chooses for them.

use serde::{Deserialize, Serialize};

/// One group of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupInfo {
    /// Account id.
    pub account: String,
    /// Its address.
    pub group: String,
    /// Its name, once known.
    pub subject: Option<String>,
    /// Messages in the journal.
    pub messages: u64,
    /// When the last of them was recorded, Unix milliseconds.
    pub last_ms: Option<i64>,
    /// The list of groups lets it in: by its address, by `*`, or because there is no list.
    pub listed: bool,
    /// Neither its entry nor the policy for groups switches it off.
    pub enabled: bool,
    /// Whose messages there may be answered: `nobody`, `owner`, `listed` (those on a list; on a personal number the owner,
    /// too) or `all`.
    pub heard: String,
    /// What the config says: must a message mention the account?
    pub require_mention: bool,
    /// What the owner chose: `mention` or `always`; it wins over the config.
    pub activation: Option<String>,
    /// What holds: `mention` or `always`.
    pub mode: String,
    /// The agent that answers there; of several, all of them with commas.
    pub agent: String,
    /// All of them, where several answer by `broadcast`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
    /// It was chosen there by `/agent switch`; else the config names it.
    #[serde(default)]
    pub agent_chosen: bool,
    /// Messages that the next run there will read.
    pub pending_context: u64,
    /// Where `mode` comes from.
    pub source: ModeSource,
}

/// Where a group's mode comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeSource {
    /// `account`, `root`, `default`, or `stored` for what was chosen by command.
    pub level: String,
    /// The key path in the config; for a default, where it would be written.
    pub path: String,
    /// The line in the config file.
    pub line: Option<u32>,
}

/// What the owner chooses for a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationChoice {
    /// Only what mentions the account is answered.
    Mention,
    /// Every message is answered.
    Always,
    /// What the config says.
    Default,
}
