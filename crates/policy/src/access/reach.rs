//! Which chats an agent may reach by itself: those that it could be talked to from.
//!
//! So there is no second list to keep. Whoever is let in can be written to and read; where nobody would be answered, an
//! agent has no business either, whatever it was told to do.

use super::{
    Facts, GroupPolicy, Mode, Nature, Outcome, Reason, Rule, Rules, Setting, Tracer, Verdict, group,
    judge_traced,
};
use crate::ids::{ChatId, GroupId, Identity};

/// Decides whether an agent may reach a chat. It may if the verdict admits; else the verdict says why not. In a direct chat
/// `facts` are of a message that its person would write now. In a group anybody may be the one who writes: of `facts` only
/// the chat and the account itself count.
#[must_use]
pub fn reach(facts: &Facts<'_>, rules: &Rules) -> Verdict {
    reach_traced(facts, rules, &mut ())
}

/// The same, and tells each rule that was tried.
pub fn reach_traced(facts: &Facts<'_>, rules: &Rules, trace: &mut impl Tracer) -> Verdict {
    let said = Facts {
        nature: Nature::Said,
        own_echo: false,
        age_s: 0,
        ..*facts
    };
    match facts.chat {
        ChatId::Group(group) => in_group(&said, group, rules, trace),
        ChatId::Direct(_) | ChatId::SelfChat | ChatId::NotAConversation(_) => {
            judge_traced(&said, rules, trace)
        }
    }
}

/// Is there anybody whose message in this group would be admitted, if it means the account?
fn in_group(facts: &Facts<'_>, group: &GroupId, rules: &Rules, trace: &mut impl Tracer) -> Verdict {
    if let Err(verdict) = group::is_open(group, rules, trace) {
        return verdict;
    }
    let heard = |by| Verdict::admit(Reason::GroupMention, Rule::GROUP_SENDER).by(by);
    let (list, by) = rules.group_list(group);
    if rules.group_policy == GroupPolicy::Open {
        return heard(Setting::GroupPolicy);
    }
    // Somebody whom nobody knows is on a list only where everybody is.
    if list.admits(&Identity::default()) {
        return heard(by);
    }
    let would = |person: &Identity, from_me| {
        let theirs = Facts {
            sender: person,
            from_me,
            ..*facts
        };
        group::hears(&theirs, group, rules, &mut ()).is_ok()
    };
    let listed = list
        .phones()
        .cloned()
        .map(Identity::from)
        .chain(list.lids().cloned().map(Identity::from))
        .any(|person| would(&person, facts.own.matches(&person)));
    if listed {
        return heard(by);
    }
    let owner_writes = would(facts.own, true)
        || rules.owners.iter().any(|owners| {
            let phones = owners.phones().cloned().map(Identity::from);
            let mut people = phones.chain(owners.lids().cloned().map(Identity::from));
            people.any(|person| would(&person, facts.own.matches(&person)))
        });
    if owner_writes && rules.mode == Mode::Personal {
        return heard(Setting::Mode);
    }
    Verdict::new(Outcome::Drop, Reason::GroupSenderNotAllowed, Rule::GROUP_SENDER).by(by)
}
