//! How a link ends and what follows: behaviour §12.

use std::fs;
use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Login, PATIENCE, journal, never_within, wait_for};
use serde_json::{Value, json};

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

/// Waits for the login that follows the present one, and for `ready` after it.
fn until_again_ready(world: &World, logins_before: usize, deadline: Duration) -> Value {
    wait_for("the gateway logs in again", deadline, || {
        (world.logins(OWNER) > logins_before).then_some(())
    });
    world.until("default", "ready")
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
        world.answers(name);
        assert_eq!(
            world.logins(OWNER),
            logins + 1,
            "after {name} one login is enough"
        );
        world.one_connection_at_a_time();
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
    // Pings of every 20 to 25 s only show what pings of every half second show, but later.
    if std::env::var_os("FASED_SLOW").is_none() {
        world.state.set("FASED_PING_INTERVAL_MS", "500");
    }
    world.configure(OPEN);
    world.start();
    world.link("default", OWNER);
    let logins = world.logins(OWNER);
    world
        .fake
        .fault(&json!({ "kind": "half_open", "account": OWNER }));
    let since = now();
    wait_for("the account is not ready", Duration::from_secs(60), || {
        (world.account("default")["state"] != "ready").then_some(())
    });
    until_again_ready(&world, logins, Duration::from_secs(60));
    assert!(
        since.elapsed() <= Duration::from_secs(60),
        "replaced after {:?}",
        since.elapsed()
    );
    world.answers("still there");
    world.one_connection_at_a_time();
}

/// What ends for good: said plainly, tried no more, the files kept aside; and after the phone was
/// linked again, an answer that waited goes out once.
fn is_final(state: &str, faults: &[Value]) {
    let world = World::linked(
        r#"{ dmPolicy: "pairing", pairing: { silent: true }, reconnect: { initialMs: 200, maxMs: 1000 } }"#,
    );
    let auth_dir = world.state.auth_dir("default");
    let creds = fs::read(auth_dir.join("creds.json")).expect("the credentials");
    let held = world.fake.send(OWNER, ANNA, "waiting for you");
    assert_eq!(world.verdict(&held)["verdict"], "hold");
    let refusals = || world.fake.records("login_refused").len();
    for fault in faults {
        world.fake.fault(fault);
    }

    let shown = world.until("default", state);
    assert!(
        shown["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels login")),
        "the command to link again: {shown}"
    );
    let sentence = shown["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("set aside"), "what happened: {sentence}");
    let told = world.notices();
    assert_eq!(told.len(), 1, "the owner is told once: {told:?}");
    assert!(told[0].contains("fased channels login"), "{told:?}");
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
    let kept: Value = serde_json::from_slice(&fs::read(aside[0].join("creds.json")).expect("a file"))
        .expect("credentials that can be read");
    let before: Value = serde_json::from_slice(&creds).expect("credentials that can be read");
    assert_eq!(kept["registrationId"], before["registrationId"], "the same ones");
    assert!(refusals() <= 1, "one refusal is enough");
    let connections = world.connections();
    never_within("another try", Duration::from_secs(2), || {
        world.connections() > connections
    });
    assert_eq!(world.account("default")["sidecar_pid"], Value::Null);
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());

    // An answer is made while nothing can be sent.
    let _approved = world.state.json(&["pairing", "approve", "--sender", ANNA]);
    wait_for("an answer waits", PATIENCE, || {
        let waiting = journal::outbound(world.state.path());
        waiting.iter().any(|row| row.state == "queued").then_some(())
    });
    world.fake.fault(&json!({ "kind": "clear" }));
    let login = Login::start(&world.state, "default", &[]);
    world.fake.scan(OWNER, &login.qr());
    for step in ["scanned", "restarting", "linked"] {
        login.expect(step);
    }
    assert_eq!(login.end(), 0);
    world.until("default", "ready");
    world.until_inbox(OWNER, ANNA, &["waiting for you"]);
    world.answers("linked again");
    assert_eq!(
        world.fake.inbox(OWNER, ANNA),
        ["waiting for you", "linked again"],
        "what waited goes out once"
    );
    assert_eq!(world.fake.state()["accounts"][OWNER]["duplicates_dropped"], 0);
    assert_eq!(world.notices().len(), 1, "and no more was to be told");
}

fn refused_with(code: u16) -> [Value; 2] {
    [
        json!({ "kind": "login_failure", "account": OWNER, "code": code, "times": 100 }),
        json!({ "kind": "drop", "account": OWNER }),
    ]
}

#[test]
fn b6_401_is_final_until_the_phone_is_linked_again() {
    let removed = json!({ "kind": "stream_error", "account": OWNER, "code": 401 });
    is_final("logged_out", &[removed]);
}

#[test]
fn b6_401_at_the_login_is_final_too() {
    is_final("logged_out", &refused_with(401));
}

#[test]
fn b6_403_is_final_until_the_phone_is_linked_again() {
    is_final("forbidden", &refused_with(403));
}

#[test]
fn b6_406_is_final_until_the_phone_is_linked_again() {
    is_final("forbidden", &refused_with(406));
}

#[test]
fn b6_411_is_final_until_the_phone_is_linked_again() {
    is_final("forbidden", &refused_with(411));
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
            .is_some_and(|next| next.contains("fased channels resume")),
        "{shown}"
    );
    let connections = world.connections();
    // The wait of a link that heals is 0.2 to 1 s here.
    never_within("a reconnect", Duration::from_secs(8), || {
        world.connections() > connections
    });
    assert_eq!(world.account("default")["state"], "replaced");
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());
    assert!(
        world.state.auth_dir("default").join("creds.json").is_file(),
        "the credentials stay"
    );
    let told = world.notices();
    assert_eq!(told.len(), 1, "the owner is told once: {told:?}");
    assert!(told[0].contains("fased channels resume"), "{told:?}");

    let _done = world.state.json(&["channels", "resume"]);
    until_again_ready(&world, logins, PATIENCE);
    world.answers("back again");
    assert_eq!(world.logins(OWNER), logins + 1);
    assert!(world.fake.records("scanned").len() == 1, "no QR is needed");
    assert_eq!(world.notices().len(), 1);
}

#[test]
fn a_login_brings_a_replaced_account_back_without_a_code() {
    let world = World::linked(OPEN);
    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": OWNER, "code": 440 }));
    world.until("default", "replaced");
    let resume = Login::start(&world.state, "default", &[]);
    assert_eq!(resume.expect("linked")["phone"], OWNER, "no QR is needed");
    assert_eq!(resume.end(), 0);
    world.until("default", "ready");
    world.answers("back again");
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
    world.answers("reachable again");
}
