//! Who waits for approval.

use std::collections::BTreeMap;

use fased_protocol::control::PendingInfo;

use super::Facts;
use super::finding::Finding;
use crate::span::{counted, span};

const CHECK: &str = "pairing";
/// A code that ends within this is about to, milliseconds.
const SOON_MS: i64 = 15 * 60_000;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut by_account: BTreeMap<&str, Vec<&PendingInfo>> = BTreeMap::new();
    for request in &facts.history.pending {
        by_account.entry(&request.account).or_default().push(request);
    }
    by_account
        .into_iter()
        .flat_map(|(account, waiting)| of_account(facts, account, &waiting))
        .collect()
}

fn of_account(facts: &Facts, account: &str, waiting: &[&PendingInfo]) -> Vec<Finding> {
    let list = format!("fased pairing list --account {account}");
    let mut findings = Vec::new();
    let first_end = waiting
        .iter()
        .map(|request| request.expires_ms)
        .min()
        .unwrap_or(i64::MAX);
    let left_ms = first_end - facts.now_ms;
    let cause = if left_ms < SOON_MS {
        format!(
            "the first code ends in {}; who writes after that has to ask again",
            span(left_ms)
        )
    } else {
        "they are answered once you approve them".to_owned()
    };
    let what = match waiting.len() {
        1 => format!("1 sender waits for approval by {account}"),
        several => format!("{several} senders wait for approval by {account}"),
    };
    findings.push(Finding::note(CHECK, what, cause).next(list.clone()));
    let without = waiting.iter().filter(|request| request.code.is_none()).count();
    if without > 0 {
        let what = format!("{} got no code from {account}", counted(without, "sender"));
        let cause = "more waited at once than pairing.maxPending allows";
        findings.push(Finding::warning(CHECK, what, cause).next(list));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::{NOW, facts};
    use super::*;

    #[test]
    fn those_who_wait_are_counted_and_those_over_the_cap_are_a_warning() {
        let mut facts = facts();
        assert!(check(&facts).is_empty());
        let request = |code: Option<&str>, expires_ms| PendingInfo {
            account: "default".to_owned(),
            code: code.map(str::to_owned),
            sender: "+15550100002".to_owned(),
            name: None,
            created_ms: NOW,
            expires_ms,
            last_seen_ms: NOW,
        };
        facts.history.pending = vec![request(Some("ABCD2345"), NOW + 60_000)];
        let findings = check(&facts);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].cause.contains("ends in 60 s"), "{findings:?}");
        facts.history.pending.push(request(None, NOW + 3_600_000));
        assert_eq!(check(&facts)[1].level, Level::Warning);
    }
}
