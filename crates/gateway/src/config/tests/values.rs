//! What holds, as `fased config get` shows it.

use std::path::Path;

use serde_json::{Value, json};

use super::super::effective::{NoValue, View};
use super::super::{KeyPath, Level};
use crate::paths::Paths;

const TEXT: &str = r#"{
  channels: { whatsapp: {
    dmPolicy: "allowlist", allowFrom: ["+15550100001"],
    pairing: { maxPending: 5 },
    groups: { "*": { requireMention: false }, "120363000000000001@g.us": { enabled: true } },
    accounts: { work: { pairing: { silent: true } }, home: { mode: "personal", enabled: false } },
  } },
  agents: { list: [{ id: "a", name: "Ann" }] },
  gateway: { http: { token: "hunter2-hunter2-hunter2" } },
}"#;

fn view(text: &str) -> (tempfile::TempDir, View) {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("fased.json"), text).expect("write");
    let config = dir.path().join("fased.json");
    let paths = Paths::resolve(Some(dir.path()), Some(Path::new(&config))).expect("paths");
    let view = View::load(&paths).expect("a valid config");
    (dir, view)
}

#[test]
fn a_key_of_an_agent_has_the_line_it_is_written_in() {
    let (_dir, view) = view(
        "{ agents: {
            list: [
              { id: 'a' },
              { id: 'slow',
                replyTimeoutSeconds: 9,
                backend: 'command', command: {
                  argv: ['sh'] } },
        ] } }",
    );
    for (key, line) in [
        ("agents.list.slow.replyTimeoutSeconds", 5),
        ("agents.list[1].replyTimeoutSeconds", 5),
        ("agents.list.slow.command.argv", 7),
        ("agents.list.slow", 4),
    ] {
        let found = view.get(&KeyPath::parse(key).expect("a key")).expect("a value");
        assert_eq!(
            (found[0].source.level, found[0].source.line),
            (Level::Global, Some(line)),
            "{key}"
        );
    }
}

#[test]
fn a_value_comes_with_its_source() {
    let (_dir, view) = view(TEXT);
    let expected: &[(&str, Value, Level, Option<u32>)] = &[
        (
            "channels.whatsapp.dmPolicy",
            json!("allowlist"),
            Level::Root,
            Some(3),
        ),
        (
            "channels.whatsapp.accounts.work.dmPolicy",
            json!("allowlist"),
            Level::Root,
            Some(3),
        ),
        (
            "channels.whatsapp.accounts.work.pairing.silent",
            json!(true),
            Level::Account,
            Some(6),
        ),
        (
            "channels.whatsapp.accounts.work.pairing.maxPending",
            json!(5),
            Level::Root,
            Some(4),
        ),
        (
            "channels.whatsapp.accounts.work.pairing.codeTtlMinutes",
            json!(1440),
            Level::Default,
            None,
        ),
        (
            "channels.whatsapp.accounts.home.selfChatMode",
            json!(true),
            Level::Default,
            None,
        ),
        (
            "channels.whatsapp.accounts.home.enabled",
            json!(false),
            Level::Account,
            Some(6),
        ),
        (
            "channels.whatsapp.groupAllowFrom",
            json!(["+15550100001"]),
            Level::Default,
            None,
        ),
        (
            "channels.whatsapp.groups[\"*\"].requireMention",
            json!(false),
            Level::Root,
            Some(5),
        ),
        (
            "channels.whatsapp.groups[\"120363000000000001@g.us\"].requireMention",
            json!(false),
            Level::Root,
            Some(5),
        ),
        (
            "channels.whatsapp.accounts.work.groups[\"120363000000000001@g.us\"].enabled",
            json!(true),
            Level::Root,
            Some(5),
        ),
        (
            "channels.whatsapp.allowFrom[0]",
            json!("+15550100001"),
            Level::Root,
            Some(3),
        ),
        (
            "messages.groupChat.mentionPatterns",
            json!([]),
            Level::Default,
            None,
        ),
        ("agents.list.a.name", json!("Ann"), Level::Global, Some(8)),
        ("agents.list[0].name", json!("Ann"), Level::Global, Some(8)),
        ("gateway.http.token", json!("(hidden)"), Level::Global, Some(9)),
    ];
    for (key, value, level, line) in expected {
        let found = view
            .get(&KeyPath::parse(key).expect("a key"))
            .unwrap_or_else(|error| panic!("{key}: {error:?}"));
        assert_eq!(found.len(), 1, "{key}");
        let (found, source) = (&found[0].value, &found[0].source);
        assert_eq!(
            (found.as_ref(), source.level, source.line),
            (Some(value), *level, *line),
            "{key}"
        );
    }
}

#[test]
fn whether_a_group_is_heard_its_own_entry_decides() {
    let (_dir, view) = view(
        r#"{ channels: { whatsapp: { groups: {
            "*": { enabled: false, requireMention: false },
            "120363000000000001@g.us": {},
        } } } }"#,
    );
    let of = |group: &str, key: &str| {
        let path = format!("channels.whatsapp.groups[\"{group}\"].{key}");
        let mut found = view.get(&KeyPath::parse(&path).expect("a key")).expect("a value");
        let found = found.remove(0);
        (found.value, found.source.level, found.source.path == path)
    };
    let listed = "120363000000000001@g.us";
    assert_eq!(of(listed, "enabled"), (Some(json!(true)), Level::Default, true));
    assert_eq!(
        of(listed, "requireMention"),
        (Some(json!(false)), Level::Root, false)
    );
    let other = "120363000000000002@g.us";
    assert_eq!(of(other, "enabled"), (Some(json!(false)), Level::Root, false));
}

#[test]
fn a_block_is_all_of_its_keys() {
    let (_dir, view) = view(TEXT);
    let block = view
        .get(&KeyPath::parse("channels.whatsapp.accounts.work.pairing").expect("a key"))
        .expect("a block");
    assert_eq!(block.len(), 5);
    let all = view.all();
    assert!(
        all.iter()
            .any(|value| value.path == "channels.whatsapp.accounts.home.dmPolicy")
    );
    assert!(
        all.iter().all(|value| value.path != "channels.whatsapp.dmPolicy"),
        "the root shows in its accounts"
    );
}

#[test]
fn with_no_file_there_are_the_defaults() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = dir.path().join("none.json");
    let view = View::load(&Paths::resolve(Some(dir.path()), Some(&config)).expect("paths")).expect("valid");
    let all = view.all();
    assert!(all.iter().all(|value| value.source.level == Level::Default));
    let policy = all
        .iter()
        .find(|value| value.path == "channels.whatsapp.dmPolicy")
        .expect("a policy");
    assert_eq!(policy.value, Some(json!("pairing")));
}

#[test]
fn a_key_that_is_none_is_told_from_one_that_is_not_there() {
    let (_dir, view) = view(TEXT);
    for (key, near) in [
        ("channels.whatsapp.dmPolicies", "channels.whatsapp.dmPolicy?"),
        ("dmPolicy", "channels.whatsapp.dmPolicy"),
        ("channels.whatsapp.groups.Family", "address of a group"),
        ("channels.whatsapp.dmPolicy.x", "nothing inside"),
    ] {
        let error = view
            .get(&KeyPath::parse(key).expect("a key"))
            .expect_err("no such key");
        assert!(
            matches!(&error, NoValue::Unknown(message) if message.contains(near)),
            "{error:?}"
        );
    }
    for key in [
        "channels.whatsapp.accounts.nobody.mode",
        "channels.whatsapp.allowFrom[7]",
        "channels.whatsapp.accounts.nobody",
    ] {
        let error = view
            .get(&KeyPath::parse(key).expect("a key"))
            .expect_err("not there");
        assert!(matches!(error, NoValue::Absent(_)), "{key}: {error:?}");
    }
}

#[test]
fn variables_of_a_program_show_their_names_alone() {
    let (_dir, view) = view(
        r#"{ agents: { list: [{ id: "a", backend: "command", command: { argv: ["sh"], env: { BOT_KEY: "hunter2" } } }] } }"#,
    );
    let get = |key: &str| {
        let found = view.get(&KeyPath::parse(key).expect("a key")).expect("a value");
        serde_json::to_string(&found[0].value).expect("JSON")
    };
    assert_eq!(get("agents.list.a.command.env.BOT_KEY"), r#""(hidden)""#);
    assert_eq!(get("agents.list[0].command.env"), r#"{"BOT_KEY":"(hidden)"}"#);
    let all = get("agents.list");
    assert!(
        all.contains(r#""argv":["sh"]"#) && !all.contains("hunter2"),
        "{all}"
    );
    let everything = view.all();
    assert!(
        !everything
            .iter()
            .any(|leaf| format!("{leaf:?}").contains("hunter2"))
    );
}
