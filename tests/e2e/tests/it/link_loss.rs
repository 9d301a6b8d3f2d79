//! How a link ends and what follows: behaviour §12.

use std::fs;
use std::time::Duration;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Login, PATIENCE, never_within, wait_for};
use serde_json::{Value, json};

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

/// Waits for the login that follows the present one, and for `ready` after it.
fn until_again_ready(world: &World, logins_before: usize, deadline: Duration) -> Value {
    wait_for("the gateway logs in again", deadline, || {
        (world.logins(OWNER) > logins_before).then_some(())
    });
    world.until("default", "ready")
}

fn answers(world: &World, text: &str) {
    let _id = world.fake.send(OWNER, ANNA, text);
    wait_for("an answer", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&text.to_owned())
            .then_some(())
    });
}

#[test]
fn what_can_be_healed_heals_with_one_reconnect_each() {
    let world = World::linked(OPEN);
    let before = world.account("default");
    let faults = [
        (
            "a dropped connection",
            json!({ "kind": "drop", "account": OWNER }),
        ),
        (
            "515 restart required",
            json!({ "kind": "stream_error", "account": OWNER, "code": 515 }),
        ),
        (
            "503 unavailable",
            json!({ "kind": "stream_error", "account": OWNER, "code": 503 }),
        ),
        (
            "500 unknown error",
            json!({ "kind": "stream_error", "account": OWNER, "code": 500 }),
        ),
    ];
    for (round, (name, fault)) in faults.iter().enumerate() {
        let logins = world.logins(OWNER);
        world.fake.fault(fault);
        until_again_ready(&world, logins, Duration::from_secs(15));
        answers(&world, name);
        assert_eq!(
            world.logins(OWNER),
            logins + 1,
            "after {name} one login is enough"
        );
        let respawns = world.account("default")["respawns"].as_u64().expect("a number");
        assert_eq!(
            respawns,
            before["respawns"].as_u64().expect("a number") + round as u64 + 1,
            "after {name}"
        );
    }
    assert!(world.fake.records("scanned").len() == 1, "and no new QR");
}

#[test]
fn b1_a_half_open_connection_is_found_and_replaced() {
    let mut world = World::new();
    world.state.set("FASED_PING_INTERVAL_MS", "500");
    world.configure(OPEN);
    world.start();
    world.link("default", OWNER);
    let logins = world.logins(OWNER);
    world
        .fake
        .fault(&json!({ "kind": "half_open", "account": OWNER }));
    // Not said to be ready any longer than a ping takes to go unanswered.
    wait_for("the account is not ready", Duration::from_secs(20), || {
        (world.account("default")["state"] != "ready").then_some(())
    });
    until_again_ready(&world, logins, PATIENCE);
    answers(&world, "still there");
}

#[test]
fn b6_401_is_final_until_the_phone_is_linked_again() {
    let world = World::linked(OPEN);
    let auth_dir = world.state.auth_dir("default");
    assert!(auth_dir.join("creds.json").is_file());
    let logins = world.logins(OWNER);
    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": OWNER, "code": 401 }));
    let shown = world.until("default", "logged_out");
    assert!(
        shown["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels login")),
        "{shown}"
    );
    wait_for("the auth files are set aside", PATIENCE, || {
        (!auth_dir.join("creds.json").exists()).then_some(())
    });
    let aside: Vec<_> = fs::read_dir(auth_dir.parent().expect("a parent"))
        .expect("the credentials")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| *path != auth_dir && path.join("creds.json").is_file())
        .collect();
    assert_eq!(aside.len(), 1, "set aside, not deleted: {aside:?}");
    never_within("another login", Duration::from_secs(2), || {
        world.logins(OWNER) > logins
    });
    assert_eq!(world.account("default")["sidecar_pid"], Value::Null);
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());

    let login = Login::start(&world.state, "default", &[]);
    world.fake.scan(OWNER, &login.qr());
    for step in ["scanned", "restarting", "linked"] {
        login.expect(step);
    }
    assert_eq!(login.end(), 0);
    world.until("default", "ready");
    answers(&world, "linked again");
}

#[test]
fn b6_403_is_final_too() {
    let world = World::linked(OPEN);
    world
        .fake
        .fault(&json!({ "kind": "login_failure", "account": OWNER, "code": 403, "times": 100 }));
    world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
    world.until("default", "forbidden");
    let refused = world.fake.records("login_refused").len();
    assert_eq!(refused, 1);
    never_within("another login", Duration::from_secs(2), || {
        world.fake.records("login_refused").len() > refused
    });
    assert!(
        !world.state.auth_dir("default").join("creds.json").exists(),
        "the auth files are set aside"
    );
}

#[test]
fn b5_440_steps_back_until_told_to_resume() {
    let world = World::linked(OPEN);
    let logins = world.logins(OWNER);
    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": OWNER, "code": 440 }));
    let shown = world.until("default", "replaced");
    assert!(
        shown["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels login")),
        "{shown}"
    );
    never_within("a reconnect", Duration::from_secs(4), || {
        world.logins(OWNER) > logins
    });
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());
    assert!(
        world.state.auth_dir("default").join("creds.json").is_file(),
        "the credentials stay"
    );

    let resume = Login::start(&world.state, "default", &[]);
    assert_eq!(resume.expect("linked")["phone"], OWNER, "no QR is needed");
    assert_eq!(resume.end(), 0);
    world.until("default", "ready");
    answers(&world, "back again");
}

#[test]
fn an_unreachable_whatsapp_is_tried_again_until_it_answers() {
    let world = World::linked(OPEN);
    world
        .fake
        .fault(&json!({ "kind": "upgrade_http", "status": 503, "times": 3 }));
    let logins = world.logins(OWNER);
    world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
    let waiting = world.until("default", "backing_off");
    assert!(waiting["until_ms"].is_i64(), "it says until when: {waiting}");
    until_again_ready(&world, logins, PATIENCE);
    assert_eq!(world.fake.records("upgrade_refused").len(), 3);
    answers(&world, "reachable again");
}
