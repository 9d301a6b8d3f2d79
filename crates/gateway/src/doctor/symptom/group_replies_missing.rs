//! Messages in groups get no answer: is the group heard, may its members write, and do they mean the account?

use fased_policy::access::GroupPolicy;
use fased_policy::ids::GroupId;
use fased_protocol::control::GroupInfo;

use super::super::facts::Facts;
use super::super::finding::Finding;
use super::super::{agents, groups, outbox};
use super::{Subject, ground, messages};

const CHECK: &str = "groups";

pub(super) fn look(facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let mut findings = ground(facts, subject);
    let account = subject.account.as_deref();
    let mut known = 0;
    for group in &facts.history.groups {
        let named = subject.group.as_ref().is_none_or(|named| *named == group.group);
        if named && account.is_none_or(|account| account == group.account) {
            known += 1;
            findings.extend(heard(facts, group));
            findings.extend(groups::one(facts, group));
        }
    }
    let asked = subject.group.is_some();
    let newest = messages::newest(&facts.messages);
    let told = newest.into_iter().take(if asked { 3 } else { 12 });
    findings.extend(told.map(|message| messages::one(facts, message, asked)));
    if let Some(group) = subject.group.as_ref().filter(|_| facts.messages.is_empty()) {
        let what = format!("no message from {group} ever came in");
        let cause = if known == 0 {
            "the account is in no such group, as far as is known"
        } else {
            "the account may not be a member"
        };
        findings.push(Finding::problem("messages", what, cause).next("fased directory groups"));
    } else if facts.messages.is_empty() {
        let what = "no message from a group ever came in";
        findings.push(
            Finding::note("messages", what, "the account may be in no group").next("fased directory groups"),
        );
    }
    findings.extend(agents::failures(facts, account));
    findings.extend(outbox::unsent(facts, account));
    findings
}

/// Whether anything that is written there can be answered.
fn heard(facts: &Facts, group: &GroupInfo) -> Vec<Finding> {
    let id = &group.group;
    let account = &group.account;
    let Some(settings) = facts.settings(account) else {
        return Vec::new();
    };
    let rules = &settings.rules;
    let mut findings = Vec::new();
    if rules.group_policy == GroupPolicy::Disabled {
        let what = format!("{account} answers in no group");
        findings.push(
            Finding::problem(CHECK, what, "groupPolicy is \"disabled\"")
                .next("fased config set channels.whatsapp.groupPolicy allowlist"),
        );
    } else if !group.listed {
        let what = format!("{account} does not hear {id}");
        let next = format!("fased config set 'channels.whatsapp.groups[\"{id}\"]' '{{}}'");
        findings.push(Finding::problem(CHECK, what, "other groups are listed, this one is not").next(next));
    } else if !group.enabled {
        let what = format!("{account} does not hear {id}");
        let next = format!("fased config set 'channels.whatsapp.groups[\"{id}\"].enabled' true");
        findings.push(Finding::problem(CHECK, what, "its `enabled` is false").next(next));
    }
    if rules.group_policy == GroupPolicy::Allowlist
        && let Ok(parsed) = GroupId::parse(id)
        && rules.group_list(&parsed).0.is_empty()
    {
        let what = format!("nobody may write to {account} in {id}");
        let cause = "groupPolicy is \"allowlist\", and the list for this group is empty";
        let next = "fased config set 'channels.whatsapp.groupAllowFrom[+]' +15551234567";
        findings.push(Finding::problem(CHECK, what, cause).next(next));
    }
    if group.mode == "mention" {
        let from = match group.source.line {
            Some(line) => format!("{}, line {line}", group.source.path),
            None => group.source.path.clone(),
        };
        let option = if account == "default" {
            String::new()
        } else {
            format!(" --account {account}")
        };
        let what = format!("in {id} only what mentions {account} is answered");
        findings.push(
            Finding::note(CHECK, what, format!("by {from}"))
                .next(format!("fased groups activation {id} always{option}")),
        );
    }
    findings
}
