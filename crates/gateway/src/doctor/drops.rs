//! What came in within a week and was not answered, by reason, each with what would change it.

use fased_policy::access::Reason;

use super::Facts;
use super::finding::Finding;
use crate::explain::sentence;
use crate::span::{counted, span};
use crate::store::Refused;

const CHECK: &str = "unanswered";
/// So many reasons are told, the most frequent first; the rest is for `fased channels status`.
const MOST: usize = 8;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let told = facts
        .history
        .refused
        .iter()
        .filter(|(refused, _)| is_worth(&refused.reason));
    told.take(MOST)
        .map(|(refused, fix)| one(facts, refused, fix.as_deref()))
        .collect()
}

/// What nobody wants answered, such as status updates and our own messages, is not told.
pub(super) fn is_worth(reason: &str) -> bool {
    Reason::parse(reason).is_some_and(|reason| {
        let broken = [Reason::Undecryptable, Reason::EchoLoop, Reason::NoSender];
        !reason.remedies().is_empty() || broken.contains(&reason)
    })
}

fn one(facts: &Facts, refused: &Refused, fix: Option<&str>) -> Finding {
    let account = &refused.account;
    let ago = span(facts.now_ms - refused.last_ms);
    let what = format!(
        "{account}: {} not answered within 7 days, the last {ago} ago: {}",
        counted(refused.count, "message"),
        refused.reason
    );
    let cause = sentence(&refused.reason).unwrap_or_default();
    let next = fix.map_or_else(
        || {
            let groups = refused.reason.starts_with("group_") || refused.reason == "no_mention";
            let symptom = if groups {
                "group-replies-missing"
            } else {
                "bot-ignores-dms"
            };
            format!("fased doctor --symptom {symptom}")
        },
        str::to_owned,
    );
    Finding::note(CHECK, what, cause).next(next)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{NOW, facts};
    use super::*;

    #[test]
    fn reasons_come_with_their_sentence_and_the_command_that_changes_them() {
        let mut facts = facts();
        let refused = |reason: &str, count| Refused {
            account: "default".to_owned(),
            outcome: "drop".to_owned(),
            reason: reason.to_owned(),
            count,
            seq: 1,
            last_ms: NOW - 60_000,
        };
        facts.history.refused = vec![
            (refused("own_outgoing", 40), None),
            (
                refused("not_in_allowlist", 3),
                Some("run: fased config set x y".to_owned()),
            ),
            (refused("undecryptable", 1), None),
        ];
        let findings = check(&facts);
        assert_eq!(
            findings.len(),
            2,
            "what the owner wrote by hand is nobody's concern: {findings:?}"
        );
        assert!(findings[0].line().contains("3 messages"), "{findings:?}");
        assert_eq!(findings[0].next, "run: fased config set x y");
        assert!(findings[0].cause.contains("allow list"), "{findings:?}");
    }
}
