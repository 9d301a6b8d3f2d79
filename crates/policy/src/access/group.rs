//! The five gates of groups; all must be passed, in this order.

use super::direct::is_unresolved;
use super::{
    Activation, Facts, GroupPolicy, Listing, Mode, Nature, Outcome, Reason, Rule, Rules, Setting, Tracer,
    Verdict,
};
use crate::command;
use crate::ids::GroupId;
use crate::mention::mentioned;

pub(super) fn judge(facts: &Facts<'_>, group: &GroupId, rules: &Rules, trace: &mut impl Tracer) -> Verdict {
    let passed = is_open(group, rules, trace).and_then(|()| hears(facts, group, rules, trace));
    match passed {
        Ok(()) => gate_activation(facts, group, rules, trace),
        Err(verdict) => verdict,
    }
}

/// Would a message of this person pass all gates, if it means the account?
pub(super) fn hears(
    facts: &Facts<'_>,
    group: &GroupId,
    rules: &Rules,
    trace: &mut impl Tracer,
) -> Result<(), Verdict> {
    gate_sender(facts, group, rules, trace)?;
    gate_from_me(facts, rules, trace)
}

/// Is the group one that is heard at all?
pub(super) fn is_open(group: &GroupId, rules: &Rules, trace: &mut impl Tracer) -> Result<(), Verdict> {
    gate_policy(rules, trace)?;
    gate_list(group, rules, trace)
}

fn gate_policy(rules: &Rules, trace: &mut impl Tracer) -> Result<(), Verdict> {
    if rules.group_policy == GroupPolicy::Disabled {
        return Err(Verdict::drop(Reason::GroupsDisabled, Rule::GROUP_POLICY).by(Setting::GroupPolicy));
    }
    trace.tried(Rule::GROUP_POLICY, Some(Setting::GroupPolicy), "groups are on");
    Ok(())
}

fn gate_list(group: &GroupId, rules: &Rules, trace: &mut impl Tracer) -> Result<(), Verdict> {
    let not_listed = |by| Err(Verdict::drop(Reason::GroupNotListed, Rule::GROUP_LISTED).by(by));
    let found = match rules.groups.listing(group) {
        Listing::NotListed => return not_listed(Setting::Groups),
        Listing::Off(by) => return not_listed(by),
        Listing::NoList => "no groups are listed, so all are heard",
        Listing::Listed => "the group is listed",
    };
    trace.tried(Rule::GROUP_LISTED, Some(Setting::Groups), found);
    Ok(())
}

fn gate_sender(
    facts: &Facts<'_>,
    group: &GroupId,
    rules: &Rules,
    trace: &mut impl Tracer,
) -> Result<(), Verdict> {
    if facts.sender.is_empty() && !facts.from_me {
        return Err(Verdict::drop(Reason::NoSender, Rule::NONE));
    }
    if rules.group_policy == GroupPolicy::Open {
        let found = "everyone in a group may write";
        trace.tried(Rule::GROUP_SENDER, Some(Setting::GroupPolicy), found);
        return Ok(());
    }
    let (list, by) = rules.group_list(group);
    if list.admits(facts.sender) {
        trace.tried(Rule::GROUP_SENDER, Some(by), "the sender is on the list");
        return Ok(());
    }
    if rules.mode == Mode::Personal && rules.is_owner(facts) {
        let found = "the sender is the owner of this personal number";
        trace.tried(Rule::GROUP_SENDER, Some(Setting::Mode), found);
        return Ok(());
    }
    if is_unresolved(facts, list.has_phones()) {
        return Err(Verdict::hold(Reason::UnresolvedIdentity, Rule::GROUP_SENDER).by(by));
    }
    Err(Verdict::drop(Reason::GroupSenderNotAllowed, Rule::GROUP_SENDER).by(by))
}

fn gate_from_me(facts: &Facts<'_>, rules: &Rules, trace: &mut impl Tracer) -> Result<(), Verdict> {
    if facts.from_me && facts.own_echo {
        return Err(Verdict::drop(Reason::OwnEcho, Rule::GROUP_FROM_ME));
    }
    if facts.from_me && rules.mode == Mode::Dedicated {
        return Err(Verdict::drop(Reason::OwnOutgoing, Rule::GROUP_FROM_ME).by(Setting::Mode));
    }
    let found = if facts.from_me {
        "the owner wrote it by hand"
    } else {
        "somebody else wrote it"
    };
    trace.tried(Rule::GROUP_FROM_ME, None, found);
    Ok(())
}

/// A command of whoever may command runs, and so does what they mistyped; one of anybody else is talk, also where every message runs.
fn gate_activation(facts: &Facts<'_>, group: &GroupId, rules: &Rules, trace: &mut impl Tracer) -> Verdict {
    if facts.nature == Nature::About {
        return Verdict::new(Outcome::Context, Reason::AboutMessage, Rule::GROUP_GATE);
    }
    if facts.permission_answer(rules).is_some() {
        return Verdict::admit(Reason::PermissionAnswer, Rule::GROUP_GATE).by(Setting::Owners);
    }
    let is_command = facts.command_text().is_some_and(command::is_command);
    let commander = rules.commander(facts);
    if facts.command_text().is_some_and(command::is_meant) && commander.may_command() {
        return Verdict::admit(Reason::OwnerCommand, Rule::GROUP_GATE).by(commander.by());
    }
    let (always, by) = match facts.activation {
        Some(activation) => (activation == Activation::Always, Setting::Activation),
        None => {
            let (required, by) = rules.groups.require_mention(group);
            (!required, by)
        }
    };
    if always && !is_command {
        return Verdict::admit(Reason::GroupAlways, Rule::GROUP_GATE).by(by);
    }
    let found = match (always, is_command) {
        (true, _) => "a command of somebody who may not use commands needs a mention",
        (false, _) => "a message needs a mention",
    };
    trace.tried(Rule::GROUP_GATE, Some(by), found);
    let (yes, why) = mentioned(&facts.said, facts.own, rules.mode);
    if yes {
        trace.tried(Rule::GROUP_GATE, None, why);
        return Verdict::admit(Reason::GroupMention, Rule::GROUP_GATE).by(by);
    }
    trace.tried(Rule::GROUP_GATE, Some(Setting::MentionPatterns), why);
    Verdict::new(Outcome::Context, Reason::NoMention, Rule::GROUP_GATE).by(by)
}
