//! What was to go out and did not.

use super::Facts;
use super::finding::Finding;
use crate::span::{counted, span};
use crate::store::OutboxSum;

const CHECK: &str = "outbox";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = unsent(facts, None);
    findings.extend(locks(facts, None));
    findings
}

/// Messages of a week that failed, expired or whose fate is not known.
pub(super) fn unsent(facts: &Facts, account: Option<&str>) -> Vec<Finding> {
    let own = facts.history.outbox.iter();
    let own = own.filter(|sum| account.is_none_or(|account| sum.account == account));
    own.filter_map(one).collect()
}

fn one(sum: &OutboxSum) -> Option<Finding> {
    let OutboxSum { account, count, .. } = sum;
    let list = |state: &str| format!("fased outbox list --account {account} --state {state}");
    match sum.state.as_str() {
        "failed" => {
            let why = match (sum.error_code, sum.error.as_deref()) {
                (Some(463), _) => "WhatsApp lets this account write to nobody first (463)".to_owned(),
                (Some(code), Some(error)) => format!("the last one: {code}, {error}"),
                (Some(code), None) => format!("WhatsApp refused the last one with {code}"),
                (None, error) => format!("the last one: {}", error.unwrap_or("no reason is known")),
            };
            let what = format!("{} of {account} failed within 7 days", counted(*count, "message"));
            Some(Finding::warning(CHECK, what, why).next(list("failed")))
        }
        "expired" => {
            let what = format!(
                "{} of {account} became too old to be sent within 7 days",
                counted(*count, "message")
            );
            Some(
                Finding::note(CHECK, what, "the link was away for longer than they lasted")
                    .next(list("expired")),
            )
        }
        "unknown" => {
            let what = format!(
                "of {} of {account} it is not known whether they left",
                counted(*count, "message")
            );
            let cause =
                "the link broke before WhatsApp confirmed them; they are sent again under the same id";
            Some(Finding::note(CHECK, what, cause).next(list("unknown")))
        }
        _ => None,
    }
}

/// Accounts that may not write first.
pub(super) fn locks(facts: &Facts, account: Option<&str>) -> Vec<Finding> {
    let own = facts.accounts.iter();
    let own = own.filter(|info| account.is_none_or(|account| info.account == account));
    own.filter_map(|info| {
        let until = info
            .first_contacts_locked_until_ms
            .filter(|until| *until > facts.now_ms)?;
        let what = format!(
            "WhatsApp lets {} write to nobody first for {}",
            info.account,
            span(until - facts.now_ms)
        );
        let cause = "too many first messages were sent; such messages wait, answers go on";
        Some(
            Finding::warning(CHECK, what, cause)
                .next(format!("fased outbox list --account {}", info.account)),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::{NOW, account, facts};
    use super::*;

    #[test]
    fn what_did_not_leave_is_told_with_the_last_reason() {
        let mut facts = facts();
        let sum = |state: &str, error_code, error: Option<&str>| OutboxSum {
            account: "default".to_owned(),
            state: state.to_owned(),
            count: 2,
            id: 1,
            error_code,
            error: error.map(str::to_owned),
        };
        facts.history.outbox = vec![
            sum("delivered", None, None),
            sum("failed", Some(463), None),
            sum("expired", None, None),
            sum("unknown", None, None),
        ];
        let findings = check(&facts);
        assert_eq!(findings.len(), 3, "{findings:?}");
        assert!(findings[0].level == Level::Warning && findings[0].cause.contains("463"));
        let mut locked = account("default", "ready");
        locked.first_contacts_locked_until_ms = Some(NOW + 7_200_000);
        facts.accounts = vec![locked];
        facts.history.outbox.clear();
        assert!(check(&facts)[0].what.contains("for 2 h"));
        facts.now_ms = NOW + 8_000_000;
        assert!(check(&facts).is_empty());
    }
}
