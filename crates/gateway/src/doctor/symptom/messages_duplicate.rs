//! Something is sent or answered twice: two that work on one login, two logins of one number, or agents that talk to
//! themselves.

use std::collections::BTreeMap;

use super::super::facts::Facts;
use super::super::finding::{Finding, Level};
use super::super::{auth_files, lease};
use super::{Subject, ground};

const CHECK: &str = "twice";

pub(super) fn look(facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let mut findings = ground(facts, subject);
    let is_meant = |id: &str| subject.account.as_deref().is_none_or(|account| account == id);
    let others = auth_files::check(facts).into_iter().chain(lease::check(facts));
    findings.extend(others.filter(|finding| finding.level >= Level::Problem));
    let mut by_number: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for account in facts.accounts.iter().filter(|account| account.enabled) {
        let number = account.phone.as_deref().or(account.lid.as_deref());
        by_number
            .entry(number.unwrap_or_default())
            .or_default()
            .push(&account.account);
    }
    for (number, accounts) in by_number
        .iter()
        .filter(|(number, accounts)| !number.is_empty() && accounts.len() > 1)
    {
        let what = format!(
            "the accounts {} are all linked to {number}",
            accounts.join(" and ")
        );
        let next = format!(
            "fased channels logout --account {}",
            accounts.last().copied().unwrap_or_default()
        );
        findings.push(Finding::problem(CHECK, what, "each of them answers every message").next(next));
    }
    for event in facts
        .history
        .events
        .iter()
        .filter(|event| event.state == "replaced" && is_meant(&event.account))
        .take(1)
    {
        let what = format!("another program took over the login of {}", event.account);
        let next = format!(
            "stop the other program, then: fased channels resume --account {}",
            event.account
        );
        findings.push(Finding::warning(CHECK, what, "both may have answered for a while").next(next));
    }
    for (refused, _) in facts
        .history
        .refused
        .iter()
        .filter(|(refused, _)| is_meant(&refused.account))
    {
        if refused.reason == "echo_loop" {
            let what = format!(
                "{} answered its own words {} times and fell silent",
                refused.account, refused.count
            );
            let cause = "two bots talk to each other, or a chat sends our words back";
            findings
                .push(Finding::warning(CHECK, what, cause).next("fased doctor --symptom bot-ignores-dms"));
        }
    }
    for repeated in facts
        .history
        .repeated
        .iter()
        .filter(|repeated| is_meant(&repeated.account))
    {
        let what = format!(
            "WhatsApp delivered {} messages to {} more than once within 7 days, one of them {} times",
            repeated.repeats, repeated.account, repeated.most
        );
        findings.push(Finding::note(
            CHECK,
            what,
            "the journal left the repetitions out: each was judged once",
        ));
    }
    for sum in facts
        .history
        .outbox
        .iter()
        .filter(|sum| sum.state == "unknown" && is_meant(&sum.account))
    {
        let what = format!("{} messages of {} may be sent once more", sum.count, sum.account);
        let cause = "they keep their id, and a phone shows one id once";
        findings.push(Finding::note(CHECK, what, cause).next(format!(
            "fased outbox list --account {} --state unknown",
            sum.account
        )));
    }
    findings
}
