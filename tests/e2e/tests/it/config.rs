//! `fased config …`: exit codes, JSON, and what is on disk afterwards.

use std::fs;

use fased_e2e::StateDir;
use fased_e2e::config_file::{MINE, backup, configured, read};
use serde_json::{Value, json};

#[test]
fn config_path_says_which_file_is_read() {
    let state = StateDir::new();
    let expected = state.path().join("fased.json");
    assert_eq!(
        state.json(&["config", "path"]),
        json!({ "path": expected, "exists": false })
    );
    let (state, file) = configured("{}");
    assert_eq!(
        state.json(&["config", "path"]),
        json!({ "path": file, "exists": true })
    );
    let other = state.verb(&["config", "path", "--config", "/nowhere/x.json"]);
    assert_eq!((other.code, other.stdout.as_str()), (0, "/nowhere/x.json\n"));
}

#[test]
fn config_validate_tells_all_mistakes_and_warnings() {
    let state = StateDir::new();
    let nothing = state.json(&["config", "validate"]);
    assert_eq!(
        (&nothing["valid"], &nothing["errors"], &nothing["warnings"]),
        (&json!(true), &json!([]), &json!([]))
    );

    let (state, file) = configured("{ models: {}, store: {} }");
    let warned = state.json(&["config", "validate"]);
    assert_eq!(
        (&warned["valid"], warned["warnings"].as_array().map(Vec::len)),
        (&json!(true), Some(2))
    );
    let answer = state.verb(&["config", "validate"]);
    assert!(
        answer.code == 0 && answer.stderr.contains("store") && answer.stdout.contains("is valid"),
        "{answer:?}"
    );

    fs::write(
        &file,
        "{\n  channels: { whatsapp: {\n    dmPolicies: 'open',\n    historyLimit: -1 } } }",
    )
    .expect("write");
    let answer = state.verb(&["config", "validate", "--json"]);
    let found = answer.json();
    assert_eq!(
        (answer.code, &found["valid"], &found["path"]),
        (2, &json!(false), &json!(file))
    );
    let errors = found["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 2, "{found}");
    assert_eq!((&errors[0]["line"], &errors[0]["column"]), (&json!(3), &json!(5)));
    assert_eq!(errors[0]["path"], "channels.whatsapp.dmPolicies");
    assert!(
        errors[0]["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("dmPolicy"))
    );
    let answer = state.verb(&["config", "validate"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    assert!(
        answer
            .stderr
            .contains("fased.json:3:5: channels.whatsapp.dmPolicies"),
        "{}",
        answer.stderr
    );
}

#[test]
fn config_get_tells_the_value_and_its_source() {
    let (state, file) = configured(MINE);
    let value = state.json(&["config", "get", "channels.whatsapp.dmPolicy"]);
    let source = json!({ "level": "root", "path": "channels.whatsapp.dmPolicy", "file": file, "line": 5 });
    assert_eq!(
        value,
        json!({ "path": "channels.whatsapp.dmPolicy", "value": "pairing", "source": source })
    );
    let value = state.json(&["config", "get", "channels.whatsapp.historyLimit"]);
    assert_eq!(
        (&value["value"], &value["source"]["level"]),
        (&json!(50), &json!("default"))
    );
    let all = state.json(&["config", "get"]);
    assert!(
        all["values"].as_array().is_some_and(|values| values.len() > 40),
        "{all}"
    );
    let answer = state.verb(&["config", "get", "channels.whatsapp.dmPolicy"]);
    assert!(
        answer.stdout.contains("\"pairing\"") && answer.stdout.contains("fased.json:5"),
        "{answer:?}"
    );
    let error = state.error(&["config", "get", "channels.whatsapp.dmPolicies"], 2);
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| message.contains("dmPolicy?")),
        "{error}"
    );
    assert_eq!(
        state.error(&["config", "get", "channels.whatsapp.accounts.nobody"], 1)["code"],
        "not_found"
    );
}

#[test]
fn config_set_and_unset_keep_comments_and_leave_the_old_file() {
    let (state, file) = configured(MINE);
    let set = state.json(&["config", "set", "channels.whatsapp.dmPolicy", "disabled"]);
    assert_eq!(
        (&set["changed"], &set["line"], &set["backup"]),
        (&json!(true), &json!(5), &json!(backup(&file)))
    );
    assert_eq!(read(&file), MINE.replace("'pairing'", "\"disabled\""));
    assert_eq!(read(&backup(&file)), MINE);

    let add = [
        "config",
        "set",
        "channels.whatsapp.allowFrom",
        "+1 555 010 0002",
        "--append",
    ];
    assert_eq!(state.verb(&add).code, 0);
    assert!(
        read(&file).contains("'+15550100001', // me\n        \"+1 555 010 0002\""),
        "{}",
        read(&file)
    );
    assert_eq!(state.json(&add)["changed"], false);
    assert_eq!(
        state
            .verb(&["config", "unset", "channels.whatsapp.allowFrom", "+15550100002"])
            .code,
        0
    );
    assert_eq!(
        state
            .verb(&["config", "unset", "channels.whatsapp.dmPolicy"])
            .code,
        0
    );
    let value = state.json(&["config", "get", "channels.whatsapp.dmPolicy"]);
    assert_eq!(
        (&value["value"], &value["source"]["level"]),
        (&json!("pairing"), &json!("default"))
    );
    assert!(
        read(&file).contains("// Mine.") && read(&file).contains("// me"),
        "{}",
        read(&file)
    );
    assert_eq!(
        state.json(&["config", "unset", "channels.whatsapp.mode"])["changed"],
        false
    );
}

#[test]
fn config_set_makes_the_file_with_its_folders() {
    let mut state = StateDir::new();
    let file = state.beside("a/b/fased.json");
    state.set("FASED_CONFIG_PATH", &file.display().to_string());
    let set = state.json(&["config", "set", "channels.whatsapp.mode", "personal"]);
    assert_eq!((&set["changed"], &set["backup"]), (&json!(true), &Value::Null));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).expect("made").permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(state.json(&["config", "validate"])["valid"], true);
}

#[test]
fn config_set_refuses_what_would_be_wrong_and_touches_nothing() {
    let (state, file) = configured(MINE);
    for (key, value) in [
        ("channels.whatsapp.dmPolicy", "open"),
        ("channels.whatsapp.dmPolicy", "sometimes"),
        ("channels.whatsapp.allowFrom", "Mum"),
        ("channels.whatsapp.historyLimit", "many"),
        ("channels.whatsapp.accounts.work.reconnect.maxMs", "10"),
    ] {
        assert_eq!(
            state.error(&["config", "set", key, value], 2)["code"],
            "config",
            "{key}"
        );
    }
    for (key, value) in [
        ("channels.whatsapp.dmPolicies", "open"),
        ("channels..whatsapp", "1"),
    ] {
        assert_eq!(
            state.error(&["config", "set", key, value], 2)["code"],
            "usage",
            "{key}"
        );
    }
    assert_eq!(read(&file), MINE);
    assert!(!backup(&file).exists());
}

#[test]
fn config_set_can_mend_a_wrong_config() {
    let (state, file) = configured("{ channels: { whatsapp: { dmPolicy: 'sometimes' } } }");
    assert_eq!(
        state
            .verb(&["config", "set", "channels.whatsapp.dmPolicy", "pairing"])
            .code,
        0
    );
    assert_eq!(
        read(&file),
        "{ channels: { whatsapp: { dmPolicy: \"pairing\" } } }"
    );
    fs::write(&file, "{ channels: {").expect("write");
    let error = state.error(&["config", "set", "channels.whatsapp.dmPolicy", "pairing"], 2);
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| message.contains("fased.json:1:13")),
        "{error}"
    );
    assert_eq!(read(&file), "{ channels: {");
}

#[test]
fn config_schema_is_printed() {
    let state = StateDir::new();
    let schema = state.json(&["config", "schema"]);
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(
        schema["properties"]["channels"]["properties"]["whatsapp"]["properties"]["historyLimit"]["minimum"],
        0
    );
}

#[test]
fn setting_a_key_of_another_account_keeps_the_one_that_was_not_named() {
    let (state, file) = configured(MINE);
    let set = state.verb(&[
        "config",
        "set",
        "channels.whatsapp.accounts.work.dmPolicy",
        "disabled",
    ]);
    assert_eq!(set.code, 0, "{set:?}");
    assert!(set.stderr.contains("the account default"), "it is said: {set:?}");
    let listed = state.json(&["channels", "list"]);
    let accounts = listed["accounts"].as_array().expect("a list");
    let names: Vec<&str> = accounts
        .iter()
        .filter_map(|account| account["account"].as_str())
        .collect();
    assert_eq!(names, ["default", "work"]);
    assert!(read(&file).contains("// for now"), "comments stay");
}

#[test]
fn listing_a_first_group_says_that_the_others_are_not_heard_any_more() {
    let (state, _file) = configured(MINE);
    let key = "channels.whatsapp.groups[\"120363000000000001@g.us\"].requireMention";
    let set = state.verb(&["config", "set", key, "false"]);
    assert_eq!(set.code, 0, "{set:?}");
    assert!(set.stderr.contains("only the groups that are listed"), "{set:?}");
    let others = state.verb(&["config", "set", "channels.whatsapp.groups[\"*\"]", "{}"]);
    assert_eq!((others.code, others.stderr.as_str()), (0, ""), "{others:?}");
}

#[test]
fn a_command_that_is_shown_names_the_files_it_was_asked_about() {
    let state = StateDir::new();
    let elsewhere = state.beside("else where");
    let dir = elsewhere.display().to_string();
    let shown = state.verb(&["--state-dir", &dir, "status"]);
    assert!(
        shown
            .stdout
            .contains(&format!("next: fased --state-dir '{dir}' gateway run")),
        "{shown:?}"
    );
}
