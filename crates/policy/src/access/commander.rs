//! Who may use chat commands.

use super::{Facts, Mode, Rules, Setting};
use crate::command::Command;
use crate::ids::{ChatId, Identity, Phone};

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

impl Facts<'_> {
    /// The text in which a chat command may be: what the sender typed, in a group without a mention of this account before
    /// it. Words that others chose for a button command nothing, whoever presses it.
    #[must_use]
    pub fn command_text(&self) -> Option<&str> {
        let text = self.said.text.filter(|_| self.typed)?;
        match self.chat {
            ChatId::Group(_) => {
                let ours = self
                    .said
                    .mentions
                    .iter()
                    .filter(|person| person.matches(self.own));
                let names: Vec<&Identity> = ours.chain([self.own]).collect();
                Some(after_mention(text, &names))
            }
            ChatId::SelfChat | ChatId::Direct(_) | ChatId::NotAConversation(_) => Some(text),
        }
    }
}

/// What follows where a text begins with a mention, as WhatsApp writes it: an at sign and the digits of one of these.
fn after_mention<'t>(text: &'t str, names: &[&Identity]) -> &'t str {
    let found = text.trim_start().strip_prefix('@').and_then(|rest| {
        let end = rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(rest.len());
        let (digits, rest) = rest.split_at_checked(end)?;
        let is_ours = names.iter().any(|name| {
            let lid = name.lid.iter().map(|lid| lid.to_jid());
            let mut jids = name.phones().map(Phone::to_jid).chain(lid);
            jids.any(|jid| jid.split('@').next() == Some(digits))
        });
        is_ours.then(|| rest.trim_start_matches([':', ',']))
    });
    found.unwrap_or(text)
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
