//! Which agent answers, by the same rule for the same message: exactly one, or all those of a broadcast.
//!
//! A broadcast of this very chat is nearest of all: its agents answer, each in a conversation of its own. Else it is one.
//! From near to far: a binding of this very chat, the agent of the group, a binding of the account, one of the
//! channel, the default agent. Of two bindings of the same chat the one that also names the account is nearer, and of
//! two equally near ones, which a person known by number and by hidden id can have, the first in the list wins.

use crate::access::{GroupRules, Groups};
use crate::ids::{AccountId, ChatId, GroupId, Identity};
use crate::mention::Patterns;

#[cfg(test)]
mod tests;

/// What goes to one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Which one of the config's list it is, from 0.
    pub index: usize,
    /// Who answers.
    pub agent: String,
    /// For this account alone.
    pub account: Option<AccountId>,
    /// For this chat alone.
    pub peer: Option<Peer>,
}

/// A chat that a binding names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// Direct messages of one person, by what the config knows of them.
    Person(Identity),
    /// A group.
    Group(GroupId),
}

/// A chat that several agents answer.
#[derive(Debug, Clone)]
pub struct Broadcast {
    /// The chat as the config writes it.
    pub key: String,
    /// The chat.
    pub peer: Peer,
    /// Who answers, in this order; at least one, and none twice.
    pub agents: Vec<String>,
    /// Each waits until the one before it is done, however that ended.
    pub in_turn: bool,
    /// What counts as a name of any of them.
    pub patterns: Patterns,
}

/// Who answers.
#[derive(Debug, Clone, Copy)]
pub enum Answering<'a> {
    /// One agent.
    One(Route<'a>),
    /// All agents of a broadcast.
    All(&'a Broadcast),
}

/// Where a message was written, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The account that got it.
    pub account: &'a AccountId,
    /// The chat.
    pub chat: &'a ChatId,
    /// The sender, with all that is known of them.
    pub sender: &'a Identity,
}

/// What is said about who answers.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// In the order of the config; of two of the same chat, which a person known by number and by hidden id can have, the
    /// first wins.
    pub broadcasts: &'a [Broadcast],
    /// In the order of the config.
    pub bindings: &'a [Binding],
    /// The account's groups, which may name an agent each.
    pub groups: &'a Groups,
    /// Who answers otherwise.
    pub default: &'a str,
}

/// Who answers, and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// The agent.
    pub agent: &'a str,
    /// Why it.
    pub by: By,
}

/// What decides who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// A binding of this very chat, by its place in the list.
    PeerBinding(usize),
    /// The group's own entry.
    Group,
    /// The entry of all groups without one.
    AnyGroup,
    /// A binding of the account, by its place in the list.
    AccountBinding(usize),
    /// A binding of the channel, by its place in the list.
    ChannelBinding(usize),
    /// Nothing: it is the default agent.
    Default,
}

impl By {
    /// The rule in one word, for scripts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PeerBinding(_) => "peer_binding",
            Self::Group => "group",
            Self::AnyGroup => "any_group",
            Self::AccountBinding(_) => "account_binding",
            Self::ChannelBinding(_) => "channel_binding",
            Self::Default => "default",
        }
    }

    /// The rule for people, behind "because".
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::PeerBinding(_) => "a binding names this chat",
            Self::Group => "the group names it",
            Self::AnyGroup => "the entry \"*\" of groups names it",
            Self::AccountBinding(_) => "a binding names the account",
            Self::ChannelBinding(_) => "a binding names the channel",
            Self::Default => "it is the default agent, and nothing names another",
        }
    }
}

/// Decides who answers a message.
#[must_use]
pub fn answering<'a>(place: &Place<'_>, rules: &Rules<'a>) -> Answering<'a> {
    match broadcast(place, rules.broadcasts) {
        Some(broadcast) => Answering::All(broadcast),
        None => Answering::One(route(place, rules)),
    }
}

/// The broadcast of a chat, if it has one.
#[must_use]
pub fn broadcast<'a>(place: &Place<'_>, broadcasts: &'a [Broadcast]) -> Option<&'a Broadcast> {
    broadcasts.iter().find(|broadcast| broadcast.peer.is(place))
}

/// Decides which one agent it is where one is meant: of a message that no broadcast takes, or of a Task.
#[must_use]
pub fn route<'a>(place: &Place<'_>, rules: &Rules<'a>) -> Route<'a> {
    let bound = |binding: &'a Binding, by: fn(usize) -> By| Route {
        agent: &binding.agent,
        by: by(binding.index),
    };
    let of_peer = || {
        let here = |binding: &&Binding| {
            let peer = binding.peer.as_ref();
            of_account(binding, place.account) && peer.is_some_and(|peer| peer.is(place))
        };
        let found = rules.bindings.iter().filter(here);
        // Of equal ones `min_by_key` gives the first.
        found
            .min_by_key(|binding| binding.account.is_none())
            .map(|binding| bound(binding, By::PeerBinding))
    };
    let group = || match place.chat {
        ChatId::Group(group) => of_group(rules.groups, group),
        ChatId::Direct(_) | ChatId::SelfChat | ChatId::NotAConversation(_) => None,
    };
    let of_all = |account: bool| {
        rules.bindings.iter().find(|binding| {
            binding.peer.is_none()
                && binding.account.is_some() == account
                && of_account(binding, place.account)
        })
    };
    of_peer()
        .or_else(group)
        .or_else(|| of_all(true).map(|binding| bound(binding, By::AccountBinding)))
        .or_else(|| of_all(false).map(|binding| bound(binding, By::ChannelBinding)))
        .unwrap_or(Route {
            agent: rules.default,
            by: By::Default,
        })
}

/// What the group's entry leaves open, the one of all others may say.
fn of_group<'a>(groups: &'a Groups, group: &GroupId) -> Option<Route<'a>> {
    let named = |entry: Option<&'a GroupRules>, by| {
        let agent = entry?.agent.as_deref()?;
        Some(Route { agent, by })
    };
    named(groups.listed.get(group), By::Group).or_else(|| named(groups.any.as_ref(), By::AnyGroup))
}

fn of_account(binding: &Binding, account: &AccountId) -> bool {
    binding.account.as_ref().is_none_or(|bound| bound == account)
}

impl Peer {
    fn is(&self, place: &Place<'_>) -> bool {
        match (self, place.chat) {
            (Self::Group(bound), ChatId::Group(group)) => bound == group,
            // What a chat's own address does not say of a person may be known of the sender, who is the same one.
            (Self::Person(bound), ChatId::Direct(person)) => {
                bound.matches(person) || bound.matches(place.sender)
            }
            (Self::Person(bound), ChatId::SelfChat) => bound.matches(place.sender),
            (Self::Group(_), ChatId::Direct(_) | ChatId::SelfChat | ChatId::NotAConversation(_))
            | (Self::Person(_), ChatId::Group(_) | ChatId::NotAConversation(_)) => false,
        }
    }
}
