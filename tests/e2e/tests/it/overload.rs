//! A gateway that does not read for a while: reliability B10.

use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, journal, wait_for};
use nix::sys::signal::Signal;
use serde_json::json;

const DISABLED: &str = r#"{ dmPolicy: "disabled", reconnect: { initialMs: 200, maxMs: 1000 } }"#;

/// Linked; the time between pings is the real one, or this.
fn linked(ping_interval_ms: Option<&str>) -> World {
    let mut world = World::new();
    if let Some(ms) = ping_interval_ms {
        world.state.set("FASED_PING_INTERVAL_MS", ms);
    }
    world.configure(DISABLED);
    world.start();
    world.link("default", OWNER);
    world
}

fn backlog(world: &World, count: usize) -> Vec<String> {
    let message = json!({ "to": OWNER, "from": ANNA, "text": "backlog", "count": count });
    world.fake.send_with(&message)
}

fn journaled(world: &World) -> Vec<String> {
    let rows = journal::inbound(world.state.path()).into_iter();
    rows.map(|row| row.message_id).collect()
}

/// All of them, in order.
fn until_journaled(world: &World, ids: &[String]) {
    wait_for("the journal has them all", Duration::from_secs(90), || {
        (journal::inbound_count(world.state.path()) >= ids.len() && world.fake.queue_length(OWNER) == 0)
            .then_some(())
    });
    assert_eq!(journaled(world), ids, "each once and in order");
}

#[test]
fn b10_while_the_gateway_does_not_read_pings_go_on_and_nothing_is_acknowledged() {
    // For a minute with real pings, or a few seconds with quick ones.
    let (interval, pings, span) = match std::env::var_os("FASED_SLOW") {
        Some(_) => (None, 2, Duration::from_secs(60)),
        None => (Some("1000"), 4, Duration::from_secs(5)),
    };
    let world = linked(interval);
    let connections = world.connections();
    world.gateway().signal(Signal::SIGSTOP);
    let stopped = now();
    let mark = world.fake.seq();
    let ids = backlog(&world, 60);
    let (first, last) = (ids[0].as_str(), ids[59].as_str());
    world
        .fake
        .wait_after(mark, &[("type", "delivered"), ("id", last)], PATIENCE);
    wait_for("pings go on", span + PATIENCE, || {
        let pinged = world.fake.records_after(mark, "ping").len();
        (pinged >= pings && stopped.elapsed() >= span).then_some(())
    });
    assert_eq!(world.connections(), connections, "by the same link");
    assert_eq!(
        world.fake.records_after(mark, "receipt").len(),
        0,
        "{first} waits for its ack"
    );
    assert_eq!(journal::inbound_count(world.state.path()), 0);
    world.gateway().signal(Signal::SIGCONT);
    until_journaled(&world, &ids);
    assert_eq!(world.connections(), connections, "by the same link");
    world.until("default", "ready");
}

#[test]
fn b10_too_much_behind_one_message_ends_the_link_and_loses_nothing() {
    let world = linked(None);
    world.gateway().signal(Signal::SIGSTOP);
    let mark = world.fake.seq();
    // One awaits its ack, and 2,000 may wait behind it.
    let ids = backlog(&world, 2_100);
    let closed = world
        .fake
        .wait_after(mark, &[("type", "connection_closed")], Duration::from_secs(90));
    let acknowledged = world.fake.records_after(mark, "receipt,client_ack");
    let is_one = |record: &&serde_json::Value| ids.iter().any(|id| record["id"] == id.as_str());
    assert_eq!(
        acknowledged.iter().filter(is_one).count(),
        0,
        "nothing is acknowledged"
    );
    assert_eq!(
        closed["by"], "client",
        "it was the sidecar that gave up: {closed}"
    );
    world.gateway().signal(Signal::SIGCONT);
    until_journaled(&world, &ids);
    world.until("default", "ready");
    assert!(world.state.log().contains("Overloaded"), "and said why");
}
