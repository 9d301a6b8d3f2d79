//! What people do to a gateway, and what `fased doctor` says of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{Fake, StateDir};
use serde_json::Value;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

/// Ends the gateway as a person would.
fn stop(world: &mut World) {
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    assert_eq!(world.take_gateway().ended(Duration::from_secs(10)), 0);
}

/// What `doctor --json` found, with these further words; its exit code has to be this.
fn doctor(state: &StateDir, words: &[&str], code: i32) -> Value {
    let mut all = vec!["doctor", "--json"];
    all.extend(words);
    let answer = state.verb(&all);
    assert_eq!(answer.code, code, "{answer:?}");
    answer.json()
}

/// Findings of one check that are no mere `ok`, each as a whole.
fn of<'a>(answer: &'a Value, check: &str) -> Vec<&'a Value> {
    let findings = answer["findings"].as_array().expect("a list of findings");
    findings
        .iter()
        .filter(|finding| finding["check"] == check && finding["level"] != "ok")
        .collect()
}

/// One finding that says this; it has the shape of all.
fn saying<'a>(answer: &'a Value, words: &str) -> &'a Value {
    let findings = answer["findings"].as_array().expect("a list of findings");
    let found = findings
        .iter()
        .find(|finding| finding["what"].as_str().is_some_and(|what| what.contains(words)))
        .unwrap_or_else(|| panic!("no finding says {words:?}: {answer:#}"));
    for part in ["check", "level", "what", "cause", "next"] {
        assert!(found[part].is_string(), "a finding has {part}: {found}");
    }
    found
}

#[test]
fn a_healthy_gateway_is_all_fine() {
    let world = World::linked("{}");
    let answer = doctor(&world.state, &[], 0);
    let findings = answer["findings"].as_array().expect("a list");
    assert!(
        findings.iter().all(|finding| finding["level"] != "problem"),
        "{answer:#}"
    );
    assert!(saying(&answer, "WhatsApp answers default")["level"] == "ok");
    assert!(saying(&answer, "default is ready")["level"] == "ok");
    let text = world.state.verb(&["doctor"]);
    assert_eq!(text.code, 0, "{text:?}");
    assert!(text.stdout.contains("checks passed"), "{text:?}");
}

#[test]
fn an_empty_state_is_looked_at_and_left_as_it_is() {
    let fake = Fake::start();
    let state = StateDir::with(&fake);
    let answer = doctor(&state, &[], 1);
    saying(&answer, "no gateway runs");
    assert_eq!(saying(&answer, "not linked yet")["next"], "fased channels login");
    doctor(&state, &["--fix", "--yes"], 1);
    assert!(!state.path().exists(), "looking makes no state dir");
}

#[test]
fn broken_modes_are_found_and_mended_with_a_way_back() {
    let mut world = World::linked("{}");
    stop(&mut world);
    let state = &world.state;
    let (store, creds) = (
        state.path().join("fased.db"),
        state.auth_dir("default").join("creds.json"),
    );
    let temp = state.auth_dir("default").join(".tmp-7");
    fs::write(&temp, "half").expect("written");
    for (path, mode) in [
        (state.path(), 0o755),
        (&store, 0o644),
        (&creds, 0o644),
        (&temp, 0o600),
    ] {
        set_mode(path, mode);
    }
    let answer = doctor(state, &[], 1);
    assert_eq!(of(&answer, "permissions").len(), 2, "{answer:#}");
    assert_eq!(
        saying(&answer, "key file of default")["fix"]["action"],
        "file_modes"
    );
    assert_eq!(saying(&answer, "no gateway runs")["next"], "fased gateway run");
    assert_eq!(mode(state.path()), 0o755, "looking changes nothing");

    let unasked = state.verb(&["doctor", "--fix", "--json"]);
    assert_eq!(unasked.code, 2, "nobody was asked: {unasked:?}");
    assert_eq!(mode(state.path()), 0o755, "so nothing was done");

    let answer = doctor(state, &["--fix", "--yes"], 1);
    let fixed = answer["fixed"].as_array().expect("a list of what was done");
    assert!(
        fixed.len() >= 4 && fixed.iter().all(|one| one["done"] == true),
        "{answer:#}"
    );
    assert!(
        of(&answer, "permissions").is_empty() && of(&answer, "auth").is_empty(),
        "{answer:#}"
    );
    assert_eq!(
        (mode(state.path()), mode(&store), mode(&creds)),
        (0o700, 0o600, 0o600)
    );
    assert!(!temp.exists());
    let backup = Path::new(fixed[0]["backup"].as_str().expect("a backup"));
    let undo = fs::read_to_string(backup.join("undo.sh")).expect("a way back");
    assert!(undo.contains("chmod 0644") && undo.contains(".tmp-7"), "{undo}");

    let again = doctor(state, &["--fix", "--yes"], 1);
    assert_eq!(again["fixed"].as_array().map(Vec::len), Some(0), "{again:#}");
    world.start();
    world.until("default", "ready");
}

#[test]
fn beside_a_running_gateway_modes_are_mended_and_nothing_is_moved() {
    let world = World::linked("{}");
    let old = world.state.path().join("run/v1");
    fs::create_dir_all(&old).expect("a folder");
    let socket = old.join("gateway.sock");
    drop(std::os::unix::net::UnixListener::bind(&socket).expect("a socket"));
    set_mode(world.state.path(), 0o755);
    let answer = doctor(&world.state, &["--fix", "--yes"], 1);
    assert_eq!(mode(world.state.path()), 0o700);
    assert!(socket.exists(), "{answer:#}");
    let fixed = answer["fixed"].as_array().expect("a list");
    let refused = fixed
        .iter()
        .find(|one| one["done"] == false)
        .expect("one is left");
    assert!(
        refused["error"]
            .as_str()
            .is_some_and(|error| error.contains("fased gateway stop")),
        "{answer:#}"
    );
    world.until("default", "ready");
}

#[test]
fn damaged_credentials_are_told_by_what_is_left_of_them() {
    let mut world = World::linked("{}");
    stop(&mut world);
    let dir = world.state.auth_dir("default");
    fs::write(dir.join("creds.json"), "{\"noiseKey\":").expect("written");
    let answer = doctor(&world.state, &[], 1);
    assert_eq!(saying(&answer, "creds.json of default")["level"], "warning");
    fs::write(dir.join("creds.last-good.json"), "").expect("written");
    let answer = doctor(&world.state, &[], 1);
    let finding = saying(&answer, "so is its copy");
    assert_eq!(finding["level"], "problem");
    assert!(
        finding["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels login"))
    );
}

#[test]
fn a_config_and_a_store_that_cannot_be_read_are_problems_with_their_place() {
    let fake = Fake::start();
    let mut state = StateDir::with(&fake);
    state.configure("{ channels: { whatsapp: { dmPolicy: 7 } } }");
    fs::create_dir(state.path()).expect("a folder");
    set_mode(state.path(), 0o700);
    let store = state.path().join("fased.db");
    fs::write(&store, "this is no store, and has never been one").expect("written");
    set_mode(&store, 0o600);
    let answer = doctor(&state, &[], 1);
    let config = saying(&answer, "the config is wrong");
    assert!(
        config["cause"]
            .as_str()
            .is_some_and(|cause| cause.contains("fased.json:1:")),
        "{config}"
    );
    assert_eq!(config["next"], "fased config validate");
    let store = saying(&answer, "cannot be read");
    assert!(
        store["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased.db")),
        "{store}"
    );
}

#[test]
fn a_full_disk_is_told() {
    let mut world = World::linked("{}");
    world.state.set("FASED_SIMULATED_FREE_BYTES", "500000");
    let answer = doctor(&world.state, &[], 1);
    let finding = saying(&answer, "only 488 KiB are free");
    assert!(
        finding["next"]
            .as_str()
            .is_some_and(|next| next.contains("df -h")),
        "{finding}"
    );
}

#[test]
fn a_dropped_sender_is_let_in_by_the_command_that_the_symptom_names() {
    let world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    let id = world.fake.send(OWNER, BERT, "hello");
    assert_eq!(world.verdict(&id)["verdict"], "drop");
    let words = ["--symptom", "bot-ignores-dms", "--from", BERT];
    let answer = doctor(&world.state, &words, 1);
    assert_eq!(answer["symptom"], "bot-ignores-dms");
    let finding = saying(&answer, "not_in_allowlist");
    let next = answer["likely"]["next"].as_str().expect("a command");
    assert_eq!(finding["next"], next, "{answer:#}");
    assert!(next.contains("fased config set") && next.contains(BERT), "{next}");
    let whole = doctor(&world.state, &[], 0);
    assert!(saying(&whole, "not_in_allowlist")["level"] == "note", "{whole:#}");
    let text = world
        .state
        .verb(&["doctor", "--symptom", "bot-ignores-dms", "--from", BERT]);
    assert!(text.stdout.contains("most likely:"), "{text:?}");
}

#[test]
fn a_group_that_needs_a_mention_is_told_with_the_command_that_answers_all() {
    let world = World::linked(r#"{ groupPolicy: "open" }"#);
    let group = world.fake.group("pn", &[OWNER, ANNA]);
    let sent = world
        .fake
        .send_with(&serde_json::json!({ "group": group, "from": ANNA, "text": "among us" }))
        .remove(0);
    assert_eq!(world.verdict(&sent)["reason"], "no_mention");
    let words = ["--symptom", "group-replies-missing", "--group", group.as_str()];
    let answer = doctor(&world.state, &words, 1);
    let next = answer["likely"]["next"].as_str().expect("a command");
    assert!(next.contains("fased groups activation"), "{answer:#}");
}

#[test]
fn each_symptom_runs_and_a_wrong_one_lists_them() {
    let world = World::linked("{}");
    for symptom in [
        "qr-login-fails",
        "bot-ignores-dms",
        "group-replies-missing",
        "session-disconnects",
        "messages-duplicate",
    ] {
        let answer = doctor(&world.state, &["--symptom", symptom], 0);
        assert_eq!(answer["symptom"], symptom);
        for part in ["what", "next"] {
            assert!(answer["likely"][part].is_string(), "{answer:#}");
        }
    }
    let wrong = world.state.verb(&["doctor", "--symptom", "no-coffee"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("messages-duplicate"), "{wrong:?}");
}
