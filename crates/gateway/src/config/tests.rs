//! Merging, and errors that a person can act on.

use std::path::{Path, PathBuf};

use fased_policy::access::DmPolicy;

use super::Config;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("/etc/fased.json"), |account| {
        PathBuf::from("/auth").join(account)
    })
    .map_err(|error| error.message)
}

fn error(text: &str) -> String {
    parse(text).expect_err("a wrong config")
}

#[test]
fn no_keys_at_all_is_one_account_with_defaults() {
    let config = parse("{}").expect("valid");
    let account = &config.accounts["default"];
    assert_eq!(config.accounts.len(), 1);
    assert!(account.enabled && !account.is_personal() && !account.rules.self_chat_mode);
    assert_eq!(account.rules.dm_policy, DmPolicy::Pairing);
    assert_eq!(account.rules.catch_up_max_age_s, 12 * 3600);
    assert_eq!(account.auth_dir, PathBuf::from("/auth/default"));
}

#[test]
fn an_account_adds_to_the_root_and_hides_nothing_it_does_not_set() {
    let config = parse(
        "{ channels: { whatsapp: { dmPolicy: 'allowlist', allowFrom: ['+1 (555) 010-0002'],
             pairing: { maxPending: 7 }, accounts: { work: { pairing: { silent: true } }, home: { mode: 'personal' } } } } }",
    )
    .expect("valid");
    let work = &config.accounts["work"];
    assert_eq!(work.rules.dm_policy, DmPolicy::Allowlist);
    assert_eq!(work.rules.allow_from.phones().count(), 1);
    assert_eq!((work.pairing.max_pending, work.pairing.silent), (7, true));
    assert!(config.accounts["home"].rules.self_chat_mode);
    assert!(!config.accounts.contains_key("default"));
}

#[test]
fn the_root_switch_turns_every_account_off() {
    let config = parse("{ channels: { whatsapp: { enabled: false, accounts: { a: { enabled: true } } } } }")
        .expect("valid");
    assert!(!config.accounts["a"].enabled);
}

#[test]
fn a_misspelt_key_is_named_with_its_line() {
    let message = error("{\n  channels: { whatsapp: {\n    dmPolicies: 'open' } }\n}");
    assert!(message.starts_with("/etc/fased.json: "), "{message}");
    assert!(
        message.contains("dmPolicies") && message.contains('3'),
        "{message}"
    );
}

#[test]
fn a_wrong_entry_is_shown_with_its_place() {
    let message = error("{ channels: { whatsapp: { allowFrom: ['+15550100002', '0123'] } } }");
    assert!(
        message.contains("channels.whatsapp.allowFrom[1]") && message.contains("0123"),
        "{message}"
    );
}

#[test]
fn open_needs_the_star() {
    assert!(error("{ channels: { whatsapp: { dmPolicy: 'open' } } }").contains("allowFrom: [\"*\"]"));
    assert!(parse("{ channels: { whatsapp: { dmPolicy: 'open', allowFrom: ['*'] } } }").is_ok());
}

#[test]
fn keys_without_effect_are_named() {
    let config = parse("{ tools: {}, channels: { whatsapp: { tableMode: 'off' } } }").expect("valid");
    let all = config.warnings.join("\n");
    assert!(all.contains("tableMode") && all.contains("tools"), "{all}");
}

#[test]
fn the_example_is_valid_and_without_warnings() {
    let config = parse(include_str!("../../../../config/fased.example.json5")).expect("valid");
    assert_eq!(config.warnings, Vec::<String>::new());
    assert_eq!(config.accounts["default"].rules.allow_from.phones().count(), 1);
}
