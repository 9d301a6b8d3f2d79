//! Agents: who answers. In this version one, `main`, with the built-in backend `echo`.

use fased_policy::ids::{ChatId, Identity};
use serde::Serialize;

use crate::envelope::Envelope;

/// The agent that answers when none is configured.
pub const DEFAULT_AGENT: &str = "main";

/// A conversation of one person, or of one group, with one agent. Two people never share one.
#[must_use]
pub fn session_key(agent: &str, account: &str, chat: &ChatId, sender: &Identity) -> String {
    let prefix = format!("agent:{agent}:whatsapp:{account}");
    match chat {
        ChatId::Group(group) => format!("{prefix}:group:{group}"),
        ChatId::Direct(_) | ChatId::SelfChat | ChatId::NotAConversation(_) => {
            format!("{prefix}:dm:{}", sender.label())
        }
    }
}

/// What an agent is given to answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turn {
    /// What is asked: all messages that are answered together, in words, one a line.
    pub text: String,
    /// The messages themselves, in the order in which they were written.
    pub messages: Vec<Envelope>,
    /// What was said in the group since the last run, oldest first.
    pub context: Vec<Envelope>,
    /// What happened to earlier messages of the chat since the last run, oldest first: reactions, edits, deletions, votes.
    pub events: Vec<Envelope>,
}

/// The built-in backend: answers with what it received, so that a link can be tried at once.
#[must_use]
pub fn echo(turn: &Turn) -> String {
    turn.text.clone()
}
