//! Does the gateway grow by what happens again and again? Reliability B12, in small; with `FASED_SLOW` set, in full.

use std::path::Path;
use std::time::Duration;

use fased_e2e::process::{made_kib, resident_kib};
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Gateway, PATIENCE, control, journal, wait_for};
use serde_json::{Value, json};

use crate::broken_sidecar::{good, playing};

/// Each one as short as it may be.
const RECONNECT: &str = "reconnect: { initialMs: 10, maxMs: 10, factor: 1, jitter: 0 }";
/// What is loaded once is there after so many.
const WARM: u64 = 5;

fn slow() -> bool {
    std::env::var_os("FASED_SLOW").is_some()
}

fn account(state_dir: &Path) -> Value {
    let request = json!({ "verb": "channels_status", "account": null });
    control::ask(state_dir, &request)["accounts"][0].clone()
}

/// Memory in KiB: all that is there, and what of it the gateway has made.
#[derive(Debug, Clone, Copy)]
struct Memory {
    resident: u64,
    made: u64,
}

fn memory(gateway: i32) -> Memory {
    Memory {
        resident: resident_kib(gateway),
        made: made_kib(gateway),
    }
}

/// What it makes meanwhile is at most a twentieth of all that was there. What is under way just now may need some for a
/// moment. Pages of its program do not count: they are let go of now and then, and come back when they are needed.
fn grows_little(gateway: i32, before: Memory) {
    assert!(before.made > 0, "{before:?}");
    let most = before.made + before.resident / 20;
    let mut after = before;
    wait_for("memory is back to what it was", PATIENCE, || {
        after = memory(gateway);
        (after.made <= most).then_some(())
    });
    eprintln!("{before:?} became {after:?}");
}

/// Drops the link that often, each time once it is ready.
fn reconnect(world: &World, times: u64) {
    let state_dir = world.state.path();
    for _ in 0..times {
        let before = account(state_dir);
        world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
        wait_for("another process is ready", PATIENCE, || {
            let shown = account(state_dir);
            (shown["state"] == "ready" && shown["sidecar_pid"] != before["sidecar_pid"]).then_some(())
        });
    }
}

#[test]
fn b12_reconnects_of_a_real_sidecar_do_not_make_the_gateway_grow() {
    let times = if slow() { 1_000 } else { 25 };
    let world = World::linked(&format!(
        r#"{{ dmPolicy: "open", allowFrom: ["*"], {RECONNECT} }}"#
    ));
    let gateway = world.gateway().pid();
    reconnect(&world, WARM);
    let before = memory(gateway);
    reconnect(&world, times);
    grows_little(gateway, before);
    // The login has had its own.
    let respawns = account(world.state.path())["respawns"]
        .as_u64()
        .expect("a number");
    assert!(respawns >= WARM + times, "{respawns} of {times}");
    let _id = world.fake.send(OWNER, ANNA, "after all of it");
    world.until_inbox(OWNER, ANNA, &["after all of it"]);
}

#[test]
fn b12_reconnects_of_a_played_sidecar_do_not_make_the_gateway_grow() {
    let times = if slow() { 10_000 } else { 150 };
    let mut short = good();
    short.pop();
    short.push(json!({ "say": { "kind": "closed", "reason": "lost", "status": 428, "text": "played" } }));
    let mut state = playing(&json!([short]));
    state.configure(&format!("{{ channels: {{ whatsapp: {{ {RECONNECT} }} }} }}"));
    let gateway = Gateway::start(&state);
    let until_respawns = |count: u64| {
        // Fifty milliseconds for each are plenty, but for a machine that does much else.
        wait_for("reconnects enough", Duration::from_secs(30 + count / 2), || {
            account(state.path())["respawns"]
                .as_u64()
                .filter(|respawns| *respawns >= count)
        });
    };
    until_respawns(10 * WARM);
    let before = memory(gateway.pid());
    until_respawns(10 * WARM + times);
    grows_little(gateway.pid(), before);
}

#[test]
fn b12_messages_do_not_make_the_gateway_grow() {
    const AT_ONCE: usize = 500;
    let chunks = if slow() { 200 } else { 2 };
    // They are taken in and judged, and nothing follows.
    let world = World::linked(r#"{ dmPolicy: "disabled" }"#);
    let gateway = world.gateway().pid();
    let take_in = |chunks: usize| {
        let all = journal::inbound_count(world.state.path()) + chunks * AT_ONCE;
        for _ in 0..chunks {
            let texts = json!({ "to": OWNER, "from": ANNA, "text": "again", "count": AT_ONCE });
            assert_eq!(world.fake.send_with(&texts).len(), AT_ONCE);
            wait_for("they are taken in", Duration::from_secs(60), || {
                (world.fake.queue_length(OWNER) == 0).then_some(())
            });
        }
        wait_for("they are judged", PATIENCE, || {
            let counts = account(world.state.path())["inbound"].clone();
            let undecided = counts
                .as_array()?
                .iter()
                .find(|count| count["name"] == "undecided");
            undecided.is_none_or(|count| count["count"] == 0).then_some(())
        });
        assert_eq!(journal::inbound_count(world.state.path()), all, "each once");
    };
    take_in(2);
    let before = memory(gateway);
    take_in(chunks);
    grows_little(gateway, before);
}
