//! Every key: values that are taken, and values that are not.

use std::path::Path;

use rstest::rstest;

use super::{problems, valid, whatsapp};

/// Key, values that are taken, and values that are not. Each is tried at the root and in an account.
const SHARED: &[(&str, &[&str], &[&str])] = &[
    ("enabled", &["true", "false"], &["'true'", "1", "null", "[]"]),
    (
        "mode",
        &["'dedicated'", "'personal'"],
        &["'Personal'", "true", "''"],
    ),
    (
        "dmPolicy",
        &["'pairing'", "'disabled'"],
        &["'sometimes'", "1", "null"],
    ),
    (
        "owners",
        &["[]", "['+15551234567']", "['100000000000001@lid']"],
        &["['*']", "'+15551234567'", "[15551234567]"],
    ),
    (
        "allowFrom",
        &[
            "[]",
            "['*']",
            "['whatsapp:+1 (555) 010-0002']",
            "['100000000000001@lid']",
            "['+15551234567', '+15551234567']",
        ],
        &[
            "['0123']",
            "['+0155501000']",
            "['123456']",
            "['+1234567890123456']",
            "['Mum']",
            "[null]",
            "[15551234567]",
            "'*'",
            "['120363000000000001@g.us']",
            "['+1555010000x']",
            "['']",
        ],
    ),
    (
        "groupPolicy",
        &["'open'", "'allowlist'", "'disabled'"],
        &["'pairing'", "false"],
    ),
    (
        "groupAllowFrom",
        &["[]", "['*']", "['+15551234567']"],
        &["['x']", "{}"],
    ),
    (
        "groups",
        &[
            "{}",
            "{ '*': {} }",
            "{ '120363000000000001@g.us': { requireMention: false, enabled: true, allowFrom: [], agentId: 'main' } }",
            "{ '15551234567-1500000000@g.us': {} }",
        ],
        &[
            "{ Family: {} }",
            "{ '*': { mention: true } }",
            "{ '*': { requireMention: 'no' } }",
            "{ '*': { allowFrom: ['x'] } }",
            "{ '*': { agentId: 'nobody' } }",
            "{ '120363000000000001': {} }",
            "[]",
            "{ '*': true }",
        ],
    ),
    ("selfChatMode", &["true", "false"], &["'true'"]),
    ("sendReadReceipts", &["true", "false"], &["0"]),
    ("observeOnly", &["true", "false"], &["'yes'"]),
    ("mediaMaxMb", &["1", "50"], &["0", "-1", "1.5", "'50'"]),
    (
        "mediaRoots",
        &["[]", "['~/Pictures', '/srv/files', 'files']"],
        &["'~/Pictures'", "['']", "[1]", "{}"],
    ),
    ("mediaKeepDays", &["1", "30"], &["0", "3651", "'30'"]),
    ("mediaKeepMb", &["1", "2048"], &["0", "1048577", "1.5"]),
    (
        "textChunkLimit",
        &["200", "4000", "4096"],
        &["0", "199", "4097", "'4000'"],
    ),
    ("tableMode", &["'bullets'", "'code'", "'off'"], &["'table'"]),
    ("chunkMode", &["'length'", "'newline'"], &["'word'"]),
    ("historyLimit", &["0", "50"], &["-1", "2.5", "1001"]),
    ("debounceMs", &["0", "60000"], &["-1", "60001", "true"]),
    ("messagePrefix", &["''", "'[x] '"], &["1"]),
    ("responsePrefix", &["'x'"], &["[]"]),
    (
        "ackReaction",
        &[
            "{}",
            "{ emoji: '👀', direct: false, group: 'always' }",
            "{ group: 'never' }",
        ],
        &[
            "'👀'",
            "{ group: 'sometimes' }",
            "{ direct: 1 }",
            "{ emojis: '' }",
        ],
    ),
    (
        "catchUp",
        &["{}", "{ maxAgeMinutes: 0 }", "{ maxAgeMinutes: 43200 }"],
        &["{ maxAgeMinutes: -1 }", "{ maxAge: 1 }", "720"],
    ),
    (
        "pairing",
        &[
            "{}",
            "{ codeTtlMinutes: 1, maxPending: 50, silent: true, notifyOwner: true, honourInAllowlist: true }",
        ],
        &[
            "{ codeTtlMinutes: 0 }",
            "{ maxPending: 0 }",
            "{ maxPending: 1001 }",
            "{ silent: 'yes' }",
            "{ honorInAllowlist: true }",
            "true",
        ],
    ),
    (
        "pacing",
        &[
            "{}",
            "{ perChatPerMinute: 20, perAccountPerMinute: 60, jitterMs: 0, firstContact: true }",
        ],
        &[
            "{ perChatPerMinute: 0 }",
            "{ perAccountPerMinute: 0 }",
            "{ jitterMs: -1 }",
            "{ firstContact: 1 }",
        ],
    ),
    (
        "reconnect",
        &[
            "{}",
            "{ initialMs: 100, maxMs: 400, factor: 1, jitter: 0 }",
            "{ jitter: 1, factor: 10 }",
            "{ initialMs: 5000, maxMs: 5000 }",
        ],
        &[
            "{ initialMs: 0 }",
            "{ factor: 0.9 }",
            "{ jitter: 1.1 }",
            "{ jitter: -0.1 }",
            "{ initialMs: 5000, maxMs: 4000 }",
            "{ maxMs: 1000 }",
            "{ initialMs: 60000 }",
            "{ factor: '2' }",
        ],
    ),
    (
        "supervision",
        &[
            "{}",
            "{ breakerExits: 5, breakerWindowMs: 60000, breakerRetryMs: 300000, firstRespawnMs: 0, memoryMb: 384 }",
        ],
        &[
            "{ breakerExits: 0 }",
            "{ breakerWindowMs: 0 }",
            "{ breakerRetryMs: 0 }",
            "{ firstRespawnMs: -1 }",
            "{ memoryMb: 15 }",
        ],
    ),
    (
        "defaultTo",
        &[
            "'+15551234567'",
            "'100000000000001@lid'",
            "'120363000000000001@g.us'",
        ],
        &["1", "'Anna'", "'status@broadcast'"],
    ),
];

#[test]
fn every_key_takes_what_it_should_and_nothing_else() {
    for (key, good, bad) in SHARED {
        for value in *good {
            let one = format!("{key}: {value}");
            valid(&whatsapp(&one));
            valid(&whatsapp(&format!("accounts: {{ work: {{ {one} }} }}")));
        }
        for value in *bad {
            let one = format!("{key}: {value}");
            for (text, at) in [
                (whatsapp(&one), format!("channels.whatsapp.{key}")),
                (
                    whatsapp(&format!("accounts: {{ work: {{ {one} }} }}")),
                    format!("channels.whatsapp.accounts.work.{key}"),
                ),
            ] {
                let found = problems(&text);
                assert!(
                    found[0].path.starts_with(&at) && found[0].line == 1,
                    "{text}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn the_table_above_names_every_key() {
    let tried: Vec<&str> = SHARED.iter().map(|(key, ..)| *key).collect();
    let there: Vec<&str> = super::super::keys::ROOT
        .keys
        .iter()
        .map(|key| key.name)
        .filter(|key| *key != "accounts")
        .collect();
    assert_eq!(tried, there);
}

#[rstest]
#[case::name_at_the_root("name: 'x'", "channels.whatsapp.name", "accounts")]
#[case::auth_dir_at_the_root("authDir: '/x'", "channels.whatsapp.authDir", "accounts.default.authDir")]
#[case::an_account_at_the_root("work: {}", "channels.whatsapp.work", "accounts: { work:")]
#[case::accounts_in_an_account(
    "accounts: { a: { accounts: {} } }",
    "channels.whatsapp.accounts.a.accounts",
    "channels.whatsapp.accounts"
)]
#[case::a_wrong_id("accounts: { Work: {} }", "channels.whatsapp.accounts.Work", "write work")]
#[case::misspelt("grupPolicy: 'open'", "channels.whatsapp.grupPolicy", "groupPolicy?")]
#[case::snake("dm_policy: 'open'", "channels.whatsapp.dm_policy", "dmPolicy?")]
#[case::a_group_key("requireMention: false", "channels.whatsapp.requireMention", "allowed here")]
#[case::a_pairing_key(
    "groups: { '*': { agentId: 'mian' } }",
    "channels.whatsapp.groups[\"*\"].agentId",
    "\"main\"?"
)]
fn a_mistake_comes_with_what_was_meant(#[case] keys: &str, #[case] path: &str, #[case] hint: &str) {
    let found = problems(&whatsapp(keys));
    assert_eq!(found[0].path, path, "{found:?}");
    let told = found[0].hint.as_ref().expect("a hint");
    assert!(told.contains(hint), "{told}");
}

#[rstest]
#[case("{ dmPolicy: 'pairing' }", "dmPolicy", "channels.whatsapp.dmPolicy")]
#[case("{ whatsapp: {} }", "whatsapp", "channels.whatsapp")]
#[case("{ channel: {} }", "channel", "channels?")]
#[case("{ channels: { whatsap: {} } }", "channels.whatsap", "whatsapp?")]
#[case("{ channels: { telegramm: {} } }", "channels.telegramm", "telegram?")]
#[case("{ modls: {} }", "modls", "models?")]
#[case("{ widgets: {} }", "widgets", "allowed here: channels")]
#[case(
    "{ messages: { mentionPatterns: [] } }",
    "messages.mentionPatterns",
    "messages.groupChat.mentionPatterns"
)]
#[case("{ agents: { lists: [] } }", "agents.lists", "list?")]
fn a_wrong_section_is_an_error(#[case] text: &str, #[case] path: &str, #[case] hint: &str) {
    let found = problems(text);
    assert_eq!(found[0].path, path);
    let told = found[0].hint.as_ref().expect("a hint");
    assert!(told.contains(hint), "{told}");
}

#[rstest]
#[case::too_short("'123'", "too short")]
#[case::leading_zero("'0171 5550100'", "country code")]
#[case::two_zeros("'004915550100001'", "\"+4915550100001\"")]
#[case::a_name("'Mum'", "names are not known")]
#[case::a_group("'120363000000000001@g.us'", "groups")]
#[case::an_address("'15550100002@s.whatsapp.net'", "\"+15550100002\"")]
#[case::a_slash("'+1 555/010-0002'", "\"+15550100002\"")]
#[case::too_long("'+1234567890123456'", "too long")]
#[case::a_number("15550100002", "\"+15550100002\"")]
fn a_wrong_entry_is_shown_with_what_to_write(#[case] entry: &str, #[case] hint: &str) {
    let found = problems(&whatsapp(&format!("allowFrom: ['+15550100001', {entry}]")));
    assert_eq!(found[0].path, "channels.whatsapp.allowFrom[1]");
    let told = found[0].hint.as_ref().expect("a hint");
    assert!(told.contains(hint), "{told}");
}

#[rstest]
#[case::no_id("[{ name: 'x' }]", "agents.list[0].id", "id is missing")]
#[case::twice("[{ id: 'a' }, { id: 'a' }]", "agents.list[1].id", "already")]
#[case::not_plain("[{ id: 'A b' }]", "agents.list[0].id", "1 to 32")]
#[case::two_defaults(
    "[{ id: 'a', default: true }, { id: 'b', default: true }]",
    "agents.list[1].default",
    "agents.list[0]"
)]
#[case::a_wrong_backend("[{ id: 'a', backend: 'gpt' }]", "agents.list[0].backend", "echo")]
#[case::a_wrong_time(
    "[{ id: 'a', replyTimeoutSeconds: 0 }]",
    "agents.list[0].replyTimeoutSeconds",
    "from 1"
)]
#[case::no_object("['a']", "agents.list[0]", "an object")]
#[case::an_empty_pattern(
    "[{ id: 'a', mentionPatterns: ['x', ' '] }]",
    "agents.list[0].mentionPatterns[1]",
    "empty"
)]
#[case::everything(
    "[{ id: 'a', mentionPatterns: ['x*'] }]",
    "agents.list[0].mentionPatterns[0]",
    "empty text"
)]
#[case::look_around(
    "[{ id: 'a', mentionPatterns: ['(?=x)'] }]",
    "agents.list[0].mentionPatterns[0]",
    "linear time"
)]
#[case::a_number(
    "[{ id: 'a', mentionPatterns: [1] }]",
    "agents.list[0].mentionPatterns[0]",
    "regular expression"
)]
fn a_wrong_agent_is_told(#[case] list: &str, #[case] path: &str, #[case] says: &str) {
    let found = problems(&format!("{{ agents: {{ list: {list} }} }}"));
    assert_eq!(found[0].path, path, "{found:?}");
    assert!(found[0].message.contains(says), "{found:?}");
}

#[rstest]
#[case::both_written("a: { authDir: '/x' }, b: { authDir: '/x' }", "b", "the account a has")]
#[case::in_two_ways("a: { authDir: '/etc/x' }, b: { authDir: 'x/' }", "b", "the account a has")]
#[case::the_default_of_a_later_one(
    "a: { authDir: '/auth/b' }, b: {}",
    "a",
    "the account b has the same folder by default"
)]
#[case::the_default_of_an_earlier_one(
    "a: {}, b: { authDir: '/auth/a' }",
    "b",
    "the account a has the same folder by default"
)]
fn two_accounts_cannot_share_their_auth_files(
    #[case] accounts: &str,
    #[case] told: &str,
    #[case] says: &str,
) {
    let found = problems(&whatsapp(&format!("accounts: {{ {accounts} }}")));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].path,
        format!("channels.whatsapp.accounts.{told}.authDir")
    );
    assert_eq!(found[0].line, 1, "{found:?}");
    assert!(found[0].message.starts_with(says), "{found:?}");
}

#[test]
fn an_account_may_write_down_its_own_default_folder() {
    let config = valid(&whatsapp("accounts: { a: { authDir: '/auth/a' }, b: {} }"));
    assert_eq!(config.accounts["a"].auth_dir, Path::new("/auth/a"));
    assert_eq!(config.accounts["b"].auth_dir, Path::new("/auth/b"));
    // Neither account's keys are sent by the other one.
    let keys = [Path::new("/auth/a"), Path::new("/auth/b")];
    assert!(
        config
            .accounts
            .values()
            .all(|account| account.media.closed == keys)
    );
}
