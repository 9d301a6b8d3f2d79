//! Who answers, as written.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::config) struct Agents {
    pub(in crate::config) list: Option<Vec<Agent>>,
    pub(in crate::config) max_concurrent: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::config) struct Agent {
    pub(in crate::config) id: String,
    pub(in crate::config) name: Option<String>,
    pub(in crate::config) default: Option<bool>,
    #[serde(default)]
    pub(in crate::config) backend: Backend,
    pub(in crate::config) command: Option<Command>,
    pub(in crate::config) openai: Option<OpenAi>,
    pub(in crate::config) acp: Option<Acp>,
    pub(in crate::config) tools: Option<Tools>,
    pub(in crate::config) system_prompt: Option<String>,
    pub(in crate::config) mention_patterns: Option<Vec<String>>,
    pub(in crate::config) reply_timeout_seconds: Option<u32>,
    pub(in crate::config) max_output_kb: Option<u32>,
    pub(in crate::config) stream: Option<bool>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum Backend {
    #[default]
    Echo,
    Command,
    OpenAi,
    Acp,
}

#[derive(Debug, Deserialize)]
pub(in crate::config) struct Command {
    pub(in crate::config) argv: Vec<String>,
    pub(in crate::config) cwd: Option<String>,
    #[serde(default)]
    pub(in crate::config) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(in crate::config) output: Output,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum Output {
    #[default]
    Text,
    Ndjson,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::config) struct Acp {
    pub(in crate::config) argv: Vec<String>,
    pub(in crate::config) cwd: Option<String>,
    #[serde(default)]
    pub(in crate::config) env: BTreeMap<String, String>,
    pub(in crate::config) work: Option<String>,
    pub(in crate::config) idle_minutes: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::config) struct Tools {
    pub(in crate::config) whatsapp: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::config) struct OpenAi {
    pub(in crate::config) base_url: String,
    pub(in crate::config) model: String,
    pub(in crate::config) api_key_env: Option<String>,
    pub(in crate::config) api_key_file: Option<String>,
    pub(in crate::config) history_tokens: Option<u32>,
    pub(in crate::config) max_tokens: Option<u32>,
    pub(in crate::config) temperature: Option<f64>,
    pub(in crate::config) images: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::config) struct Binding {
    pub(in crate::config) agent_id: String,
    #[serde(rename = "match")]
    pub(in crate::config) matching: Match,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::config) struct Match {
    pub(in crate::config) channel: Option<String>,
    pub(in crate::config) account_id: Option<String>,
    pub(in crate::config) peer: Option<Peer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::config) struct Broadcast {
    pub(in crate::config) strategy: Strategy,
    /// Agents by chat.
    #[serde(flatten)]
    pub(in crate::config) chats: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum Strategy {
    #[default]
    Parallel,
    Sequential,
}

#[derive(Debug, Deserialize)]
pub(in crate::config) struct Peer {
    pub(in crate::config) kind: PeerKind,
    pub(in crate::config) id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum PeerKind {
    #[serde(alias = "dm")]
    Direct,
    Group,
    /// Only in bindings of other channels, which are skipped.
    #[serde(other)]
    Foreign,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::config) struct Session {
    pub(in crate::config) dm_scope: Option<DmScope>,
    pub(in crate::config) retention_days: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::config) enum DmScope {
    #[serde(alias = "per-channel-peer", alias = "per-peer")]
    PerAccountChannelPeer,
    Main,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::config) struct Commands {
    pub(in crate::config) allow_from: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::config) struct Tasks {
    pub(in crate::config) timezone: Option<String>,
    pub(in crate::config) catch_up_minutes: Option<u32>,
    pub(in crate::config) keep_days: Option<u32>,
    pub(in crate::config) keep_runs: Option<u32>,
}
