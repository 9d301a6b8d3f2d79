//! Agents: who answers. In this version one, `main`, with the built-in backend `echo`.

use fased_policy::ids::Identity;

/// The agent that answers when none is configured.
pub const DEFAULT_AGENT: &str = "main";

/// A conversation of one person with one agent. Two people never share one.
#[must_use]
pub fn session_key(agent: &str, account: &str, sender: &Identity) -> String {
    format!("agent:{agent}:whatsapp:{account}:dm:{}", sender.label())
}

/// The built-in backend: answers with what it received, so that a link can be tried at once.
#[must_use]
pub fn echo(text: &str) -> String {
    text.to_owned()
}
