//! Processes: one gateway a state dir, one sidecar an auth dir, nobody left behind.

use std::time::Duration;

use fased_e2e::process::sidecars_below;
use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Gateway, PATIENCE, StateDir, wait_for};
use nix::sys::signal::Signal;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

#[test]
fn kill_9_of_the_gateway_leaves_no_sidecar_behind() {
    let mut world = World::linked(OPEN);
    let auth_dir = world.state.auth_dir("default");
    assert_eq!(sidecars_below(&auth_dir).len(), 1, "a sidecar works there");
    world.take_gateway().kill();
    wait_for("the sidecar is gone", Duration::from_secs(2), || {
        sidecars_below(&auth_dir).is_empty().then_some(())
    });
    world.start();
    world.until("default", "ready");
    let _id = world.fake.send(OWNER, ANNA, "alive");
    world.until_inbox(OWNER, ANNA, &["alive"]);
}

#[test]
fn a_gateway_that_was_killed_and_started_again_never_has_two_sidecars() {
    let mut world = World::linked(OPEN);
    let auth_dir = world.state.auth_dir("default");
    for round in 1..=5 {
        world.take_gateway().kill();
        let killed = now();
        wait_for("a service manager's pause", PATIENCE, || {
            (killed.elapsed() >= Duration::from_millis(100)).then_some(())
        });
        world.start();
        wait_for("the account is ready again", PATIENCE, || {
            let there = sidecars_below(&auth_dir);
            assert!(
                there.len() <= 1,
                "round {round}: two sidecars on one auth dir: {there:?}"
            );
            (world.account("default")["state"] == "ready").then_some(())
        });
        let text = format!("round {round}");
        let _id = world.fake.send(OWNER, ANNA, &text);
        wait_for("an answer", PATIENCE, || {
            world.fake.inbox(OWNER, ANNA).contains(&text).then_some(())
        });
    }
    assert_eq!(world.fake.inbox(OWNER, ANNA).len(), 5);
}

#[test]
fn b5_a_second_gateway_gives_way_at_once_and_names_the_first() {
    let state = StateDir::new();
    let first = Gateway::start(&state);
    let error = {
        let answer = state.verb(&["gateway", "run", "--json"]);
        assert_eq!(answer.code, 4, "{answer:?}");
        assert!(answer.took < Duration::from_secs(2), "it took {:?}", answer.took);
        answer.stderr
    };
    assert!(
        error.contains(&format!("pid {}", first.pid())),
        "it names the first one's pid: {error}"
    );
    assert!(error.contains("lease_held"), "{error}");
    assert_eq!(
        state.verb(&["gateway", "status"]).code,
        0,
        "the first one goes on"
    );
}

#[test]
fn a_restart_keeps_the_pid_and_the_account_comes_back() {
    let world = World::linked(OPEN);
    let before = world.state.json(&["gateway", "status"])["gateway"].clone();
    let sidecar = world.account("default")["sidecar_pid"].clone();
    let _done = world.state.json(&["gateway", "restart"]);
    let after = world.state.json(&["gateway", "status"])["gateway"].clone();
    assert_eq!(after["pid"], before["pid"]);
    assert_eq!(after["pid"].as_i64(), Some(i64::from(world.gateway().pid())));
    assert_ne!(after["instance"], before["instance"]);
    let account = world.until("default", "ready");
    assert_ne!(account["sidecar_pid"], sidecar);
    let _id = world.fake.send(OWNER, ANNA, "after the restart");
    world.until_inbox(OWNER, ANNA, &["after the restart"]);
}

#[test]
fn a_restart_into_a_wrong_config_is_refused_and_the_gateway_runs_on() {
    let mut world = World::linked(OPEN);
    let before = world.account("default")["sidecar_pid"].clone();
    world
        .state
        .configure(r#"{ channels: { whatsapp: { dmPolicy: "nope" } } }"#);
    let error = world.state.error(&["gateway", "restart"], 2);
    assert_eq!(error["code"], "config");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("fased.json") && message.contains("dmPolicy"),
        "{message}"
    );
    let account = world.account("default");
    assert_eq!(account["state"], "ready", "{account}");
    assert_eq!(account["sidecar_pid"], before);
}

#[test]
fn stop_returns_when_the_state_dir_is_free() {
    let mut world = World::linked(OPEN);
    let answer = world.state.verb(&["gateway", "stop"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(
        world.state.sidecars(),
        Vec::<i32>::new(),
        "the sidecar is gone by then"
    );
    assert_eq!(
        world.take_gateway().ended(Duration::from_secs(2)),
        0,
        "and the gateway, on its own accord"
    );
    assert_eq!(world.state.verb(&["gateway", "status"]).code, 3);
    // At once, and on the same state dir: nothing holds it any more.
    world.start();
    world.until("default", "ready");
}

#[test]
fn sigterm_ends_the_gateway_as_stop_does() {
    let mut world = World::linked(OPEN);
    let gateway = world.take_gateway();
    gateway.signal(Signal::SIGTERM);
    assert_eq!(gateway.ended(Duration::from_secs(15)), 0);
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());
    let shown = world.account("default");
    assert_eq!(
        shown["state"], "suspended",
        "nothing is ready without a gateway: {shown}"
    );
    assert_eq!(shown["phone"], OWNER, "and what was linked stays linked");
}
