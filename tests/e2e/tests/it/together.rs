//! Quick messages of one sender are answered together (`debounceMs`).

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{never_within, wait_for};
use serde_json::json;

fn waiting(ms: u32) -> World {
    World::linked(&format!(
        r#"{{ dmPolicy: "open", allowFrom: ["*"], debounceMs: {ms} }}"#
    ))
}

#[test]
fn two_quick_texts_are_one_turn_and_each_is_explained_by_it() {
    let world = waiting(1_500);
    let first = world.fake.send(OWNER, ANNA, "hello");
    let second = world.fake.send(OWNER, ANNA, "world");
    let other = world.fake.send(OWNER, BERT, "another chat");
    world.until_inbox(OWNER, ANNA, &["hello\nworld"]);
    world.until_inbox(OWNER, BERT, &["another chat"]);
    let (one, two) = (world.verdict(&first), world.verdict(&second));
    assert_eq!(one["run"]["id"], two["run"]["id"]);
    assert_eq!(one["run"]["answers"], json!([first, second]));
    assert_ne!(world.verdict(&other)["run"]["id"], one["run"]["id"]);
}

#[test]
fn what_cannot_wait_sends_off_what_waits_and_comes_second() {
    let world = waiting(20_000);
    let _first = world.fake.send(OWNER, ANNA, "hello");
    let _second = world.fake.send(OWNER, ANNA, "world");
    let _command = world.fake.send(OWNER, ANNA, "/status");
    world.until_inbox(OWNER, ANNA, &["hello\nworld", "/status"]);
}

#[test]
fn what_waits_outlives_a_kill() {
    let mut world = waiting(1_500);
    let first = world.fake.send(OWNER, ANNA, "hello");
    wait_for("it waits", Duration::from_secs(10), || {
        (world.verdict(&first)["run"]["state"] == "queued").then_some(())
    });
    world.kill_and_start();
    world.until("default", "ready");
    world.until_inbox(OWNER, ANNA, &["hello"]);
    never_within("a second answer", Duration::from_millis(500), || {
        world.fake.inbox(OWNER, ANNA).len() > 1
    });
}
