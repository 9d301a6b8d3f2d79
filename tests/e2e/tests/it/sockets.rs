//! One socket an account, however often it is asked for: reliability B13.

use std::time::Duration;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Login, PATIENCE, control, never_within, wait_for};
use serde_json::json;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 100, maxMs: 400 } }"#;

/// Asks a running gateway that often to open the link, four at a time.
fn resume(world: &World, times: usize) {
    let request = json!({ "verb": "channels_resume", "account": "default" });
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..times / 4 {
                    let answer = control::ask(world.state.path(), &request);
                    assert_eq!(answer["kind"], "done", "{answer}");
                }
            });
        }
    });
}

#[test]
fn b13_a_thousand_calls_open_no_second_socket() {
    let world = World::linked(OPEN);
    let before = world.account("default");
    let connections = world.connections();
    resume(&world, 1000);
    for _ in 0..5 {
        let login = Login::start(&world.state, "default", &[]);
        login.expect("linked");
        assert_eq!(login.end(), 0);
    }
    never_within("another connection", Duration::from_secs(1), || {
        world.connections() > connections
    });
    let after = world.account("default");
    assert_eq!(after["state"], "ready");
    assert_eq!(after["sidecar_pid"], before["sidecar_pid"]);
    let _id = world.fake.send(OWNER, ANNA, "still the same");
    world.until_inbox(OWNER, ANNA, &["still the same"]);
}

#[test]
fn b13_a_new_socket_opens_only_after_the_end_of_the_old_one() {
    let world = World::linked(OPEN);
    let connections = world.connections();
    for round in 1..=3 {
        let logins = world.logins(OWNER);
        world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
        resume(&world, 200);
        wait_for("the gateway logs in again", PATIENCE, || {
            (world.logins(OWNER) > logins).then_some(())
        });
        resume(&world, 200);
        world.until("default", "ready");
        assert_eq!(world.connections(), connections + round, "one each");
    }
    world.one_connection_at_a_time();
    // Nor does it open before the one that was closed by command has ended.
    let _done = world.state.json(&["channels", "pause"]);
    resume(&world, 400);
    world.until("default", "ready");
    world.one_connection_at_a_time();
    assert_eq!(world.connections(), connections + 4);
}
