//! The clock, and a host that sleeps.

use super::Facts;
use super::finding::Finding;
use crate::span::span;

const CHECK: &str = "clock";
/// So far may clocks be apart without anybody noticing.
const TOLERANCE_MS: i64 = 5 * 60_000;
/// A program's file may be dated a little ahead of the clock that it is run by.
const BUILD_TOLERANCE_MS: i64 = 86_400_000;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let set = "set the clock: timedatectl set-ntp true, then: fased gateway restart";
    let behind_build = facts.built_ms.map_or(0, |built| built - facts.now_ms);
    let behind_rows = facts.store.newest_ms - facts.now_ms;
    if behind_build > BUILD_TOLERANCE_MS {
        let what = format!("the clock is at least {} slow", span(behind_build));
        let cause = "it shows a time before this program was built; WhatsApp refuses logins by a wrong clock";
        findings.push(Finding::problem(CHECK, what, cause).next(set));
    } else if behind_rows > TOLERANCE_MS {
        let what = format!("the clock was set back by {}", span(behind_rows));
        let cause = "the store holds what was written later than now";
        findings.push(Finding::problem(CHECK, what, cause).next(set));
    }
    if let Some(info) = &facts.gateway.info {
        if let Some(ahead) = info.clock_ahead_ms {
            let what = format!("the gateway's clock is a simulation's, {} ahead", span(ahead));
            findings.push(Finding::note(CHECK, what, "it was started by fased simulate"));
        }
        findings.extend(slept(facts, info.woke_ms));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, "the clock is sane"));
    }
    findings
}

/// A host that slept takes its links with it; what matters is who has come back since.
fn slept(facts: &Facts, woke_ms: Option<i64>) -> Vec<Finding> {
    let Some(woke) = woke_ms else { return Vec::new() };
    let ago = span(facts.now_ms - woke);
    let missing = facts.accounts.iter().filter(|account| {
        account.enabled && account.state != "ready" && account.last_ready_ms.is_some_and(|ready| ready < woke)
    });
    let findings: Vec<Finding> = missing
        .map(|account| {
            let what = format!(
                "{} has not been ready since this host woke {ago} ago",
                account.account
            );
            let cause = "while a host sleeps nothing is received; links are probed when it wakes";
            Finding::warning(CHECK, what, cause).next("keep the host awake: systemctl mask sleep.target")
        })
        .collect();
    if findings.is_empty() {
        let cause = "while it slept nothing was received; all links are back";
        return vec![Finding::note(
            CHECK,
            format!("this host slept and woke {ago} ago"),
            cause,
        )];
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::{NOW, account, facts, running};
    use super::*;

    #[test]
    fn a_clock_before_the_build_or_the_newest_row_is_wrong() {
        let mut facts = facts();
        assert_eq!(check(&facts)[0].level, Level::Ok);
        facts.built_ms = Some(NOW + 10 * 86_400_000);
        assert_eq!(check(&facts)[0].level, Level::Problem);
        facts.built_ms = Some(NOW + 3_600_000);
        assert_eq!(
            check(&facts)[0].level,
            Level::Ok,
            "zones and copies move a file's date a little"
        );
        facts.store.newest_ms = NOW + 3_600_000;
        assert!(check(&facts)[0].what.contains("set back"));
    }

    #[test]
    fn who_has_not_come_back_after_a_sleep_is_named() {
        let mut facts = running();
        if let Some(info) = &mut facts.gateway.info {
            info.woke_ms = Some(NOW - 60_000);
        }
        let mut away = account("default", "backing_off");
        away.last_ready_ms = Some(NOW - 120_000);
        facts.accounts = vec![away];
        assert_eq!(check(&facts)[0].level, Level::Warning);
        facts.accounts = vec![account("default", "ready")];
        assert_eq!(check(&facts)[0].level, Level::Note);
    }
}
