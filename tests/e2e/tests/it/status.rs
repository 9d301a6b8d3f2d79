//! B11 on the command line: `status`, `channels status`, `status --check` and `health` say the same, and soon.

use std::fs;
use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, StateDir, wait_for};
use serde_json::json;

use super::deaf::wrapped_sidecar;

/// As long as a surface may take to tell the truth.
const WITHIN: Duration = Duration::from_secs(60);

/// The attempts after the first failure are far enough apart for all surfaces to be asked in between.
const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 10000, maxMs: 30000 } }"#;

/// Waits until all surfaces say that the account is in this state, with one and the same reason, and by their exit codes
/// that it is not ready.
fn all_say(world: &World, state: &str) {
    let since = now();
    wait_for(&format!("all surfaces say {state}"), WITHIN, || {
        let health = world.state.verb(&["health", "--json"]);
        let problem = health.json()["problems"].get(0).cloned().unwrap_or_default();
        if (health.code, problem["code"].as_str()) != (5, Some(state)) {
            return None;
        }
        let check = world.state.verb(&["status", "--check"]);
        let status = world.state.json(&["status"]);
        let channels = world.account("default");
        let lines = world.state.verb(&["health"]);
        let text = world.state.verb(&["status"]);
        let sentence = problem["sentence"].as_str().expect("a sentence");
        let same = status["accounts"][0]["sentence"] == sentence
            && status["accounts"][0]["state"] == state
            && status["health"]["problems"][0] == problem
            && channels["sentence"] == sentence
            && channels["state"] == state
            && (check.code, check.stdout.trim()) == (5, &format!("not ready: default {state}"))
            && lines.code == 5
            && lines.stdout.starts_with(&format!("default: {state}: {sentence}"))
            && text.code == 0
            && text.stdout.contains(sentence);
        same.then_some(())
    });
    assert!(since.elapsed() <= WITHIN, "only after {:?}", since.elapsed());
}

/// Nothing gets through to this account's WhatsApp from now on.
fn shut(world: &World) {
    world
        .fake
        .fault(&json!({ "kind": "upgrade_http", "status": 503, "times": 1000 }));
}

#[test]
fn b11_a_dead_socket_is_told_by_every_verb() {
    let mut world = World::new();
    // Pings of every 20 to 25 s only show what pings of every half second show, but later.
    if std::env::var_os("FASED_SLOW").is_none() {
        world.state.set("FASED_PING_INTERVAL_MS", "500");
    }
    world.configure(OPEN);
    world.start();
    world.link("default", OWNER);
    assert_eq!(
        world
            .state
            .verb(&["status", "--wait", "30", "--check"])
            .stdout
            .trim(),
        "ready"
    );
    shut(&world);
    world
        .fake
        .fault(&json!({ "kind": "half_open", "account": OWNER }));
    all_say(&world, "backing_off");
}

#[test]
fn b11_a_deaf_client_is_told_by_every_verb() {
    let mut world = World::new();
    wrapped_sidecar(&mut world);
    world.configure(OPEN);
    world.start();
    world.link("default", OWNER);
    let _id = world.fake.send(OWNER, ANNA, "heard");
    world.until_inbox(OWNER, ANNA, &["heard"]);
    let pid = world.account("default")["sidecar_pid"].to_string();
    shut(&world);
    fs::write(world.state.beside("home/sidecar/deaf"), &pid).expect("make it deaf");
    let _id = world.fake.send(OWNER, ANNA, "not heard");
    all_say(&world, "backing_off");
}

#[test]
fn b11_revoked_credentials_and_a_pause_are_told_by_every_verb() {
    let world = World::linked(OPEN);
    let well = world.state.verb(&["health"]);
    assert_eq!((well.code, well.stdout.trim()), (0, "ok"), "{well:?}");
    assert_eq!(
        world.state.json(&["health"]),
        json!({ "ok": true, "problems": [] })
    );
    let _id = world.fake.send(OWNER, ANNA, "hello");
    world.until_inbox(OWNER, ANNA, &["hello"]);
    wait_for("when it last heard and wrote", PATIENCE, || {
        let shown = world.account("default");
        (shown["last_inbound_ms"].is_i64() && shown["last_outbound_ms"].is_i64()).then_some(())
    });

    let _done = world.state.json(&["channels", "pause", "--account", "default"]);
    all_say(&world, "suspended");
    let waited = world.state.error(&["status", "--wait", "1"], 6);
    assert_eq!(waited["message"], "after 1 s it is not ready: default suspended");

    let _done = world.state.json(&["channels", "resume", "--account", "default"]);
    assert_eq!(world.state.verb(&["status", "--wait", "60"]).code, 0);
    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": OWNER, "code": 401 }));
    all_say(&world, "logged_out");
    let shown = world.state.verb(&["health"]).stdout;
    assert!(shown.contains("next: fased channels login"), "{shown}");
}

#[test]
fn without_a_gateway_nothing_is_well() {
    let state = StateDir::new();
    for words in [&["health"][..], &["status", "--check"]] {
        let answer = state.verb(words);
        assert_eq!(answer.code, 3, "{answer:?}");
        assert!(answer.stdout.contains("no_gateway"), "{answer:?}");
        assert_eq!(answer.stdout.lines().count(), 1, "{answer:?}");
    }
    let health = state.verb(&["health", "--json"]);
    assert_eq!(
        (health.code, health.json()["problems"][0]["code"].as_str()),
        (3, Some("no_gateway"))
    );
    assert_eq!(state.json(&["status"])["health"]["ok"], false);
    assert!(!state.path().exists(), "looking makes no state dir");
}
