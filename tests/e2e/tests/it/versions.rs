//! WhatsApp refuses a version of its web client: reliability B7.

use std::time::Duration;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{never_within, unix_now};
use serde_json::json;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;
const NEW: &str = "2.3000.1099999999";
const RECOVERY: Duration = Duration::from_secs(30);

/// The version of the newest login, once there is one after this point.
fn version_after(world: &World, seq: u64) -> String {
    let login = world.fake.wait_after(seq, &[("type", "login")], RECOVERY);
    login["version"].as_str().expect("a version").to_owned()
}

#[test]
fn b7_a_refused_version_is_followed_by_one_that_is_accepted() {
    let mut world = World::linked(OPEN);
    let seq = world.fake.seq();
    world
        .fake
        .fault(&json!({ "kind": "client_outdated", "accept": [NEW] }));
    world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
    assert_eq!(version_after(&world, seq), NEW, "the one that WhatsApp serves");
    world.until_within("default", "ready", RECOVERY);
    let refused = world.fake.records_after(seq, "login_refused");
    assert!((1..=2).contains(&refused.len()), "{refused:?}");
    let _id = world.fake.send(OWNER, ANNA, "with the new one");
    world.until_inbox(OWNER, ANNA, &["with the new one"]);

    // The next start needs nothing beyond WhatsApp itself: what was accepted last is remembered.
    world.fake.fault(&json!({ "kind": "sw_js", "status": 503 }));
    let seq = world.fake.seq();
    world.kill_and_start();
    assert_eq!(version_after(&world, seq), NEW, "the last good one");
    world.until_within("default", "ready", RECOVERY);
    assert_eq!(
        world.fake.records_after(seq, "login_refused").len(),
        1,
        "only the pinned one was refused"
    );
    assert!(
        world.fake.records_after(seq, "sw_js").is_empty(),
        "and nobody asked for another"
    );
    let _id = world.fake.send(OWNER, ANNA, "with the last good one");
    world.until_inbox(OWNER, ANNA, &["with the new one", "with the last good one"]);
}

#[test]
fn b7_without_the_script_the_pinned_version_is_used() {
    let mut world = World::linked(OPEN);
    world.fake.fault(&json!({ "kind": "sw_js", "status": 503 }));
    world.kill_and_start();
    world.until_within("default", "ready", RECOVERY);
    assert!(world.fake.records("login_refused").is_empty());
}

/// The link ends, and neither the pinned version nor the one that is served is accepted.
fn all_refused(world: &World) {
    world
        .fake
        .fault(&json!({ "kind": "client_outdated", "accept": [NEW] }));
    world
        .fake
        .fault(&json!({ "kind": "sw_js", "revision": 1_000_000_001 }));
    world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
}

#[test]
fn b7_when_all_are_refused_it_waits_after_three_tries() {
    let world = World::linked(OPEN);
    let seq = world.fake.seq();
    all_refused(&world);
    let shown = world.until_within("default", "client_outdated", RECOVERY);
    let refused = || world.fake.records_after(seq, "login_refused").len();
    let tries = refused();
    assert!((1..=3).contains(&tries), "{tries} tries");
    assert!(
        shown["next"].as_str().is_some_and(|next| next.contains("update")),
        "{shown}"
    );
    never_within("another try", Duration::from_secs(4), || refused() > tries);
    assert_eq!(world.account("default")["state"], "client_outdated");
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());
    let until_ms = shown["until_ms"].as_i64().expect("when it tries again");
    assert!(
        (3_500..=3_600).contains(&(until_ms / 1000 - unix_now())),
        "{shown}"
    );
    let told = world.notices();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn b7_resume_does_not_wait_for_the_hour() {
    let world = World::linked(OPEN);
    all_refused(&world);
    world.until_within("default", "client_outdated", RECOVERY);
    world.fake.fault(&json!({ "kind": "client_outdated" }));
    let _done = world.state.json(&["channels", "resume", "--account", "default"]);
    world.until("default", "ready");
}
