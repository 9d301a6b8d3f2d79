//! The link comes and goes: how often, why, and what on this machine could be behind it.

use std::collections::BTreeMap;

use super::super::accounts::losses;
use super::super::facts::{DAY_MS, Facts};
use super::super::finding::{Finding, Level};
use super::super::{auth_files, limits, network, time};
use super::{Subject, ground};
use crate::span::span;

const CHECK: &str = "link";
/// A link that is lost up to so often within a day is what networks are like.
const USUAL: usize = 5;
/// So many of the last changes are shown.
const SHOWN: usize = 8;

pub(super) fn look(facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let mut findings = ground(facts, subject);
    for account in subject.accounts(facts).filter(|account| account.enabled) {
        findings.extend(past(facts, &account.account));
    }
    let machine = [auth_files::check, time::check, network::check, limits::check];
    let machine = machine.iter().flat_map(|check| check(facts));
    findings.extend(machine.filter(|finding| finding.level >= Level::Note));
    findings
}

/// What the link of an account went through.
fn past(facts: &Facts, account: &str) -> Vec<Finding> {
    let own = facts
        .history
        .events
        .iter()
        .filter(|event| event.account == account);
    let mut findings = Vec::new();
    let mut by_state: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for event in own.clone().filter(|event| event.at_ms >= facts.now_ms - DAY_MS) {
        by_state.entry(&event.state).or_insert((0, &event.sentence)).0 += 1;
    }
    let option = if account == "default" {
        String::new()
    } else {
        format!(" --account {account}")
    };
    if let Some((times, _)) = by_state.get("replaced") {
        let what = format!("{account} was replaced {times} times within 24 h (440)");
        let cause =
            "another program uses the same login: a second gateway, a copy of the state dir, or another bot";
        findings.push(Finding::problem(CHECK, what, cause).next(format!(
            "stop the other program, then: fased channels resume{option}"
        )));
    }
    if let Some((times, sentence)) = by_state.get("breaker_open") {
        let what = format!(
            "the sidecar of {account} ended early again and again ({times} times the breaker opened)"
        );
        findings.push(
            Finding::problem(CHECK, what, *sentence)
                .next("look at the gateway's log: FASED_LOG=debug fased gateway run"),
        );
    }
    let lost = losses(&facts.history.events, account, facts.now_ms - DAY_MS);
    let commonest = by_state
        .iter()
        .filter(|(state, _)| !["ready", "connecting", "linking", "suspended"].contains(state))
        .max_by_key(|(_, (times, _))| *times);
    let cause = match commonest {
        Some((state, (times, sentence))) => format!("most often {state} ({times} times): {sentence}"),
        None => "most often it was opened again at once".to_owned(),
    };
    if lost > USUAL {
        let what = format!("the link of {account} was lost {lost} times within 24 h");
        findings.push(
            Finding::warning(CHECK, what, cause)
                .next("look at the network of this machine: ping -c 20 web.whatsapp.com"),
        );
    } else if lost > 0 {
        let what = format!("the link of {account} was lost {lost} times within 24 h, which is usual");
        findings.push(Finding::note(CHECK, what, cause));
    }
    for event in own.take(SHOWN) {
        let what = format!(
            "{account}: {} ago {}",
            span(facts.now_ms - event.at_ms),
            event.state
        );
        findings.push(Finding::note(CHECK, what, event.sentence.clone()));
    }
    findings
}
