//! `fased channels add` and `remove`: what they write, and what they leave alone.

use std::fs;

use fased_e2e::StateDir;
use fased_e2e::config_file::{MINE, backup, configured, read};
use serde_json::json;

#[test]
fn channels_add_writes_the_keys_of_the_mode_and_keeps_the_default_account() {
    let (state, file) = configured(MINE);
    let added = state.json(&[
        "channels",
        "add",
        "--account",
        "work",
        "--mode",
        "dedicated",
        "--name",
        "Work",
    ]);
    assert_eq!(
        (&added["account"], &added["keptDefault"]),
        (&json!("work"), &json!(true))
    );
    assert_eq!(added["next"], "fased channels login --account work");
    let text = read(&file);
    assert!(text.contains("default: {}") && text.contains("// me"), "{text}");
    let value = |key: &str| {
        state.json(&["config", "get", &format!("channels.whatsapp.accounts.{key}")])["value"].clone()
    };
    assert_eq!(
        (value("work.mode"), value("work.dmPolicy"), value("work.name")),
        (json!("dedicated"), json!("pairing"), json!("Work"))
    );

    let words = [
        "channels",
        "add",
        "--account",
        "mine",
        "--mode",
        "personal",
        "--allow-from",
        "+15550100003",
        "--allow-from",
        "+15550100004",
    ];
    let answer = state.verb(&words);
    assert!(
        answer.code == 0
            && answer
                .stdout
                .contains("next: fased channels login --account mine"),
        "{answer:?}"
    );
    assert_eq!(
        (value("mine.mode"), value("mine.dmPolicy")),
        (json!("personal"), json!("allowlist"))
    );
    assert_eq!(value("mine.allowFrom"), json!(["+15550100003", "+15550100004"]));
    let listed = state.json(&["channels", "list"]);
    assert_eq!(listed["accounts"].as_array().map(Vec::len), Some(3), "{listed}");

    assert_eq!(state.error(&words, 1)["code"], "refused");
    assert_eq!(
        state.error(&["channels", "add", "--account", "Wo rk"], 2)["code"],
        "usage"
    );
    let before = read(&file);
    assert_eq!(
        state.error(&["channels", "add", "--account", "b", "--dm-policy", "open"], 2)["code"],
        "config"
    );
    assert_eq!(
        state.error(&["channels", "add", "--account", "b", "--allow-from", "0171"], 2)["code"],
        "config"
    );
    assert_eq!(read(&file), before);
}

#[test]
fn channels_add_can_name_the_default_account() {
    let state = StateDir::new();
    let added = state.json(&[
        "channels",
        "add",
        "--mode",
        "personal",
        "--allow-from",
        "+15550100003",
    ]);
    assert_eq!(
        (&added["account"], &added["keptDefault"]),
        (&json!("default"), &json!(false))
    );
    assert_eq!(
        state.json(&["channels", "list"])["accounts"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(state.error(&["channels", "add"], 1)["code"], "refused");
}

#[test]
fn channels_remove_takes_the_account_out_and_keeps_its_files() {
    let (state, file) =
        configured("{ channels: { whatsapp: { accounts: { default: {}, /* mine */ work: {} } } } }");
    fs::create_dir_all(state.auth_dir("work")).expect("auth files");
    assert_eq!(
        state.error(&["channels", "remove", "--account", "nobody", "--yes"], 1)["code"],
        "not_found"
    );
    let error = state.error(&["channels", "remove", "--account", "work"], 2);
    assert!(
        error["next"].as_str().is_some_and(|next| next.contains("--yes")),
        "{error}"
    );
    let removed = state.json(&["channels", "remove", "--account", "work", "--yes"]);
    assert_eq!(removed["kept"]["authDir"], json!(state.auth_dir("work")));
    assert!(state.auth_dir("work").exists() && backup(&file).exists());
    assert!(!read(&file).contains("work:"), "{}", read(&file));
    let answer = state.verb(&["channels", "remove", "--account", "default", "--yes"]);
    assert!(
        answer.code == 0 && answer.stdout.contains("no account is left"),
        "{answer:?}"
    );
    assert_eq!(state.json(&["channels", "list"]), json!({ "accounts": [] }));
}

#[test]
fn channels_remove_refuses_the_account_that_is_not_named() {
    let (state, file) = configured(MINE);
    let error = state.error(&["channels", "remove", "--account", "default", "--yes"], 1);
    assert_eq!(error["code"], "refused");
    assert!(
        error["next"]
            .as_str()
            .is_some_and(|next| next.contains("enabled false")),
        "{error}"
    );
    assert_eq!(read(&file), MINE);
}
