//! Account over root over default, and what several keys say together.

use std::path::PathBuf;

use fased_policy::access::{DmPolicy, GroupPolicy, Mode};
use rstest::rstest;

use super::{problems, valid, whatsapp};

#[test]
fn no_keys_at_all_is_one_account_with_defaults() {
    let config = valid("{}");
    let account = &config.accounts["default"];
    assert_eq!((config.accounts.len(), config.warnings.len()), (1, 0));
    assert!(account.enabled && !account.is_personal() && !account.rules.self_chat_mode);
    assert!(account.send_read_receipts && !account.observe_only && !account.notify_owner);
    assert_eq!(account.rules.dm_policy, DmPolicy::Pairing);
    assert_eq!(account.rules.group_policy, GroupPolicy::Allowlist);
    assert_eq!(account.rules.catch_up_max_age_s, 12 * 3600);
    assert_eq!((account.history_limit, account.debounce_ms), (50, 0));
    assert_eq!(
        (account.pairing.code_ttl_ms, account.pairing.max_pending),
        (24 * 3_600_000, 3)
    );
    assert_eq!(account.auth_dir, PathBuf::from("/auth/default"));
}

#[test]
fn the_four_keys_are_a_whole_config() {
    let config = valid(
        r#"{ channels: { whatsapp: { dmPolicy: "pairing", allowFrom: ["+15551234567"], groupPolicy: "allowlist", groupAllowFrom: ["+15551234567"] } } }"#,
    );
    assert_eq!(config.warnings, Vec::<String>::new());
    assert_eq!(config.accounts["default"].rules.allow_from.phones().count(), 1);
}

#[test]
fn an_account_adds_to_the_root_and_hides_nothing_it_does_not_set() {
    let config = valid(&whatsapp(
        "dmPolicy: 'allowlist', allowFrom: ['+1 (555) 010-0002'], historyLimit: 7, sendReadReceipts: false,
         groups: { '*': {} }, pairing: { maxPending: 7 }, reconnect: { factor: 3 }, catchUp: { maxAgeMinutes: 5 },
         accounts: { work: { pairing: { silent: true }, reconnect: { jitter: 0 } }, home: { mode: 'personal' } }",
    ));
    let work = &config.accounts["work"];
    assert_eq!(work.rules.dm_policy, DmPolicy::Allowlist);
    assert_eq!(work.rules.allow_from.phones().count(), 1);
    assert_eq!((work.pairing.max_pending, work.pairing.silent), (7, true));
    assert_eq!(
        (work.lifecycle.backoff.factor, work.lifecycle.backoff.jitter),
        (3.0, 0.0)
    );
    assert_eq!((work.history_limit, work.send_read_receipts), (7, false));
    assert_eq!(work.rules.catch_up_max_age_s, 300);
    assert!(work.rules.groups.any.is_some());
    assert!(config.accounts["home"].rules.self_chat_mode);
    assert!(!config.accounts.contains_key("default"));
}

#[test]
fn lists_and_groups_replace_whole() {
    let config = valid(&whatsapp(
        "allowFrom: ['+15550100001', '+15550100002'], groupAllowFrom: ['+15550100001'],
         groups: { '*': { requireMention: false }, '120363000000000001@g.us': {} },
         accounts: { a: { allowFrom: ['+15550100003'], groupAllowFrom: [], groups: { '120363000000000002@g.us': {} } } }",
    ));
    let rules = &config.accounts["a"].rules;
    assert_eq!(rules.allow_from.phones().count(), 1);
    assert!(
        rules
            .group_allow_from
            .as_ref()
            .is_some_and(|list| list.is_empty())
    );
    assert!(rules.groups.any.is_none() && rules.groups.listed.len() == 1);
}

#[test]
fn the_root_switch_turns_every_account_off() {
    let config = valid(&whatsapp(
        "enabled: false, accounts: { a: { enabled: true }, b: {} }",
    ));
    assert!(!config.accounts["a"].enabled && !config.accounts["b"].enabled);
    let config = valid(&whatsapp("accounts: { a: { enabled: false }, b: {} }"));
    assert!(!config.accounts["a"].enabled && config.accounts["b"].enabled);
}

#[test]
fn the_default_account_is_there_unless_accounts_are_named() {
    assert!(valid(&whatsapp("")).accounts.contains_key("default"));
    assert!(valid(&whatsapp("accounts: {}")).accounts.is_empty());
    assert!(
        !valid(&whatsapp("accounts: { work: {} }"))
            .accounts
            .contains_key("default")
    );
}

#[test]
fn personal_mode_implies_what_is_not_set() {
    let config = valid(&whatsapp(
        "accounts: { a: { mode: 'personal' }, b: { mode: 'personal', dmPolicy: 'disabled', selfChatMode: false } }",
    ));
    let (a, b) = (&config.accounts["a"].rules, &config.accounts["b"].rules);
    assert_eq!(
        (a.mode, a.dm_policy, a.self_chat_mode),
        (Mode::Personal, DmPolicy::Allowlist, true)
    );
    assert_eq!((b.dm_policy, b.self_chat_mode), (DmPolicy::Disabled, false));
}

#[rstest]
#[case::open_alone("dmPolicy: 'open'", Some("channels.whatsapp.allowFrom"))]
#[case::open_with_a_number(
    "dmPolicy: 'open', allowFrom: ['+15550100001']",
    Some("channels.whatsapp.allowFrom")
)]
#[case::open_with_star("dmPolicy: 'open', allowFrom: ['*']", None)]
#[case::open_with_inherited_star("allowFrom: ['*'], accounts: { a: { dmPolicy: 'open' } }", None)]
#[case::open_hides_star(
    "allowFrom: ['*'], accounts: { a: { dmPolicy: 'open', allowFrom: [] } }",
    Some("channels.whatsapp.accounts.a.allowFrom")
)]
#[case::inherited_open_hides_star(
    "dmPolicy: 'open', allowFrom: ['*'], accounts: { a: { allowFrom: ['+15550100001'] } }",
    Some("channels.whatsapp.accounts.a.allowFrom")
)]
#[case::open_with_an_inherited_number(
    "allowFrom: ['+15550100001'], accounts: { a: { dmPolicy: 'open' } }",
    Some("channels.whatsapp.allowFrom")
)]
#[case::open_account_alone(
    "accounts: { a: { dmPolicy: 'open' } }",
    Some("channels.whatsapp.accounts.a.allowFrom")
)]
#[case::inherited_open_twice(
    "dmPolicy: 'open', accounts: { a: {}, b: {} }",
    Some("channels.whatsapp.allowFrom")
)]
#[case::nobody("dmPolicy: 'allowlist'", Some("channels.whatsapp.allowFrom"))]
#[case::nobody_written_out("dmPolicy: 'allowlist', allowFrom: []", Some("channels.whatsapp.allowFrom"))]
#[case::somebody("dmPolicy: 'allowlist', allowFrom: ['+15550100001']", None)]
#[case::the_owner("dmPolicy: 'allowlist', mode: 'personal'", None)]
#[case::the_owner_in_the_self_chat("dmPolicy: 'allowlist', selfChatMode: true", None)]
#[case::the_approved("dmPolicy: 'allowlist', pairing: { honourInAllowlist: true }", None)]
#[case::implied("mode: 'personal'", None)]
#[case::nobody_in_one_account(
    "dmPolicy: 'allowlist', accounts: { a: { allowFrom: ['+15550100001'] }, b: {} }",
    Some("channels.whatsapp.allowFrom")
)]
fn a_policy_that_lets_in_all_or_none_has_to_be_meant(#[case] keys: &str, #[case] wrong: Option<&str>) {
    let text = whatsapp(keys);
    match wrong {
        None => assert_eq!(valid(&text).warnings, Vec::<String>::new()),
        Some(path) => {
            let found = problems(&text);
            assert_eq!(found.len(), 1, "once: {found:?}");
            assert_eq!(found[0].path, path);
            assert!(
                found[0]
                    .hint
                    .as_ref()
                    .is_some_and(|hint| hint.contains("dmPolicy")),
                "{found:?}"
            );
        }
    }
}

#[test]
fn an_auth_dir_is_taken_against_the_folder_of_the_config() {
    let dir = |written: &str| {
        let config = valid(&whatsapp(&format!(
            "accounts: {{ a: {{ authDir: '{written}' }} }}"
        )));
        config.accounts["a"].auth_dir.clone()
    };
    assert_eq!(dir("/x/y"), PathBuf::from("/x/y"));
    assert_eq!(dir("y"), PathBuf::from("/etc/y"));
    if let Some(home) = std::env::var_os("HOME") {
        assert_eq!(dir("~/y"), PathBuf::from(home).join("y"));
    }
}

#[test]
fn agents_and_their_patterns_are_read() {
    let config = valid(
        "{ messages: { groupChat: { mentionPatterns: ['@all'] } },
           agents: { list: [{ id: 'a', mentionPatterns: ['@ann'] }, { id: 'b', default: true }] } }",
    );
    let agents = &config.accounts["default"].agents;
    assert_eq!(agents.default, "b");
    assert!(agents.patterns_of("a").match_text("hi @Ann") && !agents.patterns_of("a").match_text("@all"));
    assert!(agents.patterns_of("b").match_text("@ALL"));
    assert_eq!(
        valid("{ agents: { list: [] } }").accounts["default"]
            .agents
            .default,
        "main"
    );
}

#[test]
fn keys_without_effect_are_named_in_one_warning() {
    let config = valid(
        "{ store: { url: 'x' }, agents: { list: [{ id: 'a', name: 'A' }] },
           channels: { whatsapp: { ackReaction: { emoji: 'x' }, accounts: { a: { groups: { '*': { tools: {} } } } },
           supervision: { breakerExits: 3, firstRespawnMs: 1 }, groups: { '*': { tools: {} } } } } }",
    );
    assert_eq!(config.warnings.len(), 1, "{:?}", config.warnings);
    let warning = &config.warnings[0];
    for key in [
        "store",
        "channels.whatsapp.accounts.a.groups[\"*\"].tools",
        "channels.whatsapp.groups[\"*\"].tools",
    ] {
        assert!(warning.contains(key), "{key}: {warning}");
    }
    assert!(
        !warning.contains("supervision") && !warning.contains("agents"),
        "{warning}"
    );
}

#[test]
fn what_belongs_to_another_product_is_named_in_one_warning() {
    let config = valid(
        "{ models: {}, tools: 1, skills: [], wallets: null, cron: {}, channels: { telegram: {}, defaults: {} },
           agents: { defaults: {} }, messages: { tts: {}, queue: { cap: 20 } },
           bindings: [{ agentId: 'x', match: { channel: 'slack', teamId: 'T1', peer: { kind: 'channel', id: 'C1' } } }] }",
    );
    assert_eq!(config.warnings.len(), 1, "{:?}", config.warnings);
    for key in [
        "models",
        "tools",
        "skills",
        "wallets",
        "cron",
        "channels.telegram",
        "channels.defaults",
        "agents.defaults",
        "messages.queue.cap",
        "bindings[0]",
    ] {
        assert!(config.warnings[0].contains(key), "{key}: {}", config.warnings[0]);
    }
}

#[test]
fn a_number_without_plus_is_taken_and_shown_as_it_is_read() {
    let config = valid(&whatsapp("allowFrom: ['5550100002']"));
    assert!(
        config.warnings[0].contains("+5550100002"),
        "{:?}",
        config.warnings
    );
}
