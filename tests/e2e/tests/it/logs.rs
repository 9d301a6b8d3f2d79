//! `fased logs`: the gateway's log in files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, StateDir, wait_for};
use serde_json::Value;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"] }"#;

fn messages(shown: &str) -> Vec<String> {
    let lines = shown.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        line["message"].as_str().expect("what is said").to_owned()
    });
    lines.collect()
}

#[test]
fn the_way_of_a_message_is_found_in_the_log_by_what_explain_says() {
    let world = World::linked(OPEN);
    let id = world.fake.send(OWNER, ANNA, "where was this");
    world.until_inbox(OWNER, ANNA, &["where was this"]);
    let explained = world.state.verb(&["explain", &id]).stdout;
    let hash = explained
        .lines()
        .find_map(|line| line.trim().strip_prefix("in the log"))
        .expect("how the log names it")
        .trim()
        .trim_start_matches(':')
        .trim()
        .to_owned();
    let of_message = ["logs", "--message", &hash, "--account", "default", "--json"];
    wait_for("its whole way", PATIENCE, || {
        let found = messages(&world.state.verb(&of_message).stdout);
        let way = ["recorded", "verdict", "a run starts", "a run is done"];
        way.iter()
            .all(|step| found.iter().any(|said| said == step))
            .then_some(())
    });
    let shown = world.state.verb(&["logs", "--message", &hash]).stdout;
    assert!(
        shown.contains(&format!("account=default message={hash} verdict")),
        "{shown}"
    );
    assert!(
        !shown.contains("where was this") && !shown.contains(&ANNA[1..]),
        "neither text nor number: {shown}"
    );
    assert_eq!(world.state.verb(&["logs", "--account", "nobody"]).stdout, "");
    assert_eq!(world.state.verb(&["logs", "-n", "3"]).stdout.lines().count(), 3);
    let file = world.state.path().join("logs/gateway.log");
    let mode = fs::metadata(file).expect("a log").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_comes_is_followed() {
    let world = World::linked(OPEN);
    let shown = world.state.beside("followed");
    let file = fs::File::create(&shown).expect("a file");
    let mut follower = world
        .state
        .fased(&["logs", "--follow", "-n", "1", "--account", "default"])
        .stdout(file)
        .spawn()
        .expect("start fased logs");
    let read = || fs::read_to_string(&shown).unwrap_or_default();
    wait_for("the last line", PATIENCE, || (!read().is_empty()).then_some(()));
    let _done = world.state.json(&["channels", "pause", "--account", "default"]);
    wait_for("what came", PATIENCE, || {
        read().contains("state=suspended").then_some(())
    });
    follower.kill().expect("end it");
    let _ended = follower.wait().expect("its end");
}

#[test]
fn without_files_it_says_where_to_look() {
    let mut state = StateDir::new();
    let error = state.error(&["logs"], 1);
    assert_eq!(error["code"], "not_found", "{error}");
    assert!(
        error["next"]
            .as_str()
            .is_some_and(|next| next.contains("journalctl")),
        "{error}"
    );
    state.configure(r#"{ logging: { toFile: "never" } }"#);
    let gateway = fased_e2e::Gateway::start(&state);
    drop(gateway);
    assert!(!state.path().join("logs").exists());
}

#[test]
fn c6_the_first_refusal_of_a_kind_in_a_chat_is_a_warning_with_the_key_to_change() {
    let world = World::linked(r#"{ dmPolicy: "disabled" }"#);
    for text in ["one", "two"] {
        let id = world.fake.send(OWNER, ANNA, text);
        assert_eq!(world.verdict(&id)["reason"], "dm_disabled");
    }
    let warnings = wait_for("a warning", PATIENCE, || {
        let shown = world.state.verb(&["logs", "--level", "warn", "--json"]).stdout;
        let lines = shown
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let refusals: Vec<Value> = lines
            .filter(|line: &Value| line["reason"] == "dm_disabled")
            .collect();
        (!refusals.is_empty()).then_some(refusals)
    });
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let remedy = warnings[0]["remedy"].as_str().expect("what to change");
    assert!(
        remedy.contains("channels.whatsapp") && remedy.contains("dmPolicy"),
        "{remedy}"
    );
}
