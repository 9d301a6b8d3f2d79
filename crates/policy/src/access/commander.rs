//! Who may use chat commands.

use super::{Facts, Mode, Rules, Setting};
use crate::command::Command;
use crate::ids::Identity;

/// What somebody is to chat commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Commander {
    /// An owner: all commands.
    Owner,
    /// On `commands.allowFrom`: all commands but those that are for owners only, such as approving people.
    Listed,
    /// Neither: what they write is plain text, whatever it looks like.
    Nobody,
}

impl Commander {
    /// May they use chat commands?
    #[must_use]
    pub fn may_command(self) -> bool {
        match self {
            Self::Owner | Self::Listed => true,
            Self::Nobody => false,
        }
    }

    /// May they use this one?
    #[must_use]
    pub fn may(self, command: &Command) -> bool {
        match self {
            Self::Owner => true,
            Self::Listed => !command.is_for_owners(),
            Self::Nobody => false,
        }
    }

    /// Which setting says so.
    #[must_use]
    pub fn by(self) -> Setting {
        match self {
            Self::Owner => Setting::Owners,
            Self::Listed | Self::Nobody => Setting::CommandsAllowFrom,
        }
    }
}

impl Rules {
    /// What the sender of an event is to chat commands.
    #[must_use]
    pub fn commander(&self, facts: &Facts<'_>) -> Commander {
        self.commander_of(facts.sender, facts.own, facts.from_me)
    }

    /// The same of somebody: `own` is the linked account, and `from_me` says that it wrote itself.
    #[must_use]
    pub fn commander_of(&self, sender: &Identity, own: &Identity, from_me: bool) -> Commander {
        if self.owns(sender, own, from_me) {
            Commander::Owner
        } else if self.commands_allow.admits(sender) {
            Commander::Listed
        } else {
            Commander::Nobody
        }
    }

    pub(super) fn owns(&self, sender: &Identity, own: &Identity, from_me: bool) -> bool {
        let personal = self.mode == Mode::Personal;
        let named = match &self.owners {
            Some(owners) => owners.names(sender),
            None => from_me || own.matches(sender),
        };
        named || (personal && (from_me || self.allow_from.names(sender)))
    }
}
