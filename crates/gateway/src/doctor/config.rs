//! The config: can it be read, is it in force, and does it shut everybody out?

use std::collections::BTreeMap;

use fased_policy::access::{DmPolicy, GroupPolicy, Rules};

use super::Facts;
use super::finding::Finding;
use crate::config::AccountConfig;

const CHECK: &str = "config";
const VALIDATE: &str = "fased config validate";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let file = facts.paths.config.display();
    let mut findings = Vec::new();
    if let Some(problem) = &facts.config.problem {
        let first = problem.lines().next().unwrap_or_default();
        let effect = if facts.runs() {
            "the gateway goes on with the last good one"
        } else {
            "no gateway can start"
        };
        findings
            .push(Finding::problem(CHECK, format!("the config is wrong, {effect}"), first).next(VALIDATE));
    } else if let Some(problem) = facts
        .gateway
        .config
        .as_ref()
        .and_then(|config| config.problem.as_ref())
    {
        // Mended since, and the gateway has not looked yet.
        let first = problem.message.lines().next().unwrap_or_default();
        let what = "the gateway goes on with an older config than the file holds";
        findings.push(Finding::warning(CHECK, what, first).next("fased config reload"));
    }
    let Some(config) = &facts.config.config else {
        return findings;
    };
    for warning in &config.warnings {
        findings.push(Finding::note(CHECK, format!("in {file}"), warning).next(VALIDATE));
    }
    for number in &facts.config.unknown_numbers {
        let cause = "what its owner writes comes from another number, so the entry matches nobody";
        findings.push(
            Finding::warning(
                CHECK,
                format!("WhatsApp knows no {number}, which {file} lists"),
                cause,
            )
            .next("correct the number: fased config get"),
        );
    }
    let (on, off): (BTreeMap<_, _>, BTreeMap<_, _>) =
        config.accounts.iter().partition(|(_, account)| account.enabled);
    for account in on.values() {
        findings.extend(shut(account));
    }
    if on.is_empty() && !off.is_empty() {
        let cause = "channels.whatsapp.enabled, or the account's own, is false";
        findings.push(
            Finding::warning(CHECK, "every account is switched off", cause)
                .next("fased config set channels.whatsapp.enabled true"),
        );
    }
    if findings.is_empty() {
        let what = if facts.config.exists {
            format!("{file} is right")
        } else {
            format!("there is no {file}, so the defaults hold")
        };
        findings.push(Finding::ok(CHECK, what));
    }
    findings
}

/// Where nobody, or nobody in groups, would be heard.
fn shut(account: &AccountConfig) -> Vec<Finding> {
    let id = account.id.as_str();
    let rules = &account.rules;
    let mut findings = Vec::new();
    let direct = direct_shut(rules);
    let groups_off = rules.group_policy == GroupPolicy::Disabled;
    if direct && groups_off {
        let cause = "direct messages and groups are both shut";
        findings.push(
            Finding::problem(CHECK, format!("account {id} hears nobody"), cause)
                .next("fased config set channels.whatsapp.dmPolicy pairing"),
        );
    } else if direct {
        let what = format!("account {id} answers no direct message");
        let cause = match rules.dm_policy {
            DmPolicy::Disabled => "dmPolicy is \"disabled\"",
            DmPolicy::Allowlist | DmPolicy::Open | DmPolicy::Pairing => "nobody is on allowFrom",
        };
        findings.push(
            Finding::warning(CHECK, what, cause).next("fased config set channels.whatsapp.dmPolicy pairing"),
        );
    }
    let has_groups = !rules.groups.listed.is_empty() || rules.groups.any.is_some();
    if has_groups && groups_off {
        let what = format!("account {id} lists groups and answers in none");
        findings.push(
            Finding::warning(CHECK, what, "groupPolicy is \"disabled\"")
                .next("fased config set channels.whatsapp.groupPolicy allowlist"),
        );
    } else if has_groups && rules.group_policy == GroupPolicy::Allowlist && !somebody_in_groups(rules) {
        let what = format!("account {id} lists groups, and nobody may write there");
        let cause = "groupPolicy is \"allowlist\", and neither groupAllowFrom nor allowFrom has an entry";
        findings.push(
            Finding::warning(CHECK, what, cause)
                .next("fased config set 'channels.whatsapp.groupAllowFrom[+]' +15551234567"),
        );
    }
    if account.observe_only {
        let what = format!("account {id} listens and sends nothing");
        findings.push(
            Finding::warning(CHECK, what, "observeOnly is true")
                .next("fased config set channels.whatsapp.observeOnly false"),
        );
    }
    findings
}

/// Can nobody write directly? An owner always may on a personal number.
fn direct_shut(rules: &Rules) -> bool {
    match rules.dm_policy {
        DmPolicy::Disabled => true,
        DmPolicy::Allowlist => {
            let owner =
                rules.self_chat_mode || rules.owners.as_ref().is_some_and(|owners| !owners.is_empty());
            rules.allow_from.is_empty() && !rules.honour_pairings_in_allowlist && !owner
        }
        DmPolicy::Pairing | DmPolicy::Open => false,
    }
}

fn somebody_in_groups(rules: &Rules) -> bool {
    let common = rules.group_allow_from.as_ref().unwrap_or(&rules.allow_from);
    let entries = rules.groups.listed.values().chain(&rules.groups.any);
    let mut own = entries.filter_map(|group| group.allow_from.as_ref());
    !common.is_empty() || own.any(|list| !list.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::{facts, with_config};
    use super::*;

    fn found(whatsapp: &str) -> Vec<(Level, String)> {
        let facts = with_config(&format!("{{ channels: {{ whatsapp: {whatsapp} }} }}"));
        let findings = check(&facts).into_iter();
        findings.map(|finding| (finding.level, finding.line())).collect()
    }

    #[test]
    fn what_shuts_everybody_out_is_told_with_the_command_that_opens() {
        let told = found(r#"{ dmPolicy: "disabled", groupPolicy: "disabled" }"#);
        assert_eq!((told.len(), told[0].0), (1, Level::Problem), "{told:?}");
        assert!(
            told[0].1.contains("hears nobody") && told[0].1.contains("dmPolicy pairing"),
            "{told:?}"
        );
        let told = found(r#"{ groups: { "120363000000000001@g.us": {} } }"#);
        assert_eq!((told.len(), told[0].0), (1, Level::Warning), "{told:?}");
        assert!(told[0].1.contains("nobody may write there"), "{told:?}");
        let told = found(r#"{ dmPolicy: "disabled" }"#);
        assert!(
            told.len() == 1 && told[0].1.contains("no direct message"),
            "{told:?}"
        );
    }

    #[test]
    fn what_is_well_is_no_finding_for_people() {
        for well in [
            "{}",
            r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100002"] }"#,
            r#"{ groups: { "*": {} }, allowFrom: ["+15550100002"] }"#,
        ] {
            assert!(found(well).iter().all(|(level, _)| *level == Level::Ok), "{well}");
        }
    }

    #[test]
    fn a_config_that_cannot_be_read_is_a_problem_with_its_place() {
        let mut facts = facts();
        facts.config.config = None;
        facts.config.problem = Some("/s/fased.json:3:1: dmPolicy: found 7\n  hint".to_owned());
        let findings = check(&facts);
        assert_eq!(findings[0].level, Level::Problem);
        assert!(
            findings[0].line().contains("fased.json:3:1"),
            "{}",
            findings[0].line()
        );
        assert!(!findings[0].line().contains('\n'));
    }
}
