//! Direct messages get no answer: from the link through the rules and the agent to the answer that should leave.

use fased_policy::access::DmPolicy;

use super::super::facts::Facts;
use super::super::finding::{Finding, Level};
use super::super::{agents, drops, outbox, pairing};
use super::{Subject, ground, messages};
use crate::config::AccountConfig;

const CHECK: &str = "rules";

pub(super) fn look(facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let mut findings = ground(facts, subject);
    let is_meant = |id: &str| subject.account.as_deref().is_none_or(|account| account == id);
    for account in subject.accounts(facts) {
        findings.extend(facts.settings(&account.account).map(rules));
    }
    let asked = subject.from.is_some();
    let newest = messages::newest(&facts.messages);
    // Of the one who is asked about, only the last message counts; what came before may have had another reason.
    let shown = if asked { 1 } else { newest.len() };
    let told = newest.into_iter().take(shown);
    findings.extend(told.map(|message| messages::one(facts, message, asked)));
    if facts.messages.is_empty() {
        findings.push(match &subject.from {
            Some(from) => {
                let cause = "WhatsApp delivered none to this gateway: they wrote to another number, or the link was away";
                Finding::problem("messages", format!("no direct message of {from} ever came in"), cause)
                    .next("compare the number that they write to with: fased channels status")
            }
            None => Finding::note("messages", "no direct message ever came in", "nobody wrote, or the link was away")
                .next("write to the linked number, then: fased status"),
        });
    }
    if asked {
        return findings;
    }
    findings.extend(pairing::check(facts));
    for (refused, fix) in &facts.history.refused {
        if refused.outcome == "hold" && refused.reason == "unresolved_identity" && is_meant(&refused.account)
        {
            let what = format!(
                "{} messages of hidden senders are held by {}",
                refused.count, refused.account
            );
            let cause = "WhatsApp hides their numbers; they are judged again once it tells them";
            let next = fix
                .clone()
                .unwrap_or_else(|| "fased explain MESSAGE_ID".to_owned());
            findings.push(Finding::warning("messages", what, cause).next(next));
        }
    }
    findings.extend(agents::failures(facts, subject.account.as_deref()));
    findings.extend(outbox::unsent(facts, subject.account.as_deref()));
    findings.extend(outbox::locks(facts, subject.account.as_deref()));
    if facts
        .messages
        .iter()
        .all(|message| !drops::is_worth(message.reason.as_deref().unwrap_or_default()))
    {
        // Then the older ones tell.
        findings.extend(drops::check(facts));
    }
    findings
}

/// Who may write, in one line.
fn rules(settings: &AccountConfig) -> Finding {
    let rules = &settings.rules;
    let listed = rules.allow_from.phones().count() + rules.allow_from.lids().count();
    let policy = rules.dm_policy.as_str();
    let id = settings.id.as_str();
    let cause = match rules.dm_policy {
        DmPolicy::Pairing => "whoever is not listed or approved has to be approved first",
        DmPolicy::Allowlist => "only who is listed is heard",
        DmPolicy::Open => "everyone is heard",
        DmPolicy::Disabled => "nobody is heard",
    };
    let what = format!("{id} has dmPolicy {policy} and {listed} senders on allowFrom");
    Finding::new(CHECK, Level::Note, what, cause)
}
