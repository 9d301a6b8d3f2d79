//! `fased outbox` and `fased directory`.

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use serde_json::json;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], pacing: { firstContact: true, jitterMs: 0 } }"#;

#[test]
fn what_waits_is_listed_taken_back_and_sent_once_more() {
    let world = World::linked(OPEN);
    world.fake.contact(&json!({ "phone": ANNA }));
    let _done = world.state.json(&["channels", "pause", "--account", "default"]);
    let sent = world
        .state
        .json(&["message", "send", "--target", ANNA, "--text", "a secret plan"]);
    assert!(sent["waits_for"].is_string(), "{sent}");
    let id = sent["messages"][0]["message_id"]
        .as_str()
        .expect("an id")
        .to_owned();

    let list = ["outbox", "list", "--state", "queued", "--chat", ANNA];
    let listed = world.state.json(&list);
    assert_eq!(listed["messages"][0]["message_id"], id.as_str(), "{listed}");
    assert!(!listed.to_string().contains("secret plan"), "{listed}");
    let listed = world.state.json(&[&list[..], &["--text"]].concat());
    assert_eq!(listed["messages"][0]["text"], "a secret plan", "{listed}");
    let others = world.state.json(&["outbox", "list", "--chat", BERT]);
    assert_eq!(others["messages"], json!([]));

    let again = world.state.error(&["outbox", "retry", &id], 1);
    assert!(
        again["message"]
            .as_str()
            .is_some_and(|text| text.contains("queued")),
        "{again}"
    );
    let answer = world.state.verb(&["outbox", "cancel", &id, "3EB0FFFFFF"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stdout.contains(&format!("{id}  cancelled")), "{answer:?}");
    assert!(answer.stderr.contains("no message 3EB0FFFFFF"), "{answer:?}");
    let error = world.state.error(&["outbox", "cancel", &id], 1);
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("cancelled")),
        "{error}"
    );

    let retried = world.state.json(&["outbox", "retry", &id]);
    let new = retried["changed"][0]["new_message_id"]
        .as_str()
        .expect("a new id")
        .to_owned();
    assert_ne!(new, id);
    let error = world.state.error(&["outbox", "retry", &id], 1);
    assert_eq!(
        error["message"],
        format!("message {id} was already sent once more as {new}"),
        "{error}"
    );
    let _done = world.state.json(&["channels", "resume", "--account", "default"]);
    world.until_inbox(OWNER, ANNA, &["a secret plan"]);

    let mut world = world;
    world.take_gateway().kill();
    let listed = world.state.json(&["outbox", "list"]);
    assert_eq!(
        listed["messages"].as_array().map(Vec::len),
        Some(2),
        "without a gateway: {listed}"
    );
    let _error = world.state.error(&["outbox", "cancel", &new], 3);
}

#[test]
fn the_directory_names_the_account_and_its_groups() {
    let world = World::linked(OPEN);
    let group = world.fake.group("pn", &[ANNA, BERT, OWNER]);
    let own = world.state.json(&["directory", "self"]);
    assert_eq!(own["accounts"][0]["phone"], OWNER, "{own}");
    assert!(
        own["accounts"][0]["lid"]
            .as_str()
            .is_some_and(|lid| lid.ends_with("@lid")),
        "{own}"
    );
    let groups = world.state.json(&["directory", "groups"]);
    let found = &groups["groups"][0];
    assert_eq!(
        (&found["group"], &found["members"]),
        (&json!(group), &json!(3)),
        "{groups}"
    );
    assert_eq!(
        (&found["announce"], &found["by_lid"]),
        (&json!(false), &json!(false)),
        "{groups}"
    );
    let _done = world.state.json(&["channels", "pause", "--account", "default"]);
    let _error = world.state.error(&["directory", "groups"], 5);
    let own = world.state.json(&["directory", "self", "--account", "default"]);
    assert_eq!(own["accounts"][0]["phone"], OWNER, "{own}");
}
