//! Direct messages, in and out.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, journal, wait_for};
use serde_json::json;

#[test]
fn direct_messages_go_both_ways_by_number_and_by_hidden_id() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    world.fake.contact(&json!({ "phone": BERT, "addressing": "lid" }));

    let by_number = world.fake.send(OWNER, ANNA, "hello from a number");
    let by_hidden_id = world.fake.send(OWNER, BERT, "hello from a hidden id");
    world.until_inbox(OWNER, ANNA, &["hello from a number"]);
    world.until_inbox(OWNER, BERT, &["hello from a hidden id"]);

    for (id, sender) in [(&by_number, ANNA), (&by_hidden_id, BERT)] {
        let message = world.verdict(id);
        assert_eq!(message["verdict"], "admit");
        assert_eq!(message["reason"], "dm_open");
        assert_eq!(
            message["sender"], sender,
            "shown by number, which both stanzas carried"
        );
        assert_eq!(message["run"]["state"], "ok");
        assert_eq!(message["run"]["attempts"], 1);
    }
    let settled = wait_for("both answers are delivered", PATIENCE, || {
        let rows = journal::outbound(world.state.path());
        rows.iter().all(|row| row.state == "delivered").then_some(rows)
    });
    assert_eq!(settled.len(), 2, "one answer each");
    for id in [&by_number, &by_hidden_id] {
        let record = world
            .fake
            .wait_after(0, &[("type", "receipt"), ("id", id)], Duration::from_secs(5));
        assert_eq!(record["account"], OWNER);
    }
}

#[test]
fn the_same_person_is_one_person_under_number_and_hidden_id() {
    let world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    let _first = world.fake.send(OWNER, ANNA, "by number");
    world.until_inbox(OWNER, ANNA, &["by number"]);
    world.fake.contact(&json!({ "phone": ANNA, "addressing": "lid" }));
    let second = world.fake.send(OWNER, ANNA, "by hidden id");
    world.until_inbox(OWNER, ANNA, &["by number", "by hidden id"]);
    assert_eq!(world.verdict(&second)["reason"], "dm_listed");
}

#[test]
fn an_error_in_an_ack_is_shown_with_its_code() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    world
        .fake
        .fault(&json!({ "kind": "acks", "account": OWNER, "mode": "error", "code": 463, "count": 1 }));
    let id = world.fake.send(OWNER, ANNA, "the answer to this is refused");
    let sent = wait_for("the answer has failed", Duration::from_secs(10), || {
        let message = world.verdict(&id);
        let sent = message["sent"][0].clone();
        (sent["state"] == "failed").then_some(sent)
    });
    assert_eq!(sent["error_code"], 463);
    let _next = world.fake.send(OWNER, ANNA, "the answer to this is not");
    world.until_inbox(OWNER, ANNA, &["the answer to this is not"]);
}

/// With `debounceMs`: who waits in a group is answered as soon as somebody else speaks, each in a turn of their own.
#[test]
fn another_member_sends_off_what_waits_in_a_group() {
    let world = World::linked(
        r#"{ groupPolicy: "open", groups: { "*": { requireMention: false } }, debounceMs: 20000 }"#,
    );
    for contact in [ANNA, BERT] {
        world.fake.contact(&json!({ "phone": contact }));
    }
    let group = world.fake.group("pn", &[ANNA, OWNER, BERT]);
    let said = [(ANNA, "one"), (BERT, "two"), (ANNA, "three")].map(|(from, text)| {
        let message = json!({ "group": group, "from": from, "text": text });
        world.fake.send_with(&message).remove(0)
    });
    let heard = || -> Vec<String> {
        let records = world.fake.records("message");
        let of_anna = records
            .iter()
            .filter(|record| record["group"] == group.as_str() && record["contact"] == ANNA);
        of_anna
            .filter_map(|record| record["text"].as_str().map(str::to_owned))
            .collect()
    };
    wait_for("two turns", PATIENCE, || {
        (heard() == ["one", "two"]).then_some(())
    });
    let runs = said.map(|id| world.verdict(&id)["run"]["id"].clone());
    assert!(
        runs[0] != runs[1] && runs[1] != runs[2] && runs[0] != runs[2],
        "{runs:?}"
    );
}
