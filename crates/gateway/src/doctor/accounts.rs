//! Each account's state, and whether its link holds.

use fased_protocol::control::AccountInfo;

use super::Facts;
use super::facts::DAY_MS;
use super::finding::{Finding, Level};
use super::{disk, network, node, store};
use crate::span::span;
use crate::store::AccountEvent;

const CHECK: &str = "account";
/// A link that was lost more often within a day does not hold.
const MOST_LOSSES: usize = 5;
/// A login on show for longer than this is stuck, milliseconds.
const LONG_LOGIN_MS: i64 = 120_000;
/// A link that is not back within this is not about to come back by itself, milliseconds.
const LONG_DOWN_MS: i64 = 60_000;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = facts
        .accounts
        .iter()
        .map(|account| {
            let found = state(facts, account);
            if found.level == Level::Ok || !found.next.is_empty() {
                return found;
            }
            found.next(format!(
                "fased doctor --symptom session-disconnects --account {}",
                account.account
            ))
        })
        .collect();
    for account in facts.accounts.iter().filter(|account| account.enabled) {
        findings.extend(flapping(facts, &account.account));
    }
    findings
}

/// For verbs that are about one account.
pub(super) fn option(account: &str) -> String {
    if account == "default" {
        String::new()
    } else {
        format!(" --account {account}")
    }
}

/// Since when an account has been trying for a link. Each attempt is a state of its own, so that its age says nothing.
fn tries_since(facts: &Facts, account: &AccountInfo) -> i64 {
    let tries = |state: &str| ["connecting", "backing_off"].contains(&state);
    if !tries(&account.state) {
        return account.since_ms;
    }
    let own = facts.history.events.iter();
    let own = own.filter(|event| event.account == account.account);
    let first = own.take_while(|event| tries(&event.state)).last();
    let first = first.map_or(account.since_ms, |event| event.at_ms.min(account.since_ms));
    // What was ready in between held, even if nobody could write it down.
    account.last_ready_ms.map_or(first, |ready| first.max(ready))
}

/// What a state is worth.
pub(super) fn level(facts: &Facts, account: &AccountInfo) -> Level {
    let long = |since_ms: i64, most: i64| facts.now_ms - since_ms >= most;
    match account.state.as_str() {
        "ready" | "disabled" => Level::Ok,
        "unlinked" if none_linked(facts) => Level::Problem,
        "unlinked" => Level::Warning,
        // Without a gateway this is what every account is, and that is told once.
        "suspended" if facts.runs() => Level::Warning,
        "suspended" => Level::Ok,
        "linking" if !long(account.since_ms, LONG_LOGIN_MS) => Level::Note,
        "connecting" if !long(tries_since(facts, account), LONG_DOWN_MS) => Level::Note,
        _ => Level::Problem,
    }
}

/// Nobody can be answered, whoever writes.
fn none_linked(facts: &Facts) -> bool {
    let mut on = facts.accounts.iter().filter(|account| account.enabled);
    on.all(|account| account.state == "unlinked")
}

/// A state with its sentence. Without a command where the account knows none and nothing else is wrong that explains it.
pub(super) fn state(facts: &Facts, account: &AccountInfo) -> Finding {
    let id = &account.account;
    let level = level(facts, account);
    if level == Level::Ok {
        let what = match account.state.as_str() {
            "suspended" => format!("{id} is linked, and waits for a gateway"),
            state => format!("{id} is {state}"),
        };
        return Finding::ok(CHECK, what);
    }
    if account.state == "unlinked" && account.since_ms == 0 && none_linked(facts) {
        let what = format!("{id} is not linked yet");
        let cause = "the first step: link a phone, and messages can come in";
        let login = format!("fased channels login{}", option(id));
        return Finding::new(CHECK, level, what, cause).next(login);
    }
    let since_ms = tries_since(facts, account);
    let since = if since_ms > 0 {
        format!(" for {}", span(facts.now_ms - since_ms))
    } else {
        String::new()
    };
    let next = account.next.clone().filter(|next| next != "nothing to do");
    let next = next.or_else(|| cause_elsewhere(facts)).unwrap_or_default();
    let mut what = format!("{id} is {}{since}", account.state);
    let mut cause = account.sentence.clone();
    if account.state == "connecting" && level == Level::Problem {
        what = format!("{id} has tried for a link{since} and gets none");
        cause = unanswered(facts, account);
    }
    Finding::new(CHECK, level, what, cause).next(next)
}

/// Why an attempt that goes on and on comes to nothing.
fn unanswered(facts: &Facts, account: &AccountInfo) -> String {
    let own = facts.history.events.iter();
    let mut ended = own.filter(|event| {
        let failed = event.account == account.account && event.state == "backing_off";
        failed && event.at_ms >= tries_since(facts, account)
    });
    let last = ended
        .next()
        .map(|event| event.sentence.trim_end_matches('.').to_owned());
    let host = facts.gateway.probe.as_ref().map(|probe| &probe.host);
    let reached = host
        .or(facts.host.as_ref())
        .is_some_and(|host| host.error.is_none());
    let port = "the port of WhatsApp takes connections, and WhatsApp itself does not answer";
    match (last, reached) {
        (Some(last), true) => format!("{port}; the last attempt: {last}"),
        (None, true) => port.to_owned(),
        (Some(last), false) => last,
        (None, false) => account.sentence.clone(),
    }
}

/// The command that mends what on this machine keeps any link from being opened, if something does.
fn cause_elsewhere(facts: &Facts) -> Option<String> {
    let machine = [disk::check, store::check, node::check, network::way_to];
    let mut found = machine.iter().flat_map(|check| check(facts));
    found
        .find(|finding| finding.level == Level::Problem)
        .map(|finding| finding.next)
}

/// What each loss of a link within a day led to, newest first; ends that the owner wished are none.
pub(super) fn losses<'a>(events: &'a [AccountEvent], account: &str, since_ms: i64) -> Vec<&'a AccountEvent> {
    let own = events
        .iter()
        .filter(|event| event.account == account && event.at_ms >= since_ms);
    let own: Vec<&AccountEvent> = own.collect();
    let wished = ["suspended", "disabled", "ready", "unlinked"];
    let pairs = own.windows(2);
    pairs
        .filter(|pair| pair[1].state == "ready" && !wished.contains(&pair[0].state.as_str()))
        .map(|pair| pair[0])
        .collect()
}

fn flapping(facts: &Facts, account: &str) -> Option<Finding> {
    let lost = losses(&facts.history.events, account, facts.now_ms - DAY_MS).len();
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
            ("unlinked", Level::Problem),
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
        facts.accounts = vec![account("default", "unlinked"), account("work", "ready")];
        assert_eq!(check(&facts)[0].level, Level::Warning, "somebody is heard");
        let mut login = account("default", "linking");
        login.since_ms = NOW - 600_000;
        facts.accounts = vec![login];
        assert_eq!(check(&facts)[0].level, Level::Problem, "it never gets there");
    }

    #[test]
    fn attempts_count_from_when_the_link_was_lost_and_say_what_was_tried() {
        let mut facts = running();
        let mut tries = account("default", "connecting");
        tries.since_ms = NOW - 2_000;
        tries.last_ready_ms = Some(NOW - 300_000);
        facts.accounts = vec![tries];
        facts.history.events = vec![
            event(NOW - 2_000, "connecting"),
            event(NOW - 4_000, "backing_off"),
            event(NOW - 90_000, "connecting"),
            event(NOW - 300_000, "ready"),
        ];
        facts.host = Some(fased_protocol::control::HostProbe {
            connected_ms: Some(3),
            addresses: 1,
            ..Default::default()
        });
        let finding = &check(&facts)[0];
        assert_eq!(finding.level, Level::Problem, "{finding:?}");
        assert!(
            finding.what.contains("90 s") && finding.cause.contains("does not answer"),
            "{finding:?}"
        );
        // It was paused in between.
        facts.history.events[2].state = "suspended".to_owned();
        facts.accounts[0].since_ms = NOW - 2_000;
        assert_eq!(check(&facts)[0].level, Level::Note);
    }

    #[test]
    fn what_keeps_every_link_away_has_the_command() {
        let mut facts = running();
        facts.accounts = vec![account("default", "backing_off")];
        facts.disks = vec![super::super::facts::DiskFact {
            path: "/s".into(),
            free_bytes: 0,
            free_inodes: None,
        }];
        assert!(check(&facts)[0].next.contains("make room"), "{:?}", check(&facts));
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
