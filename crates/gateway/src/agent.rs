//! What an agent is given to answer.

use serde::Serialize;

use crate::envelope::Envelope;

/// The agent that answers when none is configured.
pub const DEFAULT_AGENT: &str = "main";

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
