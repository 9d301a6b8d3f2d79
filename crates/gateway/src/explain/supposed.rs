//! Events that nobody wrote.

use fased_policy::access::Nature;
use fased_policy::ids::{ChatId, Identity};

use crate::known::Known;

/// An event of which no more is known than where, who and when: a plain message of somebody who was never
/// approved, in a chat for which nothing was chosen.
#[must_use]
pub fn supposed(chat: ChatId, sender: Identity, own: Identity, timestamp_s: i64) -> Known {
    Known {
        from_me: own.matches(&sender),
        chat,
        sender,
        own,
        timestamp_s,
        own_echo: false,
        paired: false,
        identity_pending: false,
        nature: Nature::Said,
        text: None,
        typed: true,
        mentions: Vec::new(),
        quotes_gateway: false,
        activation: None,
        chosen_agent: None,
        question: None,
        waits: false,
    }
}
