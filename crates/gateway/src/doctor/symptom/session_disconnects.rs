//! The link comes and goes: how often, why, and what on this machine could be behind it.

use std::collections::BTreeMap;

use fased_protocol::control::AccountInfo;

use super::super::accounts::losses;
use super::super::facts::{DAY_MS, Facts};
use super::super::finding::{Finding, Level};
use super::super::{auth_files, limits, network, time};
use super::{Subject, ground};
use crate::span::{span, times};
use crate::store::AccountEvent;

const CHECK: &str = "link";
/// A link that is lost up to so often within a day is what networks are like.
const USUAL: usize = 5;
/// So many of the last changes are shown.
const SHOWN: usize = 8;
/// A link that was ready for so long has left behind what was the matter before, milliseconds.
const SETTLED_MS: i64 = 180_000;
/// What came back so often within a day comes back again, however well all was in between.
const REPEATED: usize = 3;

pub(super) fn look(facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let mut findings = ground(facts, subject);
    for account in subject.accounts(facts).filter(|account| account.enabled) {
        findings.extend(past(facts, account));
    }
    findings.extend(limits::check(facts));
    let notes = [auth_files::check, time::check, network::check];
    let notes = notes.iter().flat_map(|check| check(facts));
    // What is worse is among what everything rests upon.
    findings.extend(notes.filter(|finding| finding.level == Level::Note));
    findings.retain(|finding| finding.level >= Level::Note || finding.check == "account");
    findings
}

/// When the link was last ready for long enough to have left behind what was before; nothing if it never was.
fn settled_ms(events: &[&AccountEvent], now_ms: i64) -> Option<i64> {
    let mut until_ms = now_ms;
    for event in events {
        if event.state == "ready" && until_ms - event.at_ms >= SETTLED_MS {
            return Some(event.at_ms);
        }
        until_ms = event.at_ms;
    }
    None
}

/// What the link of an account went through.
fn past(facts: &Facts, info: &AccountInfo) -> Vec<Finding> {
    let account = info.account.as_str();
    let all = facts.history.events.iter();
    let own: Vec<&AccountEvent> = all.filter(|event| event.account == account).collect();
    let day_ms = facts.now_ms - DAY_MS;
    let settled_ms = settled_ms(&own, facts.now_ms).unwrap_or(i64::MIN);
    let of = |state: &str| -> Vec<&AccountEvent> {
        let recent = own.iter().filter(|event| event.at_ms >= day_ms);
        recent.filter(|event| event.state == state).copied().collect()
    };
    // What is over counts if it came again and again; while messages flow it is not what is wrong.
    let level = |events: &[&AccountEvent]| match events.first() {
        Some(_) if events.len() >= REPEATED && info.state == "ready" => Some(Level::Warning),
        Some(newest) if newest.at_ms >= settled_ms || events.len() >= REPEATED => {
            let over = info.state == "ready";
            Some(if over { Level::Warning } else { Level::Problem })
        }
        Some(_) | None => None,
    };
    let mut findings = Vec::new();
    let replaced = of("replaced");
    if let Some(level) = level(&replaced).filter(|_| info.state != "replaced") {
        let what = format!(
            "{account} was replaced {} within 24 h (440)",
            times(replaced.len())
        );
        let cause =
            "another program uses the same login: a second gateway, a copy of the state dir, or another bot";
        let next = if info.state == "ready" {
            "stop the other program".to_owned()
        } else {
            format!("stop the other program, then: fased channels resume --account {account}")
        };
        findings.push(Finding::new(CHECK, level, what, cause).next(next));
    }
    let broken = of("breaker_open");
    if let Some(level) = level(&broken).filter(|_| info.state != "breaker_open") {
        let what = format!("the sidecar of {account} ended early again and again");
        let sentence = broken.first().map(|event| event.sentence.clone());
        let next = format!("fased logs --account {account}");
        findings.push(Finding::new(CHECK, level, what, sentence.unwrap_or_default()).next(next));
    }
    findings.extend(lost(facts, account));
    if !own.is_empty() {
        let shown = own.iter().take(SHOWN);
        let shown: Vec<String> = shown
            .map(|event| format!("{} ago {}", span(facts.now_ms - event.at_ms), event.state))
            .collect();
        let what = format!("{account}, newest first: {}", shown.join(", "));
        findings.push(Finding::note(CHECK, what, ""));
    }
    findings
}

/// How often the link was lost within a day, and to what.
fn lost(facts: &Facts, account: &str) -> Option<Finding> {
    let lost = losses(&facts.history.events, account, facts.now_ms - DAY_MS);
    let mut by_state: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for event in &lost {
        by_state.entry(&event.state).or_insert((0, &event.sentence)).0 += 1;
    }
    let (state, (most, sentence)) = by_state.iter().max_by_key(|(_, (most, _))| *most)?;
    let what = format!("the link of {account} was lost {} within 24 h", times(lost.len()));
    let cause = match lost.len() {
        1 => format!("then it was {state}: {sentence}"),
        all => format!("then it was {state} {most} of {all} times: {sentence}"),
    };
    Some(if lost.len() > USUAL {
        Finding::warning(CHECK, what, cause)
            .next("look at the network of this machine: ping -c 20 web.whatsapp.com")
    } else {
        Finding::note(CHECK, what, cause)
    })
}
