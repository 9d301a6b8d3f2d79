//! What follows a command in its chat is judged after the command was carried out: it may change who answers, and in
//! which session. That takes moments, or seconds where a run has to end first. No other chat waits for it.

use std::collections::HashSet;

use anyhow::Result;

use crate::account::Shared;
use crate::known::Known;
use crate::store::StoredMessage;

/// Chats with a command that was not carried out yet, under all their addresses: what follows may come under another.
#[derive(Debug)]
pub(super) struct HeldBack {
    chats: HashSet<String>,
    /// The store has to be asked: there may be some.
    may_be: bool,
}

impl Default for HeldBack {
    /// The gateway before this one may have left some.
    fn default() -> Self {
        Self {
            chats: HashSet::new(),
            may_be: true,
        }
    }
}

impl HeldBack {
    /// Learns which commands were carried out meanwhile. Whoever asks has the verdicts to themselves, so that a command
    /// that is not found has been carried out and is known everywhere.
    pub(super) async fn look(&mut self, shared: &Shared) -> Result<()> {
        if !self.may_be {
            return Ok(());
        }
        let commands = shared.store.open_commands(shared.id()).await?;
        self.chats.clear();
        for command in &commands {
            let known = Known::of(&shared.store, command, &shared.own(), &[]).await?;
            self.hold(command, &known);
        }
        self.may_be = !commands.is_empty();
        Ok(())
    }

    /// The addresses under which everything has to wait.
    pub(super) fn addresses(&self) -> Vec<String> {
        self.chats.iter().cloned().collect()
    }

    /// Has this message to wait?
    pub(super) fn holds(&self, message: &StoredMessage) -> bool {
        let addresses = [Some(&message.chat), message.chat_alt.as_ref()];
        addresses
            .into_iter()
            .flatten()
            .any(|chat| self.chats.contains(chat))
    }

    /// This message is a command.
    pub(super) fn hold(&mut self, message: &StoredMessage, known: &Known) {
        self.may_be = true;
        self.chats.extend(known.addresses(message));
    }
}
