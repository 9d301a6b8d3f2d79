//! Nobody writes: reliability B3. That a day of it changes nothing is shown where the clock is moved, in
//! `sidecar/test/liveness.test.js`, and in the machine, which waits for nothing then.

use std::time::Duration;

use fased_e2e::wait_for;
use fased_e2e::world::{ANNA, OWNER, World};

#[test]
fn b3_an_account_that_nobody_writes_to_keeps_its_connection() {
    let mut world = World::new();
    // Pings of every 20 s and more only show what quick ones show, but later.
    let (pings, deadline) = if std::env::var_os("FASED_SLOW").is_some() {
        (4, Duration::from_secs(100))
    } else {
        world.state.set("FASED_PING_INTERVAL_MS", "500");
        (15, Duration::from_secs(30))
    };
    world.configure(r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#);
    world.start();
    world.link("default", OWNER);
    let before = world.account("default");
    let connections = world.connections();
    let seq = world.fake.seq();
    wait_for("pings enough", deadline, || {
        (world.fake.records_after(seq, "ping").len() >= pings).then_some(())
    });
    let after = world.account("default");
    assert_eq!(after["state"], "ready");
    for same in ["sidecar_pid", "respawns", "since_ms"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(world.connections(), connections, "0 reconnects");
    assert!(
        world.fake.records_after(seq, "connection_closed").is_empty(),
        "nor was it closed"
    );
    let _id = world.fake.send(OWNER, ANNA, "after the silence");
    world.until_inbox(OWNER, ANNA, &["after the silence"]);
    assert_eq!(world.account("default")["sidecar_pid"], before["sidecar_pid"]);
}
