//! The fixes, in the words that people read and in those of the log.

use std::path::{Path, PathBuf};

use fased_policy::access::Activation;

use super::*;
use crate::config::Config;

const FILE: &str = "/etc/fased.json";
const ANNA: &str = "15550100002@s.whatsapp.net";
const OWN: &str = "15550100001@s.whatsapp.net";
const GROUP: &str = "120363000000000001@g.us";
const OLD_GROUP: &str = "15550100002-1400000000@g.us";
const NOW: i64 = 1_700_000_000;

fn account(id: &str, whatsapp: &str) -> AccountConfig {
    let text = format!("{{ channels: {{ whatsapp: {whatsapp} }} }}");
    let mut config = Config::parse(&text, Path::new(FILE), |id| PathBuf::from(id)).expect("a valid config");
    config.accounts.remove(id).expect("this account")
}

fn from_anna(chat: &str) -> Known {
    let own = Identity::from_jids(OWN, None);
    let chat = ChatId::from_jids(chat, None, &own);
    supposed(chat, Identity::from_jids(ANNA, None), own, NOW)
}

/// The fix and the log's line, without the places, which depend on where the config has its keys.
fn told(config: &AccountConfig, known: &Known, reason: &str) -> (Option<String>, Option<String>) {
    let judgement = judged(config, known, NOW + 60);
    let verdict = judgement.verdict;
    assert_eq!(verdict.reason.as_str(), reason);
    let fix = fix(verdict.reason, verdict.by, config, known, NOW + 60);
    let line = config_line(verdict.reason, verdict.by, config, known);
    (
        fix.map(|text| placeless(&text)),
        line.map(|text| placeless(&text)),
    )
}

fn placeless(text: &str) -> String {
    let mut text = text.replace(" in /etc/fased.json", "");
    while let Some(start) = text.find(" (/etc/fased.json:") {
        let end = text[start..].find(')').expect("a closing parenthesis");
        text.replace_range(start..=start + end, "");
    }
    text
}

fn some(fix: &str, line: &str) -> (Option<String>, Option<String>) {
    (Some(fix.to_owned()), Some(line.to_owned()))
}

#[test]
fn a_stranger_is_added_to_the_list_that_decided() {
    let allowlist = account(
        "default",
        r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"] }"#,
    );
    assert_eq!(
        told(&allowlist, &from_anna(ANNA), "not_in_allowlist"),
        some(
            "add \"+15550100002\" to channels.whatsapp.allowFrom, or run: fased config set 'channels.whatsapp.allowFrom[+]' +15550100002",
            "add the sender to channels.whatsapp.allowFrom",
        )
    );
    let in_groups = account("default", r#"{ groupAllowFrom: [] }"#);
    let (fix, line) = told(&in_groups, &from_anna(GROUP), "group_sender_not_allowed");
    assert!(
        fix.is_some_and(|fix| fix.starts_with("add \"+15550100002\" to channels.whatsapp.groupAllowFrom"))
    );
    assert_eq!(
        line.as_deref(),
        Some("add the sender to channels.whatsapp.groupAllowFrom")
    );
}

#[test]
fn somebody_who_waits_is_approved_and_another_is_listed() {
    let waits = || Known {
        waits: true,
        ..from_anna(ANNA)
    };
    let (fix, line) = told(&account("default", "{}"), &waits(), "pairing_required");
    assert_eq!(
        fix.as_deref(),
        Some("run: fased pairing approve whatsapp --sender +15550100002")
    );
    assert_eq!(line, None, "no edit of the config is meant");
    let work = account("work", r#"{ accounts: { work: {} } }"#);
    let (fix, _) = told(&work, &waits(), "pairing_required");
    assert_eq!(
        fix.as_deref(),
        Some("run: fased pairing approve whatsapp --sender +15550100002 --account work")
    );
    let (fix, _) = told(&work, &from_anna(ANNA), "pairing_required");
    assert_eq!(
        fix.as_deref(),
        Some("run: fased config set 'channels.whatsapp.allowFrom[+]' +15550100002"),
        "there is nothing to approve"
    );
    let full = fix_of_full(&work);
    assert_eq!(
        full,
        "run: fased config set 'channels.whatsapp.allowFrom[+]' +15550100002, or raise channels.whatsapp.pairing.maxPending from 3 to 4, or run: fased config set channels.whatsapp.pairing.maxPending 4"
    );
}

fn fix_of_full(config: &AccountConfig) -> String {
    let full = Verdict::PAIRING_FULL;
    placeless(&fix(full.reason, full.by, config, &from_anna(ANNA), NOW).expect("a fix"))
}

#[test]
fn switches_are_set() {
    let disabled = account("default", r#"{ dmPolicy: "disabled" }"#);
    assert_eq!(
        told(&disabled, &from_anna(ANNA), "dm_disabled"),
        some(
            "set channels.whatsapp.dmPolicy to \"pairing\", or run: fased config set channels.whatsapp.dmPolicy pairing",
            "set channels.whatsapp.dmPolicy to pairing",
        )
    );
    let (fix, _) = told(&account("default", "{}"), &from_anna(OWN), "self_chat_off");
    assert_eq!(
        fix.as_deref(),
        Some(
            "set channels.whatsapp.selfChatMode to true, or run: fased config set channels.whatsapp.selfChatMode true"
        )
    );
    let (fix, _) = told(
        &account("default", r#"{ groupPolicy: "disabled" }"#),
        &from_anna(GROUP),
        "groups_disabled",
    );
    assert!(fix.is_some_and(|fix| fix.starts_with("set channels.whatsapp.groupPolicy to \"allowlist\"")));
}

#[test]
fn a_group_is_listed_and_a_log_names_none_that_holds_a_number() {
    let listed = account(
        "default",
        r#"{ groupPolicy: "open", groups: { "120363000000000002@g.us": {} } }"#,
    );
    assert_eq!(
        told(&listed, &from_anna(GROUP), "group_not_listed"),
        some(
            "add channels.whatsapp.groups[\"120363000000000001@g.us\"]: {}, or run: fased config set 'channels.whatsapp.groups[\"120363000000000001@g.us\"]' '{}'",
            "add channels.whatsapp.groups[\"120363000000000001@g.us\"]: {}",
        )
    );
    let (fix, line) = told(&listed, &from_anna(OLD_GROUP), "group_not_listed");
    assert!(fix.is_some_and(|fix| fix.contains(OLD_GROUP)));
    assert_eq!(
        line.as_deref(),
        Some("add channels.whatsapp.groups[\"…@g.us\"]: {}")
    );
    let off = account(
        "default",
        r#"{ groups: { "120363000000000001@g.us": { enabled: false } } }"#,
    );
    let (fix, _) = told(&off, &from_anna(GROUP), "group_not_listed");
    assert!(fix.is_some_and(|fix| {
        fix.starts_with("set channels.whatsapp.groups[\"120363000000000001@g.us\"].enabled to true")
    }));
}

#[test]
fn without_a_mention_there_are_two_ways_unless_only_one_helps() {
    let open = account("default", r#"{ groupPolicy: "open" }"#);
    let (fix, line) = told(&open, &from_anna(GROUP), "no_mention");
    assert_eq!(
        fix.as_deref(),
        Some("mention the account, or run: fased groups activation 120363000000000001@g.us always")
    );
    assert_eq!(line, None);
    let command = Known {
        text: Some("/status".to_owned()),
        activation: Some(Activation::Always),
        ..from_anna(GROUP)
    };
    assert_eq!(
        told(&open, &command, "no_mention").0.as_deref(),
        Some("mention the account")
    );
    let personal = account("default", r#"{ mode: "personal", groupPolicy: "open" }"#);
    let (fix, _) = told(&personal, &from_anna(GROUP), "no_mention");
    let fix = fix.expect("a fix");
    assert!(
        fix.starts_with(
            "reply to a message of the gateway, or use a name that messages.groupChat.mentionPatterns matches"
        ),
        "{fix}"
    );
}

#[test]
fn a_bound_is_raised_far_enough() {
    let open = account(
        "default",
        r#"{ dmPolicy: "open", allowFrom: ["*"], catchUp: { maxAgeMinutes: 5 } }"#,
    );
    let known = from_anna(ANNA);
    let now_s = NOW + 3_600;
    let verdict = judged(&open, &known, now_s).verdict;
    let fix = fix(verdict.reason, verdict.by, &open, &known, now_s).expect("a fix");
    assert_eq!(
        placeless(&fix),
        "raise channels.whatsapp.catchUp.maxAgeMinutes from 5 to 61, or run: fased config set channels.whatsapp.catchUp.maxAgeMinutes 61"
    );
}

#[test]
fn a_bound_that_would_have_to_be_higher_than_it_can_be_is_not_raised() {
    let open = account("default", r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    let known = from_anna(ANNA);
    let of_age = |minutes: i64| {
        let now_s = NOW + minutes * 60;
        let verdict = judged(&open, &known, now_s).verdict;
        assert_eq!(verdict.reason, Reason::Stale);
        fix(verdict.reason, verdict.by, &open, &known, now_s)
    };
    assert!(of_age(43_199).is_some_and(|fix| fix.contains("from 720 to 43200")));
    assert_eq!(of_age(43_200), None);
    let stale = judged(&open, &known, NOW + 43_200 * 60).verdict;
    assert_eq!(
        config_line(stale.reason, stale.by, &open, &known),
        None,
        "it was written years ago"
    );
    let full = account("default", "{ pairing: { maxPending: 1000 } }");
    assert_eq!(
        fix_of_full(&full),
        "run: fased config set 'channels.whatsapp.allowFrom[+]' +15550100002"
    );
}

#[test]
fn nothing_helps_a_dedicated_number_that_wrote_itself() {
    let by_itself = |chat: &str| Known {
        sender: Identity::from_jids(OWN, None),
        from_me: true,
        ..from_anna(chat)
    };
    for (block, reason) in [
        ("{}", "group_sender_not_allowed"),
        (r#"{ groupPolicy: "disabled" }"#, "groups_disabled"),
        (
            r#"{ groups: { "120363000000000002@g.us": {} } }"#,
            "group_not_listed",
        ),
    ] {
        let config = account("default", block);
        assert_eq!(told(&config, &by_itself(GROUP), reason), (None, None));
    }
    let (fix, _) = told(&account("default", "{}"), &by_itself(OWN), "self_chat_off");
    assert!(fix.is_some(), "the chat with oneself can be switched on");
    let personal = account("default", r#"{ mode: "personal", groupPolicy: "disabled" }"#);
    let (fix, line) = told(&personal, &by_itself(GROUP), "groups_disabled");
    assert!(fix.is_some() && line.is_some());
}

#[test]
fn what_decided_stands_last_among_the_rules_tried() {
    let config = account(
        "default",
        r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"] }"#,
    );
    let known = from_anna(ANNA);
    let info = described(&judged(&config, &known, NOW), &config, &known, NOW);
    let last = info.tried.last().expect("a rule");
    assert_eq!(
        (last.rule.as_str(), last.setting.as_deref()),
        ("dm.12", Some("allowFrom"))
    );
    assert_eq!(last.source, info.source);
    assert_eq!(info.rule.as_deref(), Some("dm.12"));
}

#[test]
fn no_line_of_the_log_names_a_person() {
    let blocks = [
        "{}",
        r#"{ dmPolicy: "disabled", groupPolicy: "disabled" }"#,
        r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"], groups: { "15550100002-1400000000@g.us": { enabled: false } } }"#,
        r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"], groups: { "15550100002-1400000000@g.us": { allowFrom: [] } } }"#,
        r#"{ groups: { "120363000000000001@g.us": {} } }"#,
    ];
    for block in blocks {
        let config = account("default", block);
        for chat in [ANNA, OWN, GROUP, OLD_GROUP] {
            let known = from_anna(chat);
            let verdict = judged(&config, &known, NOW).verdict;
            let line = config_line(verdict.reason, verdict.by, &config, &known).unwrap_or_default();
            assert!(!line.contains("0100002") && !line.contains("0100001"), "{line}");
        }
    }
}
