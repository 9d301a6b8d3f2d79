//! What scripts decide by: exit codes and errors in JSON.

use std::fs;

use fased_e2e::world::{OWNER, World};
use fased_e2e::{Gateway, StateDir};
use serde_json::json;

#[test]
fn read_verbs_answer_on_an_empty_state_and_change_nothing() {
    let state = StateDir::new();
    let status = state.json(&["status"]);
    assert!(status["gateway"].is_null());
    assert_eq!(status["accounts"][0]["state"], "unlinked", "{status}");
    let accounts = state.json(&["channels", "status"]);
    assert_eq!(accounts["accounts"][0]["account"], "default");
    let listed = state.json(&["channels", "list"]);
    assert_eq!(listed["accounts"].as_array().map(Vec::len), Some(1));
    assert_eq!(state.json(&["pairing", "list"]), json!({ "pending": [] }));
    for words in [
        ["status"].as_slice(),
        &["channels", "status"],
        &["channels", "list"],
        &["pairing", "list"],
        &["verdicts"],
        &["chats"],
        &["messages", "+15550100002"],
    ] {
        let answer = state.verb(words);
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(
            !answer.stdout.trim().is_empty(),
            "an answer for people: {answer:?}"
        );
    }
    assert!(!state.path().exists(), "looking makes no state dir");
}

#[test]
fn what_is_not_there_is_1() {
    let state = StateDir::new();
    assert_eq!(state.error(&["explain", "3EB0NOSUCH"], 1)["code"], "not_found");
    for words in [
        ["channels", "status"].as_slice(),
        &["chats"],
        &["messages", "+15550100002"],
    ] {
        let words = [words, &["--account", "nobody"]].concat();
        assert_eq!(state.error(&words, 1)["code"], "not_found", "{words:?}");
    }
}

#[test]
fn verbs_that_act_say_3_without_a_gateway() {
    let state = StateDir::new();
    for words in [
        ["gateway", "stop"].as_slice(),
        &["gateway", "restart"],
        &["channels", "logout"],
        &["channels", "restart"],
        &["verdicts", "--follow"],
        &["pairing", "approve", "ABCD2345"],
        &["pairing", "deny", "--sender", "+15550100002"],
    ] {
        let error = state.error(words, 3);
        assert_eq!(error["code"], "no_gateway", "{words:?}");
        assert!(
            error["next"]
                .as_str()
                .is_some_and(|next| next.contains("fased gateway run")),
            "{error}"
        );
    }
    let status = state.verb(&["gateway", "status", "--json"]);
    assert_eq!((status.code, status.json()), (3, json!({ "gateway": null })));
}

#[test]
fn wrong_words_are_2() {
    let state = StateDir::new();
    for words in [
        ["gateway"].as_slice(),
        &["nonsense"],
        &["channels", "login", "--channel", "telegram"],
        &["pairing", "approve"],
        &["pairing", "approve", "ABCD2345", "--sender", "+15550100002"],
    ] {
        assert_eq!(state.error(words, 2)["code"], "usage", "{words:?}");
    }
}

#[test]
fn a_wrong_config_is_2_and_names_file_line_and_key() {
    let cases = [
        (
            "{\n  channels: {\n    whatsapp: { dmPolicy: 'sometimes' },\n  },\n}",
            "3",
            "dmPolicy",
        ),
        (
            "{\n  channels: {\n    whatsapp: {\n      dmPolicies: 'open',\n    },\n  },\n}",
            "4",
            "dmPolicies",
        ),
        ("{\n  channels: {\n", "", ""),
        (
            "{\n  channels: { whatsapp: { allowFrom: ['+0123'] } },\n}",
            "",
            "allowFrom[0]",
        ),
        (
            "{\n  channels: { whatsapp: { dmPolicy: 'open' } },\n}",
            "",
            "allowFrom",
        ),
    ];
    for (config, line, key) in cases {
        let mut state = StateDir::new();
        state.configure(config);
        let error = state.error(&["gateway", "run"], 2);
        assert_eq!(error["code"], "config", "{config}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("fased.json"), "the file: {message}");
        assert!(message.contains(key), "the key {key}: {message}");
        if !line.is_empty() {
            assert!(
                message.contains(&format!("line {line}")) || message.contains(&format!(":{line}:")),
                "line {line}: {message}"
            );
        }
        assert_eq!(
            state.error(&["channels", "status"], 2)["code"],
            "config",
            "read verbs say so too"
        );
    }
}

#[test]
fn a_login_to_an_account_that_is_not_configured_is_refused() {
    let state = StateDir::new();
    let gateway = Gateway::start(&state);
    assert_eq!(
        state.error(&["channels", "login", "--account", "nobody"], 1)["code"],
        "not_found"
    );
    assert_eq!(state.verb(&["gateway", "status"]).code, 0, "the gateway goes on");
    drop(gateway);
    assert_eq!(
        state.error(&["channels", "login", "--account", "nobody"], 1)["code"],
        "not_found"
    );
}

#[test]
fn logout_unlinks_on_whatsapps_side_and_sets_the_credentials_aside() {
    let world = World::linked("{}");
    let _done = world.state.json(&["channels", "logout"]);
    assert_eq!(
        world.fake.records("logout").len(),
        1,
        "the phone's list of devices is one shorter"
    );
    assert_eq!(world.account("default")["state"], "unlinked");
    assert!(!world.state.auth_dir("default").join("creds.json").exists());
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());
    let kept = fs::read_dir(world.state.path().join("credentials/whatsapp"))
        .expect("the credentials")
        .count();
    assert_eq!(kept, 2, "the auth dir and what was set aside");
    assert_eq!(world.logins(OWNER), 1);
}
