//! Each account's state, and whether its link holds.

use fased_protocol::control::AccountInfo;

use super::Facts;
use super::facts::DAY_MS;
use super::finding::{Finding, Level};
use crate::span::span;
use crate::store::AccountEvent;

const CHECK: &str = "account";
/// A link that was lost more often within a day does not hold.
const MOST_LOSSES: usize = 5;
/// An attempt at a link that takes longer than this is stuck, milliseconds.
const LONG_ATTEMPT_MS: i64 = 120_000;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = facts
        .accounts
        .iter()
        .map(|account| state(facts, account))
        .collect();
    for account in facts.accounts.iter().filter(|account| account.enabled) {
        findings.extend(flapping(facts, &account.account));
    }
    findings
}

/// What a state is worth.
pub(super) fn level(facts: &Facts, account: &AccountInfo) -> Level {
    let attempt_ms = facts.now_ms - account.since_ms;
    match account.state.as_str() {
        "ready" | "disabled" => Level::Ok,
        "unlinked" => Level::Warning,
        // Without a gateway this is what every account is, and that is told once.
        "suspended" if facts.runs() => Level::Warning,
        "suspended" => Level::Ok,
        "linking" | "connecting" if attempt_ms < LONG_ATTEMPT_MS => Level::Note,
        _ => Level::Problem,
    }
}

pub(super) fn state(facts: &Facts, account: &AccountInfo) -> Finding {
    let id = &account.account;
    let level = level(facts, account);
    if level == Level::Ok {
        let what = format!("{id} is {}", account.state);
        return Finding::ok(CHECK, what);
    }
    let since = if account.since_ms > 0 {
        format!(" for {}", span(facts.now_ms - account.since_ms))
    } else {
        String::new()
    };
    let next = account.next.clone().filter(|next| next != "nothing to do");
    let next = next.unwrap_or_else(|| format!("fased doctor --symptom session-disconnects --account {id}"));
    let what = format!("{id} is {}{since}", account.state);
    Finding::new(CHECK, level, what, account.sentence.clone()).next(next)
}

/// How often a link was lost within a day; ends that the owner wished are none.
pub(super) fn losses(events: &[AccountEvent], account: &str, since_ms: i64) -> usize {
    let mut own = events
        .iter()
        .filter(|event| event.account == account && event.at_ms >= since_ms)
        .map(|event| event.state.as_str())
        .rev();
    let mut before = own.next();
    let mut lost = 0;
    for state in own {
        let wished = ["suspended", "disabled", "ready", "unlinked"].contains(&state);
        if before == Some("ready") && !wished {
            lost += 1;
        }
        before = Some(state);
    }
    lost
}

fn flapping(facts: &Facts, account: &str) -> Option<Finding> {
    let lost = losses(&facts.history.events, account, facts.now_ms - DAY_MS);
    (lost > MOST_LOSSES).then(|| {
        let what = format!("the link of {account} was lost {lost} times within 24 h");
        let cause = "messages wait at WhatsApp meanwhile, and none is lost";
        Finding::warning(CHECK, what, cause).next(format!(
            "fased doctor --symptom session-disconnects --account {account}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{NOW, account, event, facts, running};
    use super::*;

    #[test]
    fn each_state_has_a_level_its_sentence_and_a_command() {
        let mut facts = running();
        for (state_word, level) in [
            ("ready", Level::Ok),
            ("disabled", Level::Ok),
            ("unlinked", Level::Warning),
            ("suspended", Level::Warning),
            ("connecting", Level::Note),
            ("linking", Level::Note),
            ("degraded", Level::Problem),
            ("backing_off", Level::Problem),
            ("replaced", Level::Problem),
            ("logged_out", Level::Problem),
            ("forbidden", Level::Problem),
            ("client_outdated", Level::Problem),
            ("storage_failed", Level::Problem),
            ("breaker_open", Level::Problem),
        ] {
            facts.accounts = vec![account("default", state_word)];
            let finding = &check(&facts)[0];
            assert_eq!(finding.level, level, "{state_word}");
            if level > Level::Ok {
                assert!(
                    !finding.cause.is_empty() && !finding.next.is_empty(),
                    "{finding:?}"
                );
            }
        }
        let mut stuck = account("default", "connecting");
        stuck.since_ms = NOW - 600_000;
        facts.accounts = vec![stuck];
        assert_eq!(check(&facts)[0].level, Level::Problem, "it never gets there");
    }

    #[test]
    fn without_a_gateway_nobody_is_blamed_for_being_suspended() {
        let mut facts = facts();
        facts.accounts = vec![account("default", "suspended")];
        assert_eq!(check(&facts)[0].level, Level::Ok);
    }

    #[test]
    fn a_link_that_comes_and_goes_is_told_and_a_pause_is_no_loss() {
        let mut facts = running();
        facts.accounts = vec![account("default", "ready")];
        let times = |states: [&str; 2], times: i64| -> Vec<AccountEvent> {
            let mut events: Vec<_> = (0..times)
                .flat_map(|time| {
                    let at = NOW - 3_600_000 + time * 10_000;
                    [event(at, states[0]), event(at + 5_000, states[1])]
                })
                .collect();
            events.reverse();
            events
        };
        facts.history.events = times(["ready", "backing_off"], 6);
        assert!(
            check(&facts)
                .iter()
                .any(|finding| finding.what.contains("6 times"))
        );
        facts.history.events = times(["ready", "suspended"], 6);
        assert_eq!(check(&facts).len(), 1);
        facts.history.events = times(["ready", "backing_off"], 3);
        assert_eq!(check(&facts).len(), 1, "that happens");
    }
}
