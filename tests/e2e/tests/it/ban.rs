//! WhatsApp bans an account for a time: behaviour §12, 402.

use std::time::Duration;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, never_within, unix_now, wait_for};
use serde_json::{Value, json};

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

/// The link ends, and the next login is refused for so long; what is shown then.
fn banned(world: &World, expire_s: Option<u64>) -> Value {
    let mut refusal = json!({ "kind": "login_failure", "account": OWNER, "code": 402, "times": 1 });
    if let Some(expire_s) = expire_s {
        refusal["expire"] = json!(expire_s);
    }
    world.fake.fault(&refusal);
    world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
    let shown = world.until("default", "degraded");
    assert_eq!(shown["reason"], "banned", "{shown}");
    wait_for("its process is gone", PATIENCE, || {
        world.state.sidecars().is_empty().then_some(())
    });
    shown
}

fn seconds_left(shown: &Value) -> i64 {
    shown["until_ms"].as_i64().expect("when it ends") / 1000 - unix_now()
}

fn is_back(world: &World) {
    world.until("default", "ready");
    let _id = world.fake.send(OWNER, ANNA, "after the ban");
    world.until_inbox(OWNER, ANNA, &["after the ban"]);
    assert_eq!(world.fake.records("scanned").len(), 1, "no QR is needed");
}

#[test]
fn a_ban_is_waited_for_and_then_the_account_is_back_by_itself() {
    let world = World::linked(OPEN);
    let shown = banned(&world, Some(20));
    assert!((0..=20).contains(&seconds_left(&shown)), "{shown}");
    let told = world.notices();
    assert_eq!(told.len(), 1, "the owner is told once: {told:?}");
    let connections = world.connections();
    never_within("a try during the ban", Duration::from_secs(3), || {
        world.connections() > connections
    });
    is_back(&world);
    assert_eq!(world.notices().len(), 1);
}

#[test]
fn a_ban_outlives_the_gateway_and_resume_tries_at_once() {
    let mut world = World::linked(OPEN);
    let before = banned(&world, None);
    let day = 86_400;
    assert!((day - 60..=day).contains(&seconds_left(&before)), "{before}");
    let connections = world.connections();
    world.kill_and_start();
    let shown = world.until("default", "degraded");
    assert_eq!(shown["reason"], "banned", "{shown}");
    let (until, was) = (shown["until_ms"].as_i64(), before["until_ms"].as_i64());
    let moved = until.zip(was).map(|(until, was)| (until - was).abs());
    assert!(moved.is_some_and(|ms| ms < 2_000), "it ends when it did: {shown}");
    never_within("a try during the ban", Duration::from_secs(3), || {
        world.connections() > connections
    });
    assert_eq!(world.notices().len(), 1, "and nobody is told again");
    let _done = world.state.json(&["channels", "resume"]);
    is_back(&world);
}
