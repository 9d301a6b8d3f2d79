//! Who may talk: one verdict, with its reason, for every inbound event.
//!
//! The rules are rows; the first that matches decides, and the verdict names it. What is not known here
//! (was this id seen before, was it ours, is the sender approved) comes in as a fact. Pairing requests and
//! their codes are decided in [`crate::pairing`], after a verdict asked for one.

mod reason;
#[cfg(test)]
mod tests;

pub use reason::Reason;

use serde::{Deserialize, Serialize};

use crate::ids::{AllowList, ChatId, Identity};

/// How direct messages of strangers are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DmPolicy {
    /// They ask, the owner approves.
    #[default]
    Pairing,
    /// Only who is on the list.
    Allowlist,
    /// Everyone.
    Open,
    /// Nobody, whatever the list says.
    Disabled,
}

impl DmPolicy {
    /// The word in the config.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pairing => "pairing",
            Self::Allowlist => "allowlist",
            Self::Open => "open",
            Self::Disabled => "disabled",
        }
    }
}

/// An account's rules for direct messages.
#[derive(Debug, Clone, Copy)]
pub struct DmRules<'a> {
    /// How strangers are treated.
    pub dm_policy: DmPolicy,
    /// Who may write.
    pub allow_from: &'a AllowList,
    /// Does the owner's chat with themselves reach the agent?
    pub self_chat_mode: bool,
    /// Do approvals count under `allowlist` too?
    pub honour_pairings_in_allowlist: bool,
    /// Older messages are recorded and not answered.
    pub catch_up_max_age_s: i64,
}

/// What is known of one inbound event.
#[derive(Debug, Clone, Copy)]
pub struct InboundFacts<'a> {
    /// Where it was written.
    pub chat: &'a ChatId,
    /// Who wrote it, with all addresses known of them.
    pub sender: &'a Identity,
    /// Written by the linked account itself, on any device.
    pub from_me: bool,
    /// Now minus its timestamp.
    pub age_s: i64,
    /// It is one of our own sends coming back.
    pub own_echo: bool,
    /// The sender was approved for this account.
    pub paired: bool,
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It goes to an agent.
    Admit,
    /// It is recorded and goes nowhere.
    Drop,
    /// It waits for a decision: an approval, or the sender's number.
    Hold,
    /// It is kept for the next run to read.
    Context,
    /// It would have been admitted, but came too late to be answered.
    Stale,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Admit, Self::Drop, Self::Hold, Self::Context, Self::Stale];

    /// The word in the store and on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Drop => "drop",
            Self::Hold => "hold",
            Self::Context => "context",
            Self::Stale => "stale",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// The one decision about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The row of the table of direct-message rules that decided; 0 for what the table does not cover.
    pub rule: u8,
}

impl Verdict {
    /// Row 2: the journal already holds this event. Only the journal's unique key can know.
    pub const DUPLICATE: Self = Self::new(Outcome::Drop, Reason::Duplicate, 2);
    /// Row 11, when [`crate::pairing::on_request`] has no code left to give.
    pub const PAIRING_FULL: Self = Self::new(Outcome::Hold, Reason::PairingFull, 11);
    /// An event of a kind that no rule covers.
    pub const UNSUPPORTED_KIND: Self = Self::new(Outcome::Drop, Reason::UnsupportedKind, 0);

    const fn new(outcome: Outcome, reason: Reason, rule: u8) -> Self {
        Self {
            outcome,
            reason,
            rule,
        }
    }
}

/// Decides about one event. The numbers are the rows of the table.
#[must_use]
pub fn judge(facts: &InboundFacts<'_>, rules: &DmRules<'_>) -> Verdict {
    let dropped = |reason, rule| Verdict::new(Outcome::Drop, reason, rule);
    let in_self_chat = match facts.chat {
        ChatId::NotAConversation(_) => return dropped(Reason::NotAConversation, 1),
        ChatId::SelfChat => true,
        ChatId::Direct(_) | ChatId::Group(_) => false,
    };
    if facts.from_me && facts.own_echo {
        return dropped(Reason::OwnEcho, 3);
    }
    if facts.from_me && !in_self_chat {
        return dropped(Reason::OwnOutgoing, 4);
    }
    if matches!(facts.chat, ChatId::Group(_)) {
        return dropped(Reason::GroupsNotSupported, 0);
    }
    if rules.dm_policy == DmPolicy::Disabled {
        return dropped(Reason::DmDisabled, 5);
    }
    if in_self_chat && !rules.self_chat_mode {
        return dropped(Reason::SelfChatOff, 6);
    }
    if in_self_chat {
        return admit(Reason::SelfChat, 6, facts, rules);
    }
    if facts.sender.is_empty() {
        return dropped(Reason::NoSender, 0);
    }
    judge_person(facts, rules)
}

/// Rows 7 to 12: a direct message of somebody else.
fn judge_person(facts: &InboundFacts<'_>, rules: &DmRules<'_>) -> Verdict {
    let approvals_count = match rules.dm_policy {
        DmPolicy::Disabled => return Verdict::new(Outcome::Drop, Reason::DmDisabled, 5),
        DmPolicy::Open => return admit(Reason::DmOpen, 7, facts, rules),
        DmPolicy::Pairing => true,
        DmPolicy::Allowlist => rules.honour_pairings_in_allowlist,
    };
    if rules.allow_from.admits(facts.sender) {
        return admit(Reason::DmListed, 8, facts, rules);
    }
    if facts.paired && approvals_count {
        return admit(Reason::DmPaired, 9, facts, rules);
    }
    if rules.dm_policy == DmPolicy::Pairing {
        return Verdict::new(Outcome::Hold, Reason::PairingRequired, 11);
    }
    if facts.sender.phone.is_none() && rules.allow_from.has_phones() {
        return Verdict::new(Outcome::Hold, Reason::UnresolvedIdentity, 10);
    }
    Verdict::new(Outcome::Drop, Reason::NotInAllowlist, 12)
}

/// Row 13: what is admitted is answered only while it is young enough.
fn admit(reason: Reason, rule: u8, facts: &InboundFacts<'_>, rules: &DmRules<'_>) -> Verdict {
    if facts.age_s > rules.catch_up_max_age_s {
        Verdict::new(Outcome::Stale, Reason::Stale, 13)
    } else {
        Verdict::new(Outcome::Admit, reason, rule)
    }
}
