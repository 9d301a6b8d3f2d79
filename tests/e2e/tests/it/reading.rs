//! Read receipts: senders who are let in hear that they were read, and nobody else does.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, never_within, wait_for};
use serde_json::{Value, json};

fn read(world: &World, id: &str) -> Vec<Value> {
    let receipts = world.fake.records("receipt");
    let of_it = receipts
        .into_iter()
        .filter(|receipt| receipt["id"] == id && receipt["receipt_type"] == "read");
    of_it.collect()
}

fn until_read(world: &World, id: &str) -> Value {
    wait_for(&format!("{id} is marked read"), PATIENCE, || {
        read(world, id).pop()
    })
}

#[test]
fn who_is_let_in_hears_that_they_were_read_and_nobody_else() {
    let world = World::linked(&format!(
        r#"{{ allowFrom: ["{ANNA}"], groupPolicy: "open", historyLimit: 0 }}"#
    ));
    let admitted = world.fake.send(OWNER, ANNA, "hello");
    until_read(&world, &admitted);
    let held = world.fake.send(OWNER, BERT, "hello");
    assert_eq!(world.verdict(&held)["verdict"], "hold");

    let group = world.fake.group("pn", &[ANNA, OWNER]);
    let say = |text: &str, mentions: &[&str]| {
        let said = json!({ "group": group, "from": ANNA, "text": text, "mentions": mentions });
        world.fake.send_with(&said).remove(0)
    };
    let talk = say("nobody in particular", &[]);
    assert_eq!(world.verdict(&talk)["verdict"], "context");
    let asked = say("@you", &[OWNER]);
    let receipt = until_read(&world, &asked);
    assert!(
        receipt["participant"]
            .as_str()
            .is_some_and(|jid| jid.starts_with("15550100002@")),
        "in a group it says whose message was read: {receipt}"
    );
    // WhatsApp takes a receipt for one message as one for those before it, but it names only this one.
    never_within(
        "a receipt for a held or an unanswered message",
        Duration::from_millis(500),
        || !read(&world, &held).is_empty() || !read(&world, &talk).is_empty(),
    );
    let _approved = world.state.json(&["pairing", "approve", "--sender", BERT]);
    until_read(&world, &held);
}

#[test]
fn nobody_hears_it_when_it_is_off_or_the_number_is_personal() {
    for config in [
        r#"{ dmPolicy: "open", allowFrom: ["*"], sendReadReceipts: false }"#,
        r#"{ dmPolicy: "open", allowFrom: ["*"], mode: "personal" }"#,
    ] {
        let world = World::linked(config);
        let id = world.fake.send(OWNER, ANNA, "hello");
        world.until_inbox(OWNER, ANNA, &["hello"]);
        never_within("a read receipt", Duration::from_millis(500), || {
            !read(&world, &id).is_empty()
        });
    }
}
