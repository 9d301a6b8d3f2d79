//! Chat commands, carried out: one verb a file in `chat/`. Which texts are commands, and who may give them, is decided in
//! `fased_policy`; here is what they do.
//!
//! What a command changes in the store is committed together with its answer and the end of its run, so that a command
//! that a crash cut off has done nothing yet and is carried out once more. What cannot be part of that comes before it,
//! and is such that a second time does no harm.

mod activation;
mod agent;
mod help;
mod list;
mod new;
mod pairing;
mod session;
mod status;
mod stop;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::Result;
use fased_policy::access::may_command;
use fased_policy::command::{
    self, AgentVerb, Command, PairingVerb, SessionVerb,
};
use fased_policy::ids::{ChatId, Identity};
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::Quote;

use crate::account::Shared;
use crate::config::AccountConfig;
use crate::known::Known;
use crate::session::Place;
use crate::store::{Change, FinishedRun, QueuedRun, Store, StoredMessage};
use crate::clock;

/// One command, and all that is known of it.
struct Asked<'a> {
    shared: &'a Shared,
    config: Arc<AccountConfig>,
    run: i64,
    chat: ChatId,
    /// The address of the chat, where answers go.
    address: &'a str,
    sender: Identity,
    is_owner: bool,
    now_ms: i64,
}

/// What a command leads to.
#[derive(Debug)]
struct Answer {
    /// What the chat is told, with WhatsApp's own marks.
    text: String,
    /// What is changed together with it.
    changes: Vec<Change>,
}

impl Answer {
    /// Words only.
    fn says(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            changes: Vec::new(),
        }
    }
}
