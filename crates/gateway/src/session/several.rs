//! Chats that several agents answer: each is in a session of its own there, the unnamed one. What was chosen in the chat
//! does not count.

use fased_policy::ids::{ChatId, Identity};

use super::{Conversations, Place};
use crate::config::AccountConfig;
use crate::store::{Fork, Forks};

/// Where a chat is that several agents answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Several {
    /// The key under which what they are to answer is gathered. It is no session: nothing is said in it.
    pub(crate) gathers_in: String,
    /// Where each of them is, in order.
    pub(crate) places: Vec<Place>,
    /// They answer one after another.
    pub(crate) in_turn: bool,
}

/// How several agents answer, in words.
pub(crate) fn how(in_turn: bool) -> &'static str {
    if in_turn {
        "one after another"
    } else {
        "at the same time"
    }
}

impl Conversations {
    /// The agents that answer in a chat: those of a broadcast, or else the one that was chosen there, or else the config's.
    pub(crate) fn answering(&self, config: &AccountConfig, chat: &ChatId, sender: &Identity) -> Vec<String> {
        match config.broadcast(chat, sender) {
            Some(broadcast) => broadcast.agents.clone(),
            None => vec![self.agent(config, chat, sender)],
        }
    }

    /// Where a chat is, if a broadcast takes what is written there. `is_owner` is about the sender.
    pub(crate) fn several(
        &self,
        config: &AccountConfig,
        chat: &ChatId,
        sender: &Identity,
        is_owner: bool,
    ) -> Option<Several> {
        let broadcast = config.broadcast(chat, sender)?;
        let (peer, chosen) = self.find(chat, sender);
        let in_group = matches!(chat, ChatId::Group(_));
        let is_new = chosen.is_none() && !in_group && sender.phone.is_none() && sender.lid.is_some();
        let is_shared = config.agents.owners_share_session && is_owner && !in_group;
        let places = broadcast.agents.iter().map(|agent| Place {
            agent: agent.clone(),
            session: super::key(config, agent, &peer, None, is_shared),
            peer: peer.clone(),
            name: None,
            is_new,
        });
        Some(Several {
            gathers_in: format!("broadcast:{}:{peer}", config.id),
            places: places.collect(),
            in_turn: broadcast.in_turn,
        })
    }
}

impl Several {
    /// The ids of all of them.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.places.iter().map(|place| place.agent.as_str()).collect();
        names.join(", ")
    }

    /// What the gathered becomes.
    pub(crate) fn forks(&self) -> Forks {
        let by = self.places.iter().map(|place| Fork {
            agent: place.agent.clone(),
            session: place.session.clone(),
        });
        Forks {
            in_turn: self.in_turn,
            by: by.collect(),
        }
    }

    /// The name of the chat that has to be kept, because more may become known of it.
    pub(crate) fn keeps(&self) -> Option<String> {
        let first = self.places.first().filter(|place| place.is_new);
        first.map(|place| place.peer.clone())
    }

    /// The keys of all that is gathered, asked and said there, first the one that the others follow from.
    pub(crate) fn sessions(&self) -> Vec<&str> {
        let each = self.places.iter().map(|place| place.session.as_str());
        std::iter::once(self.gathers_in.as_str()).chain(each).collect()
    }
}
