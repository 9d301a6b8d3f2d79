//! Agents, as people see them: what they are made of, and where they answer.

use serde::{Deserialize, Serialize};

/// One agent. Nothing of it is secret: of a program's arguments and variables, which may be, nothing is told but the
/// name of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentInfo {
    /// Its id.
    pub id: String,
    /// What people call it; its id where it has no name.
    pub name: String,
    /// It answers wherever no other is named.
    pub default: bool,
    /// `echo`, `command`, `openai` or `acp`.
    pub backend: String,
    /// Of a program: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Of a program that runs a script: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Of a program that is talked to: the folder it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
    /// What it is offered besides its own tools, such as `whatsapp`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// Of an endpoint: the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Of an endpoint: where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Where the endpoint's key is; never the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyPlace>,
    /// Longest run, seconds.
    pub reply_timeout_seconds: u64,
    /// Longest answer, KiB.
    pub max_output_kb: usize,
    /// Parts of an answer leave as soon as they are complete.
    pub stream: bool,
    /// Where it answers.
    pub answers: Vec<AnswersIn>,
}

/// Where the key of an endpoint is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// In the variable of this name.
    Environment(String),
    /// In this file.
    File(String),
}

/// Where an agent answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersIn {
    /// `broadcast`, `peer_binding`, `group`, `any_group`, `account_binding`, `channel_binding` or `default`, as `fased explain` says.
    pub by: String,
    /// Of this account alone.
    pub account: Option<String>,
    /// In this chat alone; `*` for all groups without an entry.
    pub chat: Option<String>,
}
