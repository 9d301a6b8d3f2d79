//! Several accounts in one gateway do not feel each other.

use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, process, wait_for};
use nix::sys::signal::Signal;
use serde_json::json;

const SECOND: &str = "+15550100005";

fn two() -> World {
    linked(r#"{ a: {}, b: { dmPolicy: "disabled" } }"#)
}

fn two_open() -> World {
    linked("{ a: {}, b: {} }")
}

fn linked(accounts: &str) -> World {
    let mut world = World::new();
    world.configure(&format!(
        r#"{{ dmPolicy: "open", allowFrom: ["*"], reconnect: {{ initialMs: 100, maxMs: 400 }},
              accounts: {accounts} }}"#
    ));
    world.start();
    world.link("a", OWNER);
    world.link("b", SECOND);
    world
}

#[test]
fn two_accounts_follow_their_own_rules_and_one_that_is_unlinked_leaves_the_other_alone() {
    let world = two();
    let to_a = world.fake.send(OWNER, ANNA, "to a");
    let to_b = world.fake.send(SECOND, ANNA, "to b");
    let (in_a, in_b) = (world.verdict(&to_a), world.verdict(&to_b));
    assert_eq!(
        (&in_a["account"], &in_a["reason"]),
        (&json!("a"), &json!("dm_open"))
    );
    assert_eq!(
        (&in_b["account"], &in_b["reason"]),
        (&json!("b"), &json!("dm_disabled"))
    );
    world.until_inbox(OWNER, ANNA, &["to a"]);
    assert!(
        world.fake.inbox(SECOND, ANNA).is_empty(),
        "no answer through the other account"
    );

    let before = world.account("a");
    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": SECOND, "code": 401 }));
    world.until("b", "logged_out");
    let _next = world.fake.send(OWNER, ANNA, "again to a");
    world.until_inbox(OWNER, ANNA, &["to a", "again to a"]);
    let after = world.account("a");
    assert_eq!(
        after["sidecar_pid"], before["sidecar_pid"],
        "the other link was not touched"
    );
    assert_eq!(after["respawns"], before["respawns"]);
    let listed = world.state.json(&["channels", "list"]);
    assert_eq!(listed["accounts"].as_array().map(Vec::len), Some(2));
}

#[test]
fn b8_a_killed_sidecar_is_back_within_ten_seconds_and_nobody_else_notices() {
    let world = two_open();
    let before = world.account("a");
    let _id = world.fake.send(SECOND, BERT, "before");
    world.until_inbox(SECOND, BERT, &["before"]);
    let pid = world.account("b")["sidecar_pid"]
        .as_i64()
        .and_then(|pid| i32::try_from(pid).ok())
        .expect("a pid");
    process::signal(pid, Signal::SIGKILL);
    let killed = now();
    let _waits = world.fake.send(SECOND, BERT, "while it was away");
    let mut texts = Vec::new();
    let mut ready_after = None;
    // The other account's messages are answered one after the other, all the while.
    while ready_after.is_none() || texts.len() < 10 {
        let text = format!("meanwhile {}", texts.len());
        let asked = now();
        let _id = world.fake.send(OWNER, ANNA, &text);
        let answer = [("type", "message"), ("contact", ANNA), ("text", &text)];
        world.fake.wait_after(0, &answer, Duration::from_secs(5));
        assert!(asked.elapsed() < Duration::from_secs(3), "answered as ever");
        texts.push(text);
        let shown = world.account("b");
        if ready_after.is_none() && shown["state"] == "ready" && shown["sidecar_pid"] != json!(pid) {
            ready_after = Some(killed.elapsed());
        }
        assert!(
            ready_after.is_some() || killed.elapsed() < Duration::from_secs(10),
            "b is {shown}"
        );
    }
    eprintln!("ready again after {ready_after:?}");
    world.until_inbox(SECOND, BERT, &["before", "while it was away"]);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    world.until_inbox(OWNER, ANNA, &texts);
    let after = world.account("a");
    assert_eq!(after["sidecar_pid"], before["sidecar_pid"]);
    assert_eq!(after["respawns"], before["respawns"]);
}

#[test]
fn c9_an_account_whose_sidecar_keeps_dying_leaves_the_other_alone() {
    let world = two();
    let before = world.account("a");
    let first = world.account("b")["respawns"].as_u64().expect("a number");
    for round in 0..4 {
        let shown = wait_for("a sidecar of b to kill", PATIENCE, || {
            Some(world.account("b")).filter(|shown| shown["sidecar_pid"].is_i64())
        });
        let pid = shown["sidecar_pid"]
            .as_i64()
            .and_then(|pid| i32::try_from(pid).ok())
            .expect("a pid");
        process::signal(pid, Signal::SIGKILL);
        wait_for("its end is noticed", PATIENCE, || {
            (world.account("b")["sidecar_pid"] != shown["sidecar_pid"]).then_some(())
        });
        let text = format!("round {round}");
        let id = world.fake.send(OWNER, ANNA, &text);
        wait_for("an answer of a", PATIENCE, || {
            world.fake.inbox(OWNER, ANNA).contains(&text).then_some(())
        });
        assert_eq!(world.verdict(&id)["account"], "a");
    }
    let after = world.account("a");
    assert_eq!(after["sidecar_pid"], before["sidecar_pid"]);
    assert_eq!(after["respawns"], before["respawns"]);
    let b = world.until("b", "ready");
    assert!(
        b["respawns"].as_u64().is_some_and(|count| count >= first + 4),
        "b came back by itself: {b}"
    );
}
