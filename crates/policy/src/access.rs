//! Who may talk: one verdict, with its reason, for every inbound event.
//!
//! The rules are rows; the first that matches decides, and the verdict names it. What is not known here
//! (was this id seen before, was it ours, is the sender approved) comes in as a fact. Pairing requests and
//! their codes are decided in [`crate::pairing`], after a verdict asked for one.

mod answering;
mod commander;
mod direct;
mod group;
mod reach;
mod reason;
mod rules;
#[cfg(test)]
mod tests;
mod trace;
mod verdict;

pub use answering::{Answer, chosen, typed_number};
pub use commander::Commander;
pub use reach::{reach, reach_traced};
pub use reason::{Reason, Remedy};
pub use rules::{DmPolicy, GroupPolicy, GroupRules, Groups, Listing, Mode, Rules};
pub use trace::{Setting, Step, Tracer};
pub use verdict::{Outcome, Rule, Verdict};

use serde::{Deserialize, Serialize};

use crate::ids::{ChatId, Identity};
use crate::mention::Said;

/// Does a group's every message start a run, or only those that mention the account? Chosen by the owner
/// for one group; wins over the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// Only what mentions the account.
    Mention,
    /// Every message.
    Always,
}

impl Activation {
    /// The word in the store and in commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Always => "always",
        }
    }

    /// What an account with it does, after its name.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Mention => "answers what mentions it",
            Self::Always => "answers every message",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mention, Self::Always]
            .into_iter()
            .find(|activation| activation.as_str() == text)
    }
}

/// What an event is, as far as it matters to who may talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Somebody says something.
    Said,
    /// It is about an earlier message: a reaction, an edit, a deletion, a vote. Nobody is spoken to, so it starts
    /// nothing and asks for nothing; the next run in the chat is told of it.
    About,
    /// There is nothing in it that an agent could be told.
    Nothing,
}

/// What is known of one inbound event.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where it was written.
    pub chat: &'a ChatId,
    /// Who wrote it, with all addresses known of them.
    pub sender: &'a Identity,
    /// The linked account.
    pub own: &'a Identity,
    /// Written by the linked account itself, on any device.
    pub from_me: bool,
    /// Now minus its timestamp.
    pub age_s: i64,
    /// It is one of our own sends coming back.
    pub own_echo: bool,
    /// The sender was approved for this account.
    pub paired: bool,
    /// The list may hold the sender's number under a spelling that WhatsApp has not been asked about yet.
    pub identity_pending: bool,
    /// Is somebody spoken to?
    pub nature: Nature,
    /// What was said.
    pub said: Said<'a>,
    /// The sender typed the text: it is no caption, and no label that somebody else gave a button.
    pub typed: bool,
    /// What the owner chose for this group.
    pub activation: Option<Activation>,
    /// An agent has asked in this chat and waits for an owner's answer: so many choices there are.
    pub question: Option<usize>,
}

/// Decides about one event.
#[must_use]
pub fn judge(facts: &Facts<'_>, rules: &Rules) -> Verdict {
    judge_traced(facts, rules, &mut ())
}

/// Decides about one event, and tells each rule that was tried.
pub fn judge_traced(facts: &Facts<'_>, rules: &Rules, trace: &mut impl Tracer) -> Verdict {
    let verdict = match facts.chat {
        ChatId::NotAConversation(_) => Verdict::drop(Reason::NotAConversation, Rule::DM_NOT_A_CONVERSATION),
        ChatId::Group(group) => group::judge(facts, group, rules, trace),
        ChatId::SelfChat | ChatId::Direct(_) => direct::judge(facts, rules, trace),
    };
    match verdict.outcome {
        Outcome::Drop | Outcome::Stale => verdict,
        Outcome::Admit | Outcome::Hold | Outcome::Context if facts.nature == Nature::Nothing => {
            Verdict::UNSUPPORTED_KIND
        }
        // Nothing waits with it: what it is about was held or dropped itself, and no code is asked for by it.
        Outcome::Hold if facts.nature == Nature::About => Verdict {
            outcome: Outcome::Drop,
            ..verdict
        },
        Outcome::Admit | Outcome::Context if facts.nature == Nature::About => {
            if verdict.outcome == Outcome::Admit {
                trace.tried(verdict.rule, verdict.by, verdict.reason.sentence());
            }
            Verdict {
                outcome: Outcome::Context,
                reason: Reason::AboutMessage,
                by: None,
                ..verdict
            }
        }
        Outcome::Admit if facts.age_s > rules.catch_up_max_age_s => {
            trace.tried(verdict.rule, verdict.by, verdict.reason.sentence());
            Verdict::new(Outcome::Stale, Reason::Stale, Rule::STALE).by(Setting::CatchUp)
        }
        // In groups the last gate knows of it already: there it decides whether a mention is needed.
        Outcome::Admit
            if verdict.reason != Reason::PermissionAnswer && facts.permission_answer(rules).is_some() =>
        {
            trace.tried(verdict.rule, verdict.by, verdict.reason.sentence());
            Verdict::admit(Reason::PermissionAnswer, verdict.rule).by(Setting::Owners)
        }
        Outcome::Admit | Outcome::Hold | Outcome::Context => verdict,
    }
}
