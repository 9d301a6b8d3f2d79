//! A sidecar that always breaks is not started for ever: reliability B8.

use std::time::Duration;

use fased_e2e::process::signal;
use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, never_within, wait_for};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

const SECOND: &str = "+15550100005";

/// Two accounts; the breaker of the second one tries again after so long.
fn two(retry_ms: u64) -> World {
    let mut world = World::new();
    world.configure(&format!(
        r#"{{ dmPolicy: "open", allowFrom: ["*"], reconnect: {{ initialMs: 100, maxMs: 200 }},
              accounts: {{ a: {{}}, b: {{ supervision: {{ breakerRetryMs: {retry_ms} }} }} }} }}"#
    ));
    world.start();
    world.link("a", OWNER);
    world.link("b", SECOND);
    world
}

/// Kills each sidecar of the account as soon as there is one, so often.
fn kill_often(world: &World, account: &str, times: usize) {
    let mut last = Value::Null;
    for _ in 0..times {
        let pid = wait_for("a sidecar to kill", PATIENCE, || {
            let pid = world.account(account)["sidecar_pid"].take();
            (pid.is_i64() && pid != last).then_some(pid)
        });
        let number = pid.as_i64().and_then(|pid| i32::try_from(pid).ok());
        signal(number.expect("a pid"), Signal::SIGKILL);
        last = pid;
    }
}

/// How long a message to the first account takes to be answered.
fn answered_after(world: &World, text: &str) -> Duration {
    let asked = now();
    let _id = world.fake.send(OWNER, ANNA, text);
    let answer = [("type", "message"), ("contact", ANNA), ("text", text)];
    world.fake.wait_after(0, &answer, PATIENCE);
    asked.elapsed()
}

#[test]
fn b8_five_crashes_open_the_breaker_and_the_other_account_does_not_feel_it() {
    let world = two(300_000);
    let before = world.account("a");
    let usual = (0..3)
        .map(|round| answered_after(&world, &format!("usual {round}")))
        .max()
        .expect("three");
    kill_often(&world, "b", 5);
    let shown = world.until("b", "breaker_open");
    assert!(
        shown["sentence"]
            .as_str()
            .is_some_and(|said| said.contains("unexpectedly")),
        "why: {shown}"
    );
    assert!(
        shown["next"]
            .as_str()
            .is_some_and(|next| next.ends_with("fased channels resume --account b")),
        "{shown}"
    );
    let since = shown["since_ms"].as_i64().expect("since when");
    let until = shown["until_ms"].as_i64().expect("until when");
    assert!((299_000..=301_000).contains(&(until - since)), "{shown}");
    for round in 0..3 {
        let took = answered_after(&world, &format!("meanwhile {round}"));
        assert!(
            took < usual * 3 + Duration::from_secs(1),
            "{took:?}, before {usual:?}"
        );
    }
    let respawns = shown["respawns"].clone();
    never_within("another start", Duration::from_secs(4), || {
        world.account("b")["respawns"] != respawns
    });
    let told = world.notices();
    assert_eq!(told.len(), 1, "the owner is told once: {told:?}");
    let after = world.account("a");
    assert_eq!(
        (&after["sidecar_pid"], &after["respawns"]),
        (&before["sidecar_pid"], &before["respawns"])
    );

    let _done = world.state.json(&["channels", "resume", "--account", "b"]);
    world.until("b", "ready");
    let _id = world.fake.send(SECOND, BERT, "back");
    world.until_inbox(SECOND, BERT, &["back"]);
}

#[test]
fn b8_after_its_time_it_is_tried_again_and_the_owner_is_told_no_more() {
    let world = two(2_000);
    kill_often(&world, "b", 5);
    world.until("b", "breaker_open");
    kill_often(&world, "b", 1);
    wait_for("open again after one more", PATIENCE, || {
        let shown = world.account("b");
        (shown["state"] == "breaker_open" && shown["sidecar_pid"].is_null()).then_some(())
    });
    world.until("b", "ready");
    let _id = world.fake.send(SECOND, BERT, "by itself");
    world.until_inbox(SECOND, BERT, &["by itself"]);
    assert_eq!(world.notices().len(), 1, "{:?}", world.notices());
    assert_eq!(world.account("a")["state"], json!("ready"));
}
