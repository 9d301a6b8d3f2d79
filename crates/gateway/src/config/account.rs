//! One account's settings, and the agents that may answer for it.

use std::path::PathBuf;
use std::sync::Arc;

use fased_policy::access::{Mode, Rules};
use fased_policy::acking::AckRules;
use fased_policy::addressing;
use fased_policy::ids::{AccountId, AllowList, ChatId, Identity, Phone, Target};
use fased_policy::lifecycle::Settings;
use fased_policy::mention::Patterns;
use fased_policy::pacing::PacingRules;
use fased_policy::pairing::PairingRules;
use fased_policy::route::{Answering, Broadcast, Peer, Route};
use fased_policy::{chunk, format, route};

use super::{Agents, Sources, TaskSettings};

#[cfg(test)]
mod tests;

/// One account's settings, merged from its own keys, the root's and the defaults.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// Account id.
    pub id: AccountId,
    /// Start it.
    pub enabled: bool,
    /// What people call it.
    pub name: Option<String>,
    /// Who may talk.
    pub rules: Rules,
    /// Listen and decide, but send nothing.
    pub observe_only: bool,
    /// Tell senders that their messages were read, once they are admitted.
    pub send_read_receipts: bool,
    /// Messages of a group that the next run there reads.
    pub history_limit: usize,
    /// Quick messages of one sender are answered together when they come within this, milliseconds.
    pub debounce_ms: u32,
    /// How answers are written.
    pub writing: Writing,
    /// Where messages go that name no chat.
    pub default_to: Option<Target>,
    /// Put before every incoming text.
    pub message_prefix: Option<String>,
    /// The reaction to messages that will be answered.
    pub ack: Option<AckRules>,
    /// How fast is sent what nobody asked for.
    pub pacing: PacingRules,
    /// Pairing requests.
    pub pairing: PairingRules,
    /// Tell the owner of pairing requests on WhatsApp.
    pub notify_owner: bool,
    /// Who may answer.
    pub agents: Arc<Agents>,
    /// Scheduled work.
    pub tasks: TaskSettings,
    /// Files in and out.
    pub media: MediaSettings,
    /// The account machine's times.
    pub lifecycle: Settings,
    /// So much memory its process may take, bytes.
    pub memory_bytes: u64,
    /// Folder of the auth files.
    pub auth_dir: PathBuf,
    /// Where all this is written.
    pub sources: Sources,
}

/// How a Markdown text becomes messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// Longest message, in UTF-16 units.
    pub limit: usize,
    /// Where a longer one is cut.
    pub mode: chunk::Mode,
    /// How tables are written.
    pub tables: format::Tables,
    /// Put before every answer.
    pub prefix: Option<String>,
}

impl Writing {
    /// The messages that an answer becomes.
    #[must_use]
    pub fn answer(&self, markdown: &str) -> Vec<String> {
        self.cut(markdown, self.prefix.as_deref())
    }

    /// The messages that an answer becomes of one of several agents: this is put before it, on its line where that can be.
    #[must_use]
    pub fn answer_of(&self, speaker: &str, markdown: &str) -> Vec<String> {
        let prefix = self.prefix.as_deref().map(str::trim).unwrap_or_default();
        self.cut(markdown, Some(format!("{prefix} {speaker}").trim()))
    }

    /// The messages that a text becomes which is no answer, behind the name of who says it.
    #[must_use]
    pub fn text_of(&self, speaker: &str, markdown: &str) -> Vec<String> {
        self.cut(markdown, Some(speaker))
    }

    /// The messages that a text becomes which is no answer.
    #[must_use]
    pub fn text(&self, markdown: &str) -> Vec<String> {
        self.cut(markdown, None)
    }

    /// The messages that a text becomes as it stands.
    #[must_use]
    pub fn plain(&self, text: &str) -> Vec<String> {
        addressing::fitting(self.limit, |limit| chunk::chunks_raw(text, limit, self.mode))
    }

    fn cut(&self, markdown: &str, prefix: Option<&str>) -> Vec<String> {
        addressing::fitting(self.limit, |limit| {
            let options = chunk::Options {
                limit,
                mode: self.mode,
                tables: self.tables,
                prefix,
            };
            chunk::chunks(markdown, &options)
        })
    }
}

impl AccountConfig {
    /// A number that is the owner's own.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.rules.mode == Mode::Personal
    }

    /// The agent that answers what this sender writes in this chat, and why it.
    #[must_use]
    pub fn route(&self, chat: &ChatId, sender: &Identity) -> Route<'_> {
        route::route(&self.place(chat, sender), &self.routing())
    }

    /// Who answers what this sender writes in this chat: one agent, or all those of a broadcast.
    #[must_use]
    pub fn answering(&self, chat: &ChatId, sender: &Identity) -> Answering<'_> {
        route::answering(&self.place(chat, sender), &self.routing())
    }

    fn place<'a>(&'a self, chat: &'a ChatId, sender: &'a Identity) -> route::Place<'a> {
        route::Place {
            account: &self.id,
            chat,
            sender,
        }
    }

    fn routing(&self) -> route::Rules<'_> {
        route::Rules {
            broadcasts: &self.agents.broadcasts,
            bindings: &self.agents.bindings,
            groups: &self.rules.groups,
            default: &self.agents.default,
        }
    }

    /// The broadcast that takes what this sender writes in this chat, if one does.
    #[must_use]
    pub fn broadcast(&self, chat: &ChatId, sender: &Identity) -> Option<&Broadcast> {
        route::broadcast(&self.place(chat, sender), &self.agents.broadcasts)
    }

    /// What counts as a mention there: the names of this agent, or of all that a broadcast names.
    #[must_use]
    pub fn patterns(&self, chat: &ChatId, sender: &Identity, agent: &str) -> &Patterns {
        match self.broadcast(chat, sender) {
            Some(broadcast) => &broadcast.patterns,
            None => self.agents.patterns_of(agent),
        }
    }

    /// Every number that is written somewhere to be compared with senders.
    pub fn phones(&self) -> impl Iterator<Item = &Phone> {
        let lists = self.rules.lists();
        let bound = self.agents.bindings.iter();
        let peers = bound
            .filter_map(|binding| binding.peer.as_ref())
            .chain(self.agents.broadcasts.iter().map(|broadcast| &broadcast.peer));
        let bound = peers.filter_map(|peer| match peer {
            Peer::Person(person) => person.phone.as_ref(),
            Peer::Group(_) => None,
        });
        lists.flat_map(AllowList::phones).chain(bound)
    }
}

/// Files in and out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaSettings {
    /// Most bytes of a file.
    pub max_bytes: u64,
    /// Folders whose files may be sent, besides those that always may.
    pub roots: Vec<PathBuf>,
    /// Folders with the keys of the accounts, of which nothing is sent, wherever they lie.
    pub closed: Vec<PathBuf>,
    /// How long files are kept that came in.
    pub keep_ms: i64,
    /// How many bytes of them are kept.
    pub keep_bytes: u64,
}
