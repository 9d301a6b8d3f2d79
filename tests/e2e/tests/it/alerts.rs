//! The owner is told outside of WhatsApp, at least once and each time under the same id.

use std::fs;
use std::time::Duration;

use fased_e2e::world::{OWNER, World};
use fased_e2e::{PATIENCE, Webhook, never_within, wait_for};
use serde_json::{Value, json};

const WHATSAPP: &str =
    r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;
const SECRET: &str = "a-secret-to-sign-with";

fn config(alerts: &str) -> String {
    format!("{{ channels: {{ whatsapp: {WHATSAPP} }}, alerts: {alerts} }}")
}

fn to(webhook: &Webhook, more: &str) -> String {
    config(&format!(
        "{{ webhook: {{ url: {:?}, headers: {{ Title: \"Fased\" }}, secret: {SECRET:?} }}, {more} }}",
        webhook.url
    ))
}

fn replace(world: &World) {
    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": OWNER, "code": 440 }));
    world.until("default", "replaced");
}

fn alerts(world: &World) -> Value {
    world.state.json(&["status"])["gateway"]["alerts"].take()
}

#[test]
fn b5_a_replaced_link_is_told_once_and_so_is_its_return() {
    let webhook = Webhook::start();
    let world = World::answering(&to(&webhook, "minIntervalSeconds: 0"), &[]);
    assert_eq!(
        webhook.told().len(),
        0,
        "nothing to tell of a start that goes well"
    );
    replace(&world);
    let told = webhook.until(1).remove(0);
    let message = &told.message;
    assert_eq!(message["kind"], "state", "{message}");
    assert_eq!(message["account"], "default");
    assert_eq!(message["state"], "replaced");
    assert!(
        message["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels resume")),
        "{message}"
    );
    assert!(
        message["text"]
            .as_str()
            .is_some_and(|text| !text.is_empty() && !text.contains("Next:"))
    );
    assert!(
        told.head.starts_with("POST /alerts?key=hidden-key HTTP/1.1"),
        "{}",
        told.head
    );
    let id = message["id"].as_str().expect("an id");
    for header in [
        format!("idempotency-key: {id}"),
        "title: fased".to_owned(),
        "content-type: application/json".to_owned(),
        "x-fased-signature: sha256=".to_owned(),
    ] {
        assert!(told.head.contains(&header), "{header}: {}", told.head);
    }
    never_within("another alert", Duration::from_secs(2), || {
        webhook.told().len() > 1
    });

    let _done = world.state.json(&["channels", "resume"]);
    world.until("default", "ready");
    let told = webhook.until(2);
    assert_eq!(told[1].message["kind"], "recovered");
    assert_eq!(told[1].message["state"], "ready");
    assert_ne!(told[1].message["id"], told[0].message["id"]);
    let _done = world.state.json(&["channels", "pause"]);
    let _done = world.state.json(&["channels", "resume"]);
    world.until("default", "ready");
    never_within("an alert of what the owner did", Duration::from_secs(1), || {
        webhook.told().len() > 2
    });
    let log = world.state.log();
    for secret in [SECRET, "hidden-key", &OWNER[1..]] {
        assert!(!log.contains(secret), "the log has {secret}");
        assert!(told.iter().all(|told| !told.body.contains(secret)));
    }
}

#[test]
fn what_is_not_taken_is_told_again_and_status_says_so() {
    let webhook = Webhook::start();
    webhook.answer(&[500, 302]);
    let world = World::answering(&to(&webhook, "minIntervalSeconds: 0"), &[]);
    replace(&world);
    let problem = wait_for("status tells that alerts are not taken", PATIENCE, || {
        let alerts = alerts(&world);
        (alerts["failures"] == 2).then_some(alerts)
    });
    assert_eq!(problem["target"], "webhook");
    assert!(
        problem["problem"]
            .as_str()
            .is_some_and(|said| said.contains("302")),
        "{problem}"
    );
    let told = webhook.until(3);
    assert_eq!(
        told.iter().map(|told| told.status).collect::<Vec<_>>(),
        [500, 302, 204],
        "a redirect is not followed"
    );
    assert!(
        told.iter().all(|one| one.body == told[0].body),
        "the same each time: {told:?}"
    );
    wait_for("status is content again", PATIENCE, || {
        let alerts = alerts(&world);
        (alerts["failures"] == 0 && alerts["problem"] == Value::Null && alerts["last_told_ms"].is_i64())
            .then_some(())
    });
    never_within("a fourth try", Duration::from_secs(1), || {
        webhook.told().len() > 3
    });
}

#[test]
fn an_alert_survives_a_killed_gateway_under_its_id() {
    let webhook = Webhook::start();
    webhook.be_silent(true);
    let mut world = World::answering(&to(&webhook, "minIntervalSeconds: 0"), &[]);
    replace(&world);
    let before = webhook.until(1).remove(0);
    world.take_gateway().kill();
    webhook.be_silent(false);
    world.start();
    let told = webhook.until(2);
    assert_eq!(told[1].message["id"], before.message["id"]);
    assert_eq!(told[1].message["text"], before.message["text"]);
    assert_eq!(told[1].status, 204);
    never_within("a third time", Duration::from_secs(1), || {
        webhook.told().len() > 2
    });
    world.kill_and_start();
    world.until("default", "replaced");
    never_within("again after it was taken", Duration::from_secs(1), || {
        webhook.told().len() > 2
    });
}

#[test]
fn a_burst_is_told_together_and_kinds_can_be_chosen() {
    let webhook = Webhook::start();
    let mut world = World::answering(&to(&webhook, "minIntervalSeconds: 3600"), &[]);
    replace(&world);
    webhook.until(1);
    for _again in 0..2 {
        let _done = world.state.json(&["channels", "resume"]);
        world.until("default", "ready");
        replace(&world);
    }
    never_within("another within the interval", Duration::from_secs(1), || {
        webhook.told().len() > 1
    });
    world.state.configure(&to(&webhook, "minIntervalSeconds: 0"));
    let told = webhook.until(2);
    let message = &told[1].message;
    assert_eq!(message["kind"], "state", "how it is now: {message}");
    assert_eq!(
        message["more"], 3,
        "two recoveries and a state before it: {message}"
    );

    world
        .state
        .configure(&to(&webhook, r#"minIntervalSeconds: 0, on: ["recovered"]"#));
    let _done = world.state.json(&["config", "reload"]);
    let _done = world.state.json(&["channels", "resume"]);
    world.until("default", "ready");
    webhook.until(3);
    replace(&world);
    let _done = world.state.json(&["channels", "resume"]);
    world.until("default", "ready");
    let kinds: Vec<Value> = webhook.until(4)[2..]
        .iter()
        .map(|told| told.message["kind"].clone())
        .collect();
    assert_eq!(kinds, ["recovered", "recovered"]);
}

#[test]
fn a_program_is_told_on_its_stdin() {
    let program =
        "#!/bin/sh\nenv > environment\ncat >> told\ntest -e fail && echo not now >&2 && exit 3\nexit 0\n";
    let mut world = World::new();
    world.state.set("FASED_PRIVATE", "not for programs");
    world.state.program("tell.sh", program);
    world
        .state
        .configure(&config(r#"{ command: ["./tell.sh"], minIntervalSeconds: 0 }"#));
    world.start();
    world.link("default", OWNER);
    let fail = world.state.beside("fail");
    fs::write(&fail, "").expect("write");
    replace(&world);
    let told = || {
        let text = fs::read_to_string(world.state.beside("told")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect::<Vec<Value>>()
    };
    wait_for("status says what the program said", PATIENCE, || {
        let problem = alerts(&world)["problem"].take();
        problem
            .as_str()
            .is_some_and(|said| said.contains("not now"))
            .then_some(())
    });
    fs::remove_file(&fail).expect("remove");
    wait_for("it is taken", PATIENCE, || {
        alerts(&world)["last_told_ms"].is_i64().then_some(())
    });
    let told = told();
    assert!(told.len() >= 2, "{told:?}");
    assert!(
        told.iter()
            .all(|one| one["id"] == told[0]["id"] && one["state"] == "replaced"),
        "{told:?}"
    );
    let environment = fs::read_to_string(world.state.beside("environment")).expect("what it saw");
    assert!(!environment.contains("FASED_PRIVATE"), "{environment}");
}

#[test]
fn a_trial_says_what_came_back() {
    let webhook = Webhook::start();
    let mut world = World::new();
    let nobody = world.state.error(&["alerts", "test"], 1);
    assert!(
        nobody["message"]
            .as_str()
            .is_some_and(|said| said.contains("alerts.webhook")),
        "{nobody}"
    );
    world.state.configure(&to(&webhook, ""));
    let taken = world.state.json(&["alerts", "test"]);
    assert_eq!(
        (&taken["taken"], &taken["target"]),
        (&json!(true), &json!("webhook"))
    );
    let told = webhook.told();
    assert_eq!(told[0].message["kind"], "test");
    assert_eq!(told[0].message["id"], taken["id"]);
    webhook.answer(&[418]);
    let refused = world.state.error(&["alerts", "test"], 1);
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|said| said.contains("418")),
        "{refused}"
    );
    assert!(
        refused["next"]
            .as_str()
            .is_some_and(|next| next.contains("alerts.webhook"))
    );
    for wrong in [
        r#"{ webhook: { url: "ftp://hunter2.example" } }"#,
        r#"{ webhook: { url: "http://a.example" }, command: ["true"] }"#,
        r#"{ webhook: { url: "http://a.example", headers: { "a b": "hunter2" } } }"#,
        r#"{ command: [] }"#,
        r#"{ command: ["true"], on: ["stat"] }"#,
    ] {
        world.state.configure(&config(wrong));
        let error = world.state.error(&["alerts", "test"], 2);
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
