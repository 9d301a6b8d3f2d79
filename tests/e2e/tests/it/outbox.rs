//! What goes out: each message once, in order, and its fate is known.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, journal, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

/// Twelve paragraphs, each of which is a message of its own at this limit.
const CHUNKED: &str = r#"{
    dmPolicy: "open", allowFrom: ["*"], textChunkLimit: 200, reconnect: { initialMs: 200, maxMs: 1000 },
    supervision: { breakerExits: 100, breakerWindowMs: 1000 }
}"#;
const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;
const CHUNKS: usize = 12;

fn paragraphs() -> Vec<String> {
    (1..=CHUNKS)
        .map(|number| format!("paragraph {number}{}", " of a long answer".repeat(8)))
        .collect()
}

/// Sends the long text, and lets something happen whenever one more message of its answer has arrived.
fn arrives_once_in_order(mut world: World, mut at_each: impl FnMut(&mut World, usize)) {
    let expected = paragraphs();
    // After each of them, or after three.
    let slow = std::env::var_os("FASED_SLOW").is_some();
    world
        .fake
        .fault(&json!({ "kind": "acks", "account": OWNER, "mode": "delay", "ms": 100 }));
    let _id = world.fake.send(OWNER, ANNA, &expected.join("\n\n"));
    for chunk in 1..=CHUNKS {
        wait_for("one more message", Duration::from_secs(120), || {
            (world.fake.inbox(OWNER, ANNA).len() >= chunk).then_some(())
        });
        if chunk < CHUNKS && (slow || chunk % 4 == 1) {
            at_each(&mut world, chunk);
        }
    }
    world.until("default", "ready");
    wait_for("all are acknowledged", Duration::from_secs(120), || {
        let rows = journal::outbound(world.state.path());
        let acknowledged = |state: &str| ["server_ack", "delivered", "read"].contains(&state);
        rows.iter().all(|row| acknowledged(&row.state)).then_some(())
    });
    assert_eq!(world.fake.inbox(OWNER, ANNA), expected, "each once, in order");
    assert_eq!(journal::outbound(world.state.path()).len(), CHUNKS);
}

#[test]
fn a6_an_answer_in_twelve_messages_arrives_once_though_the_sidecar_is_killed_in_between() {
    arrives_once_in_order(World::linked(CHUNKED), |world, _chunk| {
        for pid in world.state.sidecars() {
            // It may have just ended.
            if let Err(errno) = kill(Pid::from_raw(pid), Signal::SIGKILL) {
                eprintln!("{pid}: {errno}");
            }
        }
    });
}

#[test]
fn a6_an_answer_in_twelve_messages_arrives_once_though_the_gateway_is_killed_in_between() {
    arrives_once_in_order(World::linked(CHUNKED), |world, _chunk| world.kill_and_start());
}

#[test]
fn a6_an_answer_in_twelve_messages_arrives_once_though_the_link_drops_in_between() {
    arrives_once_in_order(World::linked(CHUNKED), |world, _chunk| {
        world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
    });
}

#[test]
fn a7_a_refusal_two_seconds_later_is_the_fate_of_the_message_and_told_to_the_run() {
    let world = World::linked(OPEN);
    world.fake.fault(
        &json!({ "kind": "acks", "account": OWNER, "mode": "error", "code": 479, "ms": 2000, "count": 1 }),
    );
    let id = world.fake.send(OWNER, ANNA, "refuse my answer");
    let refused = [("type", "server_ack"), ("error", "479")];
    world.fake.wait_after(0, &refused, PATIENCE);
    wait_for("the refusal is known", Duration::from_secs(3), || {
        let rows = journal::outbound(world.state.path());
        rows.iter().any(|row| row.state == "failed").then_some(())
    });
    let shown = world.verdict(&id);
    assert_eq!(shown["sent"][0]["error_code"], 479, "{shown}");
    let told = shown["run"]["error"].as_str().unwrap_or_default();
    assert!(told.contains("479"), "the run is told: {shown}");
    let _id = world.fake.send(OWNER, ANNA, "and this one goes");
    world.until_inbox(OWNER, ANNA, &["and this one goes"]);
}

#[test]
fn a7_without_any_word_for_half_a_minute_it_is_sent_once_more_under_its_id_and_settled() {
    let world = World::linked(OPEN);
    for fault in [
        json!({ "kind": "acks", "account": OWNER, "mode": "drop", "count": 1 }),
        json!({ "kind": "receipts_from_contacts", "account": OWNER, "mode": "none" }),
    ] {
        world.fake.fault(&fault);
    }
    let _id = world.fake.send(OWNER, ANNA, "say nothing");
    let first = world
        .fake
        .wait_after(0, &[("type", "message"), ("text", "say nothing")], PATIENCE);
    let id = first["id"].as_str().expect("an id");
    let again = [("type", "duplicate"), ("id", id)];
    let again = world.fake.wait_after(0, &again, Duration::from_secs(60));
    let at = |record: &serde_json::Value| record["at_ms"].as_i64().expect("a time");
    let waited = at(&again) - at(&first);
    assert!((29_000..40_000).contains(&waited), "after {waited} ms");
    wait_for("it is settled", Duration::from_secs(3), || {
        let rows = journal::outbound(world.state.path());
        (rows.len() == 1 && rows[0].state == "server_ack").then_some(())
    });
    assert_eq!(world.fake.inbox(OWNER, ANNA), ["say nothing"]);
}

#[test]
fn a_time_lock_is_learned_and_answers_go_on() {
    let world = World::linked(OPEN);
    world
        .fake
        .fault(&json!({ "kind": "acks", "account": OWNER, "mode": "error", "code": 463, "count": 1 }));
    let _id = world.fake.send(OWNER, ANNA, "refused");
    wait_for("the owner is told", PATIENCE, || {
        world
            .notices()
            .iter()
            .any(|notice| notice.contains("never wrote to it"))
            .then_some(())
    });
    let _id = world.fake.send(OWNER, BERT, "answered");
    world.until_inbox(OWNER, BERT, &["answered"]);
    // WhatsApp was asked and says that there is no lock, which its refusal contradicts.
    world.fake.wait_after(0, &[("type", "timelock_asked")], PATIENCE);
    let shown = world.account("default");
    assert!(shown["first_contacts_locked_until_ms"].is_i64(), "{shown}");
}

#[test]
fn a10_after_a_long_time_only_the_young_go_and_the_owner_is_told_once_of_the_others() {
    let mut world = World::linked(OPEN);
    world.fake.contact(&json!({ "phone": ANNA }));
    let _done = world.state.json(&["channels", "pause", "--account", "default"]);
    world.take_gateway().kill();
    journal::change(
        world.state.path(),
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 110)
         INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms, updated_ms)
         SELECT 'default', '15550100002@s.whatsapp.net', printf('3EB0A10%015d', i), 'reply', 'number ' || i,
             printf('%064d', 0), 'queued', 0,
             CASE WHEN i > 100 THEN 4102444800000 ELSE 1000 END, 0 FROM n",
    );
    world.start();
    let _done = world.state.json(&["channels", "resume", "--account", "default"]);
    world.until("default", "ready");
    let young: Vec<String> = (101..=110).map(|number| format!("number {number}")).collect();
    let young: Vec<&str> = young.iter().map(String::as_str).collect();
    world.until_inbox(OWNER, ANNA, &young);
    let rows = journal::outbound(world.state.path());
    assert_eq!(rows.iter().filter(|row| row.state == "expired").count(), 100);
    let told = world.notices();
    let of_these = told.iter().filter(|notice| notice.contains("100 messages"));
    assert_eq!(of_these.count(), 1, "{told:?}");
    assert_eq!(world.fake.inbox(OWNER, ANNA), young);
}

#[test]
fn a_message_that_will_be_answered_gets_the_reaction_and_others_do_not() {
    let world = World::linked(
        r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100002"], ackReaction: { emoji: "👀" } }"#,
    );
    let _id = world.fake.send(OWNER, BERT, "not for you");
    let id = world.fake.send(OWNER, ANNA, "hello");
    wait_for("an answer and a reaction", PATIENCE, || {
        let rows = journal::outbound(world.state.path());
        let has = |purpose: &str| {
            rows.iter().any(|row| {
                row.purpose == purpose && ["server_ack", "delivered", "read"].contains(&row.state.as_str())
            })
        };
        (has("reply") && has("ack_reaction")).then_some(())
    });
    let reactions = world.fake.records("message");
    let reactions: Vec<_> = reactions
        .iter()
        .filter(|record| record["raw_kind"] == "reactionMessage")
        .collect();
    assert_eq!(reactions.len(), 1, "{reactions:?}");
    assert_eq!(
        (&reactions[0]["target"], &reactions[0]["contact"]),
        (&json!(id), &json!(ANNA)),
        "{reactions:?}"
    );
}

#[test]
fn an_answer_quotes_in_a_group_and_not_alone_with_somebody() {
    let world = World::linked(
        r#"{ dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open", groups: { "*": { requireMention: false } } }"#,
    );
    let group = world.fake.group("pn", &[ANNA, BERT, OWNER]);
    let sent = world
        .fake
        .send_with(&json!({ "group": group, "from": ANNA, "text": "in the group" }));
    let heard = [("type", "message"), ("text", "in the group"), ("contact", ANNA)];
    let record = world.fake.wait_after(0, &heard, PATIENCE);
    assert!(record["quoted"].to_string().contains(&sent[0]), "{record}");
    let _id = world.fake.send(OWNER, BERT, "alone");
    let heard = [("type", "message"), ("text", "alone"), ("contact", BERT)];
    let record = world.fake.wait_after(0, &heard, PATIENCE);
    assert!(record["quoted"].is_null(), "{record}");
}
