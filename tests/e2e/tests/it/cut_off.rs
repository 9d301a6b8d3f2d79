//! Killed at one certain point of sending: before a message is written, and after, before it is acknowledged.

use fased_e2e::process::signal;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, journal, wait_for};
use nix::sys::signal::Signal;
use serde_json::json;

/// Long enough to freeze the sidecar between a message and its answer.
const LATER: &str = r#"{
    dmPolicy: "open", allowFrom: ["*"], debounceMs: 2000, reconnect: { initialMs: 200, maxMs: 1000 }
}"#;

fn states(world: &World) -> Vec<String> {
    let rows = journal::outbound(world.state.path());
    rows.into_iter().map(|row| row.state).collect()
}

/// The sidecar dies; the answer arrives once all the same, and its fate is known. The fake's contacts drop what they
/// have already, as phones do: so often.
fn arrives_once(world: &World, text: &str, dropped: u64) {
    signal(world.state.sidecars()[0], Signal::SIGKILL);
    wait_for("the fate of the answer is known", PATIENCE, || {
        let states = states(world);
        let known = |state: &String| ["server_ack", "delivered", "read"].contains(&state.as_str());
        (states.len() == 1 && states.iter().all(known)).then_some(())
    });
    assert_eq!(world.fake.inbox(OWNER, ANNA), [text]);
    let counted = world.fake.state()["accounts"][OWNER]["duplicates_dropped"].as_u64();
    assert_eq!(counted, Some(dropped));
}

#[test]
fn a6_an_answer_that_was_about_to_be_written_arrives_once() {
    let world = World::linked(LATER);
    let id = world.fake.send(OWNER, ANNA, "before");
    let _verdict = world.verdict(&id);
    // Frozen it reads nothing, so the answer gets no further than into the pipe.
    signal(world.state.sidecars()[0], Signal::SIGSTOP);
    wait_for("the answer is on its way", PATIENCE, || {
        (states(&world) == ["sending"]).then_some(())
    });
    arrives_once(&world, "before", 0);
}

#[test]
fn a6_an_answer_that_was_written_and_not_acknowledged_arrives_once() {
    let world = World::linked(LATER);
    for fault in [
        json!({ "kind": "acks", "account": OWNER, "mode": "drop", "count": 1 }),
        json!({ "kind": "receipts_from_contacts", "account": OWNER, "mode": "none" }),
    ] {
        world.fake.fault(&fault);
    }
    let _id = world.fake.send(OWNER, ANNA, "after");
    world.until_inbox(OWNER, ANNA, &["after"]);
    let states = states(&world);
    assert!(["sending", "written"].contains(&states[0].as_str()), "{states:?}");
    arrives_once(&world, "after", 1);
}
