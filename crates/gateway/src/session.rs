//! Sessions: which conversation with which agent a chat is in.
//!
//! A session key names the agent and whom it talks with. Two people never share one, unless the config lets owners share
//! theirs over all accounts. A person who was first known by a hidden id keeps that in the key when the number becomes
//! known, and one who was first known by the number keeps the number, so that nothing that was said is lost.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use anyhow::Result;
use fased_policy::ids::{ChatId, Identity};

use crate::config::AccountConfig;
use crate::store::{Conversation, SessionRow, Store};

pub(crate) mod chosen;
pub(crate) mod forget;
pub(crate) mod several;
#[cfg(test)]
mod tests;

/// The peer of a session that owners share.
const SHARED: &str = "main";

/// Where a chat is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Agent id.
    pub(crate) agent: String,
    /// Session key.
    pub(crate) session: String,
    /// `dm:<number or hidden id>` or `group:<address>`: what the account knows the chat by.
    pub(crate) peer: String,
    /// The session's name; none is the unnamed one.
    pub(crate) name: Option<String>,
    /// This name of the chat has to be kept, because more may become known of it.
    pub(crate) is_new: bool,
}

/// What was chosen in the chats of one account. Most chats chose nothing and are not here.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    chosen: RwLock<HashMap<String, Conversation>>,
}

impl Conversations {
    /// As the store has them.
    pub(crate) async fn load(store: &Store, account: &str) -> Result<Self> {
        let rows = store.conversations(account).await?;
        let chosen = rows.into_iter().map(|row| (row.peer.clone(), row)).collect();
        Ok(Self {
            chosen: RwLock::new(chosen),
        })
    }

    /// The agent that answers in a chat: the one that was chosen there, else the config's.
    pub(crate) fn agent(&self, config: &AccountConfig, chat: &ChatId, sender: &Identity) -> String {
        let (_, chosen) = self.find(chat, sender);
        agent_of(config, chat, sender, chosen.as_ref())
    }

    /// Where a chat is now. `is_owner` is about the sender.
    pub(crate) fn current(
        &self,
        config: &AccountConfig,
        chat: &ChatId,
        sender: &Identity,
        is_owner: bool,
    ) -> Place {
        let (peer, chosen) = self.find(chat, sender);
        let agent = agent_of(config, chat, sender, chosen.as_ref());
        let in_group = matches!(chat, ChatId::Group(_));
        let is_new = chosen.is_none() && !in_group && sender.phone.is_none() && sender.lid.is_some();
        let name = chosen.and_then(|chosen| chosen.name);
        let is_shared = config.agents.owners_share_session && is_owner && !in_group;
        Place {
            session: key(config, &agent, &peer, name.as_deref(), is_shared),
            agent,
            peer,
            name,
            is_new,
        }
    }

    /// When more was learned of people: those who have an older history under their number go by that again.
    pub(crate) async fn by_older_names(&self, store: &Store, account: &str) -> Result<()> {
        let given_up = store.prefer_older_names(account).await?;
        if !given_up.is_empty() {
            let mut chosen = self.chosen.write().unwrap_or_else(PoisonError::into_inner);
            chosen.retain(|peer, _| !given_up.contains(peer));
        }
        Ok(())
    }

    /// From now on the chat keeps this name.
    pub(crate) fn kept(&self, peer: &str) {
        let mut chosen = self.chosen.write().unwrap_or_else(PoisonError::into_inner);
        chosen.entry(peer.to_owned()).or_insert_with(|| Conversation {
            peer: peer.to_owned(),
            ..Conversation::default()
        });
    }

    /// The choice of another agent for a chat, in its unnamed session; none is the config's again.
    pub(crate) fn with_agent(place: &Place, agent: Option<&str>) -> Conversation {
        Conversation {
            peer: place.peer.clone(),
            agent: agent.map(str::to_owned),
            name: None,
        }
    }

    /// The choice of another session with the same agent; none is the unnamed one.
    pub(crate) fn with_session(&self, place: &Place, name: Option<&str>) -> Conversation {
        let chosen = self.chosen.read().unwrap_or_else(PoisonError::into_inner);
        Conversation {
            peer: place.peer.clone(),
            agent: chosen.get(&place.peer).and_then(|chosen| chosen.agent.clone()),
            name: name.map(str::to_owned),
        }
    }

    /// From now on this holds in a chat; the store has it already.
    pub(crate) fn chosen(&self, chosen: Conversation) {
        self.chosen
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(chosen.peer.clone(), chosen);
    }

    /// What the account knows a chat by, and what was chosen there.
    fn find(&self, chat: &ChatId, sender: &Identity) -> (String, Option<Conversation>) {
        let chosen = self.chosen.read().unwrap_or_else(PoisonError::into_inner);
        let person = match chat {
            ChatId::Group(group) => {
                let peer = format!("group:{group}");
                let found = chosen.get(&peer).cloned();
                return (peer, found);
            }
            ChatId::Direct(_) | ChatId::SelfChat | ChatId::NotAConversation(_) => sender,
        };
        if let Some(lid) = &person.lid
            && !chosen.is_empty()
        {
            let peer = format!("dm:{lid}");
            if let Some(found) = chosen.get(&peer) {
                return (peer, Some(found.clone()));
            }
        }
        let peer = format!("dm:{}", person.label());
        let found = chosen.get(&peer).cloned();
        (peer, found)
    }
}

/// The key of a session that a chat has for itself, or that owners share.
fn key(config: &AccountConfig, agent: &str, peer: &str, name: Option<&str>, is_shared: bool) -> String {
    Key {
        agent,
        account: if is_shared { "" } else { config.id.as_str() },
        peer: if is_shared { SHARED } else { peer },
        name,
    }
    .to_string()
}

/// The sessions of a chat with the agent that answers there, the one used last first.
pub(crate) async fn listed(store: &Store, place: &Place) -> Result<Vec<SessionRow>> {
    let key = Key::parse(&place.session);
    store.sessions_of(key.agent, key.account, key.peer).await
}

/// The key of another session of the same chat and agent; no name is the unnamed one.
pub(crate) fn sibling(place: &Place, name: Option<&str>) -> String {
    Key {
        name,
        ..Key::parse(&place.session)
    }
    .to_string()
}

/// One that is not in the config any more does not answer.
fn agent_of(
    config: &AccountConfig,
    chat: &ChatId,
    sender: &Identity,
    chosen: Option<&Conversation>,
) -> String {
    chosen
        .and_then(|chosen| chosen.agent.as_deref())
        .filter(|agent| config.agents.list.contains_key(*agent))
        .unwrap_or_else(|| config.route(chat, sender).agent)
        .to_owned()
}

/// What a session key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key<'a> {
    /// Agent id.
    pub(crate) agent: &'a str,
    /// Account id; empty where owners share a session over all accounts.
    pub(crate) account: &'a str,
    /// `dm:<person>`, `group:<address>`, or `main`.
    pub(crate) peer: &'a str,
    /// Its name; none is the unnamed one.
    pub(crate) name: Option<&'a str>,
}

impl<'a> Key<'a> {
    /// Takes a key apart. Neither ids nor names hold a colon.
    pub(crate) fn parse(key: &'a str) -> Self {
        let rest = key.strip_prefix("agent:").unwrap_or(key);
        let (agent, rest) = rest.split_once(':').unwrap_or((rest, ""));
        let split_name = |text: &'a str| match text.split_once(':') {
            Some((before, name)) => (before, Some(name)),
            None => (text, None),
        };
        let Some(rest) = rest.strip_prefix("whatsapp:") else {
            let (peer, name) = split_name(rest);
            return Self {
                agent,
                account: "",
                peer,
                name,
            };
        };
        let (account, peer) = rest.split_once(':').unwrap_or((rest, ""));
        let kind = peer.find(':').map_or(peer.len(), |colon| colon + 1);
        let (kind, person) = peer.split_at(kind);
        let (person, name) = split_name(person);
        Self {
            agent,
            account,
            peer: peer.get(..kind.len() + person.len()).unwrap_or(peer),
            name,
        }
    }
}

impl std::fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            agent,
            account,
            peer,
            name,
        } = self;
        write!(f, "agent:{agent}:")?;
        if !account.is_empty() {
            write!(f, "whatsapp:{account}:")?;
        }
        f.write_str(peer)?;
        match name {
            Some(name) => write!(f, ":{name}"),
            None => Ok(()),
        }
    }
}
