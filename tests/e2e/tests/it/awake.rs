//! The host sleeps, or everything stands still for a while: reliability B4.

use std::time::Duration;

use fased_e2e::process::signal;
use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, control, never_within, unix_now, wait_for};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

/// A probe decides within this.
const DECIDED: Duration = Duration::from_secs(15);

/// Stops gateway and sidecar, does something meanwhile, and lets them go on. Longer than the gateway's tick allows.
fn stand_still(world: &World, meanwhile: impl FnOnce(&World)) {
    let slow = std::env::var_os("FASED_SLOW").is_some();
    let span = Duration::from_secs(if slow { 90 } else { 12 });
    let all: Vec<i32> = world
        .state
        .sidecars()
        .into_iter()
        .chain([world.gateway().pid()])
        .collect();
    assert_eq!(all.len(), 2);
    for pid in &all {
        signal(*pid, Signal::SIGSTOP);
    }
    let since = now();
    meanwhile(world);
    wait_for("time passes", span + PATIENCE, || {
        (since.elapsed() >= span).then_some(())
    });
    for pid in &all {
        signal(*pid, Signal::SIGCONT);
    }
}

fn woke_ms(world: &World) -> Value {
    world.state.json(&["gateway", "status"])["gateway"]["woke_ms"].take()
}

#[test]
fn b4_a_link_that_outlived_a_standstill_is_asked_and_kept() {
    let world = World::linked(OPEN);
    let before = world.account("default");
    assert_eq!(woke_ms(&world), Value::Null, "it has not slept");
    let (logins, connections) = (world.logins(OWNER), world.connections());
    stand_still(&world, |world| {
        let _id = world.fake.send(OWNER, ANNA, "good morning");
    });
    wait_for("the probe has decided", DECIDED, || {
        world.state.log().contains("the link lives").then_some(())
    });
    assert!(woke_ms(&world).is_i64(), "and it says when it woke");
    world.until_inbox(OWNER, ANNA, &["good morning"]);
    never_within("a reconnect", Duration::from_secs(5), || {
        world.connections() > connections
    });
    let after = world.account("default");
    assert_eq!(
        (&after["state"], &after["sidecar_pid"], world.logins(OWNER)),
        (&json!("ready"), &before["sidecar_pid"], logins)
    );
    world.answers("still there");
    assert!(world.notices().is_empty());
}

#[test]
fn b4_a_link_that_died_meanwhile_is_replaced_once_and_at_once() {
    let world = World::linked(OPEN);
    let before = world.account("default")["sidecar_pid"].clone();
    let logins = world.logins(OWNER);
    stand_still(&world, |world| {
        world
            .fake
            .fault(&json!({ "kind": "half_open", "account": OWNER }));
    });
    wait_for("the dead link is given up", DECIDED, || {
        (world.account("default")["sidecar_pid"] != before).then_some(())
    });
    wait_for("a new login", PATIENCE, || {
        (world.logins(OWNER) > logins).then_some(())
    });
    world.until("default", "ready");
    world.answers("again");
    assert_eq!(world.logins(OWNER), logins + 1, "one reconnect");
    world.one_connection_at_a_time();
    assert_eq!(world.fake.records("scanned").len(), 1, "and no pairing");
}

/// Eight hours forward, as when a clock is set. Back it cannot be moved here: `clock/asleep/tests.rs` does.
#[test]
fn b4_a_wall_clock_that_is_set_costs_no_link() {
    let mut world = World::new();
    world.configure(OPEN);
    world.state.set("FASED_SIMULATED_CLOCK", "0");
    world.start();
    world.link("default", OWNER);
    let before = world.account("default");
    let connections = world.connections();
    let same = || world.account("default")["sidecar_pid"] == before["sidecar_pid"];
    let advance = json!({ "verb": "clock_advance", "ms": 8 * 3_600_000 });
    let _moved = control::ask(world.state.path(), &advance);
    wait_for("the jump is noticed", PATIENCE, || {
        world.state.log().contains("the wall clock was set").then_some(())
    });
    never_within("a reconnect", Duration::from_secs(8), || {
        world.connections() > connections || !same()
    });
    assert_eq!(woke_ms(&world), Value::Null, "nobody slept");
    // By the clock of the gateway this one is new.
    let later =
        json!({ "to": OWNER, "from": ANNA, "text": "what time is it", "timestamp": unix_now() + 8 * 3_600 });
    let _id = world.fake.send_with(&later);
    world.until_inbox(OWNER, ANNA, &["what time is it"]);
}
