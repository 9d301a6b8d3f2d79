//! What nobody asked for: held back by pacing, and while WhatsApp forbids to write to strangers.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use serde_json::json;

/// The end of a time lock, in seconds: 2100-01-01.
const LOCKED_UNTIL_S: i64 = 4_102_444_800;

fn locked_until(world: &World) -> Option<i64> {
    world.account("default")["first_contacts_locked_until_ms"].as_i64()
}

#[test]
fn a_first_contact_queued_before_a_time_lock_waits_for_its_end_and_answers_go_on() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    for phone in [BERT, CARA] {
        world.fake.contact(&json!({ "phone": phone }));
    }
    world.fake.timelock(OWNER, true, LOCKED_UNTIL_S, false);
    world.fake.fault(
        &json!({ "kind": "acks", "account": OWNER, "mode": "error", "code": 463, "count": 1, "to": CARA }),
    );
    // Bert's waits for the pace at first, so it is in the outbox when the lock is learned.
    journal::alter(
        world.state.path(),
        "INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms,
             updated_ms, not_before_ms, first_contact)
         VALUES ('default', '15550100003@s.whatsapp.net', '3EB0463000000000000001', 'message', 'to Bert',
                 printf('%064d', 1), 'queued', 0, 4102444800000, 0, 4102444800000, 1),
                ('default', '15550100004@s.whatsapp.net', '3EB0463000000000000002', 'message', 'to Cara',
                 printf('%064d', 2), 'queued', 0, 4102444800000, 0, 0, 1)",
    );
    wait_for("the lock with the end that WhatsApp told", PATIENCE, || {
        (locked_until(&world) == Some(LOCKED_UNTIL_S * 1000)).then_some(())
    });
    let rows = journal::outbound(world.state.path());
    assert_eq!(
        rows.iter().map(|row| row.state.as_str()).collect::<Vec<_>>(),
        ["queued", "failed"],
        "{rows:?}"
    );
    journal::alter(
        world.state.path(),
        "UPDATE outbox SET not_before_ms = 0 WHERE text = 'to Bert'",
    );
    let _id = world.fake.send(OWNER, ANNA, "an answer");
    world.until_inbox(OWNER, ANNA, &["an answer"]);
    never_within("Bert is written to", Duration::from_secs(3), || {
        !world.fake.inbox(OWNER, BERT).is_empty()
    });
    world.fake.timelock(OWNER, false, 0, true);
    world.until_inbox(OWNER, BERT, &["to Bert"]);
    assert_eq!(locked_until(&world), None);
    assert_eq!(
        world.fake.inbox(OWNER, CARA),
        [""; 0],
        "what failed is not sent again"
    );
}

#[test]
fn more_than_the_pace_allows_waits_and_answers_do_not() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"], pacing: { perChatPerMinute: 1 } }"#);
    world.fake.contact(&json!({ "phone": ANNA }));
    journal::alter(
        world.state.path(),
        "INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms,
             updated_ms)
         SELECT 'default', '15550100002@s.whatsapp.net', '3EB0B00000000000000' || value, 'message', value,
             printf('%064d', 1), 'queued', 0, 4102444800000, 0
         FROM json_each('[\"one\", \"two\"]')",
    );
    world.until_inbox(OWNER, ANNA, &["one"]);
    wait_for("the second one is held back", PATIENCE, || {
        let rows = journal::outbound(world.state.path());
        (rows[1].state == "queued" && rows[1].not_before_ms > 0).then_some(())
    });
    let _id = world.fake.send(OWNER, ANNA, "an answer");
    world.until_inbox(OWNER, ANNA, &["one", "an answer"]);
    // A minute later.
    journal::alter(
        world.state.path(),
        "UPDATE outbox SET first_sent_ms = first_sent_ms - 61000, not_before_ms = MIN(not_before_ms, 1)",
    );
    world.until_inbox(OWNER, ANNA, &["one", "an answer", "two"]);
}

#[test]
fn prefixes_stand_before_what_comes_in_and_before_answers() {
    let world = World::linked(
        r#"{ dmPolicy: "open", allowFrom: ["*"], messagePrefix: "in:", responsePrefix: "out:" }"#,
    );
    let _id = world.fake.send(OWNER, ANNA, "hello");
    world.until_inbox(OWNER, ANNA, &["out: in: hello"]);
}
