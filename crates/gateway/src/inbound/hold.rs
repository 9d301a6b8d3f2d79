//! What follows a command in its chat is judged after the command was carried out: it may change who answers, and in
//! which session. That takes moments, and no other chat waits for it.

use std::collections::HashSet;

use anyhow::Result;

use crate::account::Shared;
use crate::store::StoredMessage;

/// Chats with a command that was not carried out yet.
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
    /// Learns which commands were carried out meanwhile.
    pub(super) async fn look(&mut self, shared: &Shared) -> Result<()> {
        if self.may_be {
            let chats = shared.store.chats_with_commands(shared.id()).await?;
            self.chats = chats.into_iter().collect();
            self.may_be = !self.chats.is_empty();
        }
        Ok(())
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
    pub(super) fn hold(&mut self, message: &StoredMessage) {
        self.may_be = true;
        self.chats.insert(message.chat.clone());
        self.chats.extend(message.chat_alt.clone());
    }
}
