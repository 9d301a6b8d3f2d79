//! Groups that are listed and silent, and groups that speak and are not heard.

use fased_protocol::control::GroupInfo;

use super::Facts;
use super::facts::WEEK_MS;
use super::finding::Finding;
use crate::span::span;

const CHECK: &str = "groups";
/// So many groups are told of.
const MOST: usize = 10;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let findings = facts.history.groups.iter().filter_map(|group| one(facts, group));
    findings.take(MOST).collect()
}

pub(super) fn one(facts: &Facts, group: &GroupInfo) -> Option<Finding> {
    let id = &group.group;
    let symptom = format!("fased doctor --symptom group-replies-missing --group {id}");
    let recent = group.last_ms.is_some_and(|last| last > facts.now_ms - WEEK_MS);
    if !group.listed && recent {
        let what = format!("messages in {id} are dropped");
        return Some(
            Finding::note(
                CHECK,
                what,
                "other groups are listed in the config, this one is not",
            )
            .next(symptom),
        );
    }
    if !group.enabled && recent {
        let what = format!("messages in {id} are dropped");
        return Some(
            Finding::note(CHECK, what, "the config switches groups, or this one, off").next(symptom),
        );
    }
    let settings = facts.settings(&group.account)?;
    let named = settings
        .rules
        .groups
        .listed
        .keys()
        .any(|listed| listed.as_str() == id);
    if !named || !group.enabled {
        return None;
    }
    match group.last_ms {
        None => {
            let what = format!("{id} is listed, and no message ever came from there");
            let cause = "the account may not be a member, or nobody wrote";
            Some(
                Finding::note(CHECK, what, cause)
                    .next(format!("fased directory groups --account {}", group.account)),
            )
        }
        Some(last) if !recent => {
            let what = format!(
                "{id} is listed, and the last message there is {} old",
                span(facts.now_ms - last)
            );
            let next = format!("fased directory groups --account {}", group.account);
            Some(Finding::note(CHECK, what, "nobody wrote, or the account left the group").next(next))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{NOW, group, with_config};
    use super::*;

    const GROUP: &str = "120363000000000001@g.us";

    #[test]
    fn silent_groups_and_unheard_ones_are_told_apart() {
        let mut facts = with_config(&format!(
            r#"{{ channels: {{ whatsapp: {{ groups: {{ "{GROUP}": {{}} }}, groupPolicy: "open" }} }} }}"#
        ));
        facts.history.groups = vec![group(GROUP, None)];
        assert!(check(&facts)[0].what.contains("no message ever"));
        facts.history.groups = vec![group(GROUP, Some(NOW - 30 * 86_400_000))];
        assert!(check(&facts)[0].what.contains("30 d old"));
        facts.history.groups = vec![group(GROUP, Some(NOW))];
        assert!(check(&facts).is_empty());
        let mut unheard = group("120363000000000002@g.us", Some(NOW));
        unheard.listed = false;
        facts.history.groups = vec![unheard];
        assert!(check(&facts)[0].next.contains("group-replies-missing"));
    }
}
