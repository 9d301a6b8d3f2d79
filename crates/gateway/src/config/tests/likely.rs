//! What people are likely to write, and what becomes of it.

use rstest::rstest;

use super::{problems, valid, whatsapp};

/// `None`: valid, without a warning. `Some`: an error at this key.
#[rstest]
#[case::open_without_the_star("dmPolicy: 'open', allowFrom: ['+15555550123']", Some("allowFrom"))]
#[case::an_allowlist_of_nobody("dmPolicy: 'allowlist'", Some("allowFrom"))]
#[case::open_in_an_account(
    "accounts: { work: { dmPolicy: 'open', allowFrom: ['+15550100001'] } }",
    Some("accounts.work.allowFrom")
)]
#[case::no_room_for_text("textChunkLimit: 0", Some("textChunkLimit"))]
#[case::less_than_no_history("historyLimit: -1", Some("historyLimit"))]
#[case::a_reply_mode("replyToMode: 'always'", Some("replyToMode"))]
#[case::a_reaction_level("reactionLevel: 'lots'", Some("reactionLevel"))]
#[case::a_number_that_is_no_text("allowFrom: [15550001111]", Some("allowFrom[0]"))]
#[case::an_unknown_key_of_a_group(
    "groups: { '1@g.us': { mention: true } }",
    Some("groups[\"1@g.us\"].mention")
)]
#[case::nothing("", None)]
fn what_is_wrong_is_told_with_its_key(#[case] keys: &str, #[case] wrong: Option<&str>) {
    let text = whatsapp(keys);
    match wrong {
        None => assert_eq!(valid(&text).warnings, Vec::<String>::new()),
        Some(path) => assert_eq!(problems(&text)[0].path, format!("channels.whatsapp.{path}")),
    }
}

#[test]
fn what_nobody_sets_is_careful() {
    use super::super::keys::ROOT;
    let default = |key: &str| ROOT.get(key).and_then(|key| key.default_value());
    let rules = &valid("{}").accounts["default"].rules;
    assert_eq!(
        (rules.dm_policy.as_str(), default("mediaMaxMb")),
        ("pairing", Some(50.into()))
    );
    assert_eq!(default("groupPolicy"), Some("allowlist".into()));
}

/// An account inherits from the root alone, never from the account `default`: an account never
/// decides about another one. So this list lets nobody in.
#[test]
fn accounts_do_not_inherit_from_the_default_account() {
    let text =
        whatsapp("accounts: { default: { allowFrom: ['+15550001111'] }, work: { dmPolicy: 'allowlist' } }");
    assert_eq!(
        problems(&text)[0].path,
        "channels.whatsapp.accounts.work.allowFrom"
    );
    let at_the_root =
        whatsapp("allowFrom: ['+15550001111'], accounts: { default: {}, work: { dmPolicy: 'allowlist' } }");
    assert!(valid(&at_the_root).warnings.is_empty());
}

/// Account ids are names of folders, and some file systems do not tell `Default` from `default`.
#[test]
fn account_ids_have_small_letters() {
    let text = whatsapp("accounts: { Default: { allowFrom: ['+15550001111'] }, work: {} }");
    let found = problems(&text);
    assert_eq!(found[0].path, "channels.whatsapp.accounts.Default");
    assert_eq!(found[0].hint.as_deref(), Some("write default"));
}

/// Phones fold longer messages away, so 4096 units are the most.
#[test]
fn a_chunk_has_an_upper_bound() {
    assert_eq!(
        problems(&whatsapp("textChunkLimit: 4444"))[0].path,
        "channels.whatsapp.textChunkLimit"
    );
    valid(&whatsapp("textChunkLimit: 4096"));
}

/// Quick texts wait for each other per account, so the key stands where the accounts are.
#[test]
fn quick_messages_are_put_together_by_a_key_of_the_channel() {
    assert_eq!(
        valid(&whatsapp("debounceMs: 250")).accounts["default"].debounce_ms,
        250
    );
}

/// A number is checked to be one: `+1` has too few digits.
#[test]
fn an_entry_has_to_be_a_whole_number() {
    let text = whatsapp("accounts: { work: { dmPolicy: 'open', allowFrom: ['+1'] } }");
    assert!(
        problems(&text)
            .iter()
            .any(|problem| problem.path == "channels.whatsapp.accounts.work.allowFrom[0]")
    );
}
