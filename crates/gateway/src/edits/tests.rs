//! Changes of the config: what is written, what is told, and what is left alone.

use std::fs;

use fased_protocol::control::{AddRequest, ConfigEdit, MAX_EDITS};
use fased_protocol::private::PrivateValue;
use serde_json::{Value, json};

use super::*;
use crate::config::{KeyPath, edit};
use crate::paths::Paths;
use crate::store::GroupRow;

const GROUP: &str = "120363000000000001@g.us";
const OTHER: &str = "120363000000000002@g.us";

fn state(whatsapp: &str) -> (tempfile::TempDir, Paths) {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = Paths::resolve(Some(dir.path()), None).expect("paths");
    fs::write(
        &paths.config,
        format!("{{ channels: {{ whatsapp: {whatsapp} }} }}"),
    )
    .expect("write");
    (dir, paths)
}

fn written(paths: &Paths, key: &str) -> Value {
    let text = fs::read_to_string(&paths.config).expect("the config");
    let key = KeyPath::parse(key).expect("a key");
    edit::written(Some(&text), &key).unwrap_or_default()
}

async fn turn(paths: &Paths) -> Turn {
    Turn::take(paths).await.expect("nobody else changes it")
}

fn seen(account: &str) -> GroupRow {
    GroupRow {
        account: account.to_owned(),
        chat: GROUP.to_owned(),
        messages: 1,
        last_ms: None,
        context: 0,
        activation: None,
    }
}

fn change(key: &str, value: Value) -> ConfigEdit {
    ConfigEdit {
        key: key.to_owned(),
        value: Some(PrivateValue(value)),
        append: false,
        remove: false,
    }
}

#[tokio::test]
async fn a_group_is_let_in_and_nobody_else_is_shut_out() {
    for (before, require_mention, groups) in [
        ("{}", None, json!({ GROUP: {}, "*": {} })),
        (
            "{}",
            Some(false),
            json!({ GROUP: { "requireMention": false }, "*": {} }),
        ),
        ("{ groups: {} }", None, json!({ GROUP: {}, "*": {} })),
        // Nobody was heard, so there is nobody to be kept.
        ("{ groupPolicy: 'disabled' }", None, json!({ GROUP: {} })),
        (
            &format!("{{ groups: {{ '{OTHER}': {{}} }} }}"),
            Some(true),
            json!({ OTHER: {}, GROUP: { "requireMention": true } }),
        ),
        (
            &format!("{{ groups: {{ '{GROUP}': {{ enabled: false, requireMention: false }} }} }}"),
            None,
            json!({ GROUP: { "requireMention": false } }),
        ),
        (
            "{ groups: { '*': { enabled: false } } }",
            None,
            json!({ "*": { "enabled": false }, GROUP: {} }),
        ),
    ] {
        let (_dir, paths) = state(before);
        let told = allow(&paths, turn(&paths).await, &[], None, GROUP, require_mention).expect(before);
        assert!(told.changed, "{before}");
        assert_eq!(written(&paths, "channels.whatsapp.groups"), groups, "{before}");
        let again = allow(&paths, turn(&paths).await, &[], None, GROUP, require_mention).expect(before);
        assert!(
            !again.changed && again.message.contains("nothing to change"),
            "{again:?}"
        );
    }
}

#[tokio::test]
async fn a_group_is_switched_off_and_keeps_its_settings() {
    let (_dir, paths) = state(&format!(
        "{{ groups: {{ '{GROUP}': {{ requireMention: false }} }} }}"
    ));
    let told = block(&paths, turn(&paths).await, &[], None, GROUP).expect("blocked");
    assert!(told.message.contains("is switched off"), "{told:?}");
    assert_eq!(
        written(&paths, "channels.whatsapp.groups"),
        json!({ GROUP: { "requireMention": false, "enabled": false } })
    );
    let (_dir, paths) = state("{ groupPolicy: 'open' }");
    let told = block(&paths, turn(&paths).await, &[], None, GROUP).expect("blocked");
    assert!(
        told.remarks
            .iter()
            .any(|remark| remark.contains("heard as before"))
    );
    assert_eq!(
        written(&paths, "channels.whatsapp.groups"),
        json!({ GROUP: { "enabled": false }, "*": {} })
    );
}

#[tokio::test]
async fn it_is_told_who_is_heard_in_a_group_and_what_changes_it() {
    let many =
        "['+15550100001', '+15550100002', '+15550100003', '+15550100004', '+15550100005', '+15550100006']";
    for (before, words) in [
        ("{ groupPolicy: 'open' }", "everybody there is heard"),
        (
            "{ groupAllowFrom: ['*'] }",
            "everybody there is heard: channels.whatsapp.groupAllowFrom has \"*\"",
        ),
        (
            "{ groupPolicy: 'disabled' }",
            "fased config set channels.whatsapp.groupPolicy allowlist",
        ),
        (
            "{}",
            "nobody is heard there yet: channels.whatsapp.allowFrom names nobody. Add somebody: fased config set \
             'channels.whatsapp.groupAllowFrom[+]' NUMBER",
        ),
        (
            "{ groupAllowFrom: [], allowFrom: ['+15550100001'] }",
            "channels.whatsapp.groupAllowFrom names nobody",
        ),
        ("{ mode: 'personal' }", "nobody but you is heard there yet"),
        (
            "{ mode: 'personal', allowFrom: ['+15550100001'] }",
            "you and those are heard there who are on channels.whatsapp.allowFrom: +15550100001",
        ),
        (
            &format!("{{ groupAllowFrom: {many} }}"),
            "+15550100005 and 1 more",
        ),
        (
            &format!("{{ groups: {{ '{GROUP}': {{ enabled: false, allowFrom: ['+15550100009'] }} }} }}"),
            ".allowFrom: +15550100009",
        ),
        ("{ enabled: false }", "the account is switched off"),
    ] {
        let (_dir, paths) = state(before);
        let told = allow(&paths, turn(&paths).await, &[], None, GROUP, None).expect(before);
        assert!(told.message.contains(words), "{before}: {}", told.message);
    }
    let (_dir, paths) = state("{}");
    let mut row = seen("default");
    row.activation = Some("always".to_owned());
    let told = allow(&paths, turn(&paths).await, &[row], None, GROUP, Some(true)).expect("let in");
    assert!(told.message.contains("wins over the config"), "{told:?}");
}

#[tokio::test]
async fn what_is_changed_for_one_account_is_not_for_others() {
    let shared = format!("{{ groups: {{ '{OTHER}': {{}} }}, accounts: {{ home: {{}}, work: {{}} }} }}");
    let (_dir, paths) = state(&shared);
    let both = [seen("home"), seen("work")];
    let error = allow(&paths, turn(&paths).await, &both, None, GROUP, None).expect_err("which of them?");
    assert_eq!(error.code, ErrorCode::Usage);
    assert!(
        error.message.contains("home, work") && error.next.contains("--account"),
        "{error:?}"
    );

    let told = allow(&paths, turn(&paths).await, &both, Some("work"), GROUP, None).expect("let in");
    assert!(
        told.remarks
            .iter()
            .any(|remark| remark.contains("a list of its own")),
        "{told:?}"
    );
    assert_eq!(written(&paths, "channels.whatsapp.groups"), json!({ OTHER: {} }));
    assert_eq!(
        written(&paths, "channels.whatsapp.accounts.work.groups"),
        json!({ OTHER: {}, GROUP: {} })
    );
    // From now on it is the only one that knows the group.
    let told = block(&paths, turn(&paths).await, &[], None, GROUP).expect("blocked");
    assert!(told.message.contains("for account work"), "{told:?}");
    assert!(told.message.contains("--account work"), "{told:?}");
    let error = block(&paths, turn(&paths).await, &[], Some("nobody"), GROUP).expect_err("no account");
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_no_group_is_told_with_what_to_write() {
    let (_dir, paths) = state("{}");
    for (wrong, next) in [
        ("120363000000000001", "write \"120363000000000001@g.us\""),
        ("the team", "fased groups list"),
        ("*", "fased config set"),
    ] {
        let error = allow(&paths, turn(&paths).await, &[], None, wrong, None).expect_err(wrong);
        assert_eq!(error.code, ErrorCode::Usage, "{wrong}");
        assert!(error.next.contains(next), "{wrong}: {error:?}");
    }
}

#[tokio::test]
async fn several_keys_are_set_together_or_not_at_all() {
    let (_dir, paths) = state("{ allowFrom: ['+15550100001'] /* me */ }");
    let before = fs::read_to_string(&paths.config).expect("the config");
    let list = "channels.whatsapp.allowFrom";
    let wrong = [
        change("channels.whatsapp.historyLimit", json!(10)),
        change("channels.whatsapp.mode", json!("shared")),
    ];
    let error = set(&paths, turn(&paths).await, &wrong).expect_err("wrong");
    assert_eq!(error.code, ErrorCode::Config);
    assert_eq!(fs::read_to_string(&paths.config).expect("the config"), before);
    let add = |value: Value| ConfigEdit {
        append: true,
        ..change(list, value)
    };
    let remove = |value: Value| ConfigEdit {
        remove: true,
        ..change(list, value)
    };
    let edits = [
        add(json!("+15550100002")),
        add(json!(["+15550100003", "+1 555 010 0001"])),
        remove(json!("+15550100002")),
        change("channels.whatsapp.groupAllowFrom", json!("*")),
    ];
    let told = set(&paths, turn(&paths).await, &edits).expect("set");
    assert!(told.changed && told.message.contains("before: "), "{told:?}");
    assert_eq!(written(&paths, list), json!(["+15550100001", "+15550100003"]));
    assert_eq!(written(&paths, "channels.whatsapp.groupAllowFrom"), json!(["*"]));
    let text = fs::read_to_string(&paths.config).expect("the config");
    assert!(text.contains("/* me */"), "{text}");

    let named = set(
        &paths,
        turn(&paths).await,
        &[change("channels.whatsapp.accounts.work.name", json!("Work"))],
    );
    let remarks = named.expect("set").remarks;
    assert!(
        remarks.iter().any(|remark| remark.contains("named now too")),
        "{remarks:?}"
    );
    assert_eq!(written(&paths, "channels.whatsapp.accounts.default"), json!({}));
}

#[tokio::test]
async fn what_was_written_is_told_even_if_the_file_is_wrong_since() {
    let (_dir, paths) = state("{}");
    let edits = [change("channels.whatsapp.historyLimit", json!(10))];
    let made = keys_set::made(&paths, turn(&paths).await, &edits).expect("made");
    fs::write(&paths.config, "{ half of it").expect("write");
    let told = keys_set::report(&paths, made).expect("told");
    assert!(
        told.changed && told.message.contains("historyLimit is set: 10"),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_an_edit_is_refused() {
    let (_dir, paths) = state("{}");
    let list = "channels.whatsapp.allowFrom";
    let none = |append, remove| ConfigEdit {
        key: list.to_owned(),
        value: None,
        append,
        remove,
    };
    let both = ConfigEdit {
        append: true,
        remove: true,
        ..change(list, json!("*"))
    };
    let many = vec![change(list, json!("*")); MAX_EDITS + 1];
    let no_key = [change("channels..whatsapp", json!(1))];
    for edits in [
        &[][..],
        &many,
        &[none(true, false)],
        &[none(false, true)],
        &[both],
        &no_key,
    ] {
        let error = set(&paths, turn(&paths).await, edits).expect_err("no edit");
        assert_eq!(error.code, ErrorCode::Usage, "{error:?}");
    }
}

#[tokio::test]
async fn an_account_is_added_once_with_the_keys_of_its_mode() {
    let (_dir, paths) = state("{}");
    let request = |account: &str, mode: Option<&str>| AddRequest {
        account: account.to_owned(),
        mode: mode.map(str::to_owned),
        name: None,
        dm_policy: None,
        allow_from: vec!["+15550100001".into()],
    };
    let added = add(&paths, turn(&paths).await, &request("mine", Some("personal"))).expect("added");
    assert!(added.kept_default);
    assert!(
        added
            .text(&paths, "in force")
            .ends_with("next: fased channels login --account mine")
    );
    assert_eq!(
        written(&paths, "channels.whatsapp.accounts"),
        json!({
            "mine": { "mode": "personal", "dmPolicy": "allowlist", "allowFrom": ["+15550100001"] },
            "default": {},
        })
    );
    for (request, code) in [
        (request("mine", None), ErrorCode::Refused),
        (request("no id", None), ErrorCode::Usage),
        (request("b", Some("shared")), ErrorCode::Usage),
    ] {
        let error = add(&paths, turn(&paths).await, &request).expect_err("refused");
        assert_eq!(error.code, code, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn changes_wait_for_each_other_and_not_for_ever() {
    let (_dir, paths) = state("{}");
    let first = turn(&paths).await;
    let error = Turn::take(&paths).await.expect_err("it is not its turn");
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert!(error.message.contains("nothing was changed"), "{error:?}");
    let (second, ()) = tokio::join!(Turn::take(&paths), async {
        drop(first);
    });
    second.expect("it is its turn");
}
