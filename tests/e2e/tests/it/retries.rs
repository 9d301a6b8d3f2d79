//! Messages that cannot be read at first, by us or by those we write to.

use std::time::Duration;

use fased_e2e::process::resident_kib;
use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use serde_json::json;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

/// The id of the answer to a text, once the contact has it.
fn answered(world: &World, contact: &str, text: &str) -> String {
    let _id = world.fake.send(OWNER, contact, text);
    let heard = [("type", "message"), ("contact", contact), ("text", text)];
    let record = world.fake.wait_after(0, &heard, PATIENCE);
    record["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a8_a_message_asked_for_again_after_a_restart_comes_again_as_it_was() {
    let mut world = World::linked(OPEN);
    world.fake.contact(&json!({ "phone": BERT, "addressing": "lid" }));
    let mut asks = Vec::new();
    for contact in [ANNA, BERT] {
        for via in ["pn", "lid"] {
            let text = format!("to be asked for by {via}");
            asks.push((contact, via, answered(&world, contact, &text)));
        }
    }
    world.kill_and_start();
    world.until("default", "ready");
    for (contact, via, id) in &asks {
        let seq = world.fake.seq();
        world.fake.ask_again(contact, id, via);
        let wanted = [("type", "resent"), ("id", id), ("contact", contact)];
        let resent = world.fake.wait_after(seq, &wanted, Duration::from_secs(5));
        assert_eq!(
            (&resent["identical"], &resent["context_identical"]),
            (&json!(true), &json!(true)),
            "asked for by {via}: {resent}"
        );
    }
    // And the chats go on.
    for contact in [ANNA, BERT] {
        let _id = answered(&world, contact, "and then");
    }
    assert_eq!(world.fake.inbox(OWNER, ANNA).len(), 3, "each counts once");
    assert_eq!(world.fake.inbox(OWNER, BERT).len(), 3);
}

#[test]
fn a8_a_poll_asked_for_again_after_a_restart_is_the_same_poll() {
    let mut world = World::linked(OPEN);
    let _first = answered(&world, ANNA, "hello");
    journal::alter(
        world.state.path(),
        r#"INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms,
                updated_ms, payload)
           SELECT 'default', '15550100002@s.whatsapp.net', '3EB0A8' || value, 'reply', 'Lunch?', printf('%064d', 7),
               'queued', unixepoch() * 1000, 4102444800000, 0,
               json_object('content', json_object('type', 'poll', 'question', 'Lunch?',
                   'options', json_array('Pizza', 'Soup'), 'selectable', 1),
                   'secret', printf('%064d', 7), 'mentions', json_array(), 'quote', NULL)
           FROM json_each('["0123456789ABCDEF", "FEDCBA9876543210"]')"#,
    );
    let polls = [
        ("3EB0A80123456789ABCDEF", "pn"),
        ("3EB0A8FEDCBA9876543210", "lid"),
    ];
    for (id, _) in polls {
        let heard = [("type", "message"), ("contact", ANNA), ("id", id)];
        let record = world.fake.wait_after(0, &heard, PATIENCE);
        assert_eq!(
            (&record["poll"]["question"], &record["poll"]["has_secret"]),
            (&json!("Lunch?"), &json!(true)),
            "{record}"
        );
    }
    world.kill_and_start();
    world.until("default", "ready");
    for (id, via) in polls {
        let seq = world.fake.seq();
        world.fake.ask_again(ANNA, id, via);
        let wanted = [("type", "resent"), ("id", id), ("contact", ANNA)];
        let resent = world.fake.wait_after(seq, &wanted, Duration::from_secs(5));
        assert_eq!(
            (&resent["identical"], &resent["context_identical"]),
            (&json!(true), &json!(true)),
            "asked for by {via}: {resent}"
        );
    }
    let shown = world.account("default");
    assert!(
        !shown["outbound"].to_string().contains("resend_missed"),
        "{shown}"
    );
}

#[test]
fn a8_who_did_not_get_a_message_does_not_get_it_by_asking() {
    let mut world = World::linked(OPEN);
    let to_bert = answered(&world, ANNA, "recorded as Bert's");
    let unknown = answered(&world, ANNA, "not recorded at all");
    let ours = answered(&world, ANNA, "still recorded");
    world.take_gateway().kill();
    world.until_offline();
    // The fake's contacts ask only for what they have. So the gateway is made to believe that it
    // went to somebody else, and that it never sent the other.
    journal::change(
        world.state.path(),
        "UPDATE outbox SET chat = '15550100003@s.whatsapp.net' WHERE text = 'recorded as Bert''s'",
    );
    journal::change(
        world.state.path(),
        "DELETE FROM outbox WHERE text = 'not recorded at all'",
    );
    world.start();
    world.until("default", "ready");
    let seq = world.fake.seq();
    for id in [&to_bert, &unknown] {
        for via in ["pn", "lid"] {
            world.fake.ask_again(ANNA, id, via);
        }
    }
    for id in [&to_bert, &unknown] {
        world.fake.wait_after(
            seq,
            &[("type", "client_ack"), ("id", id), ("class", "receipt")],
            PATIENCE,
        );
    }
    // A lookup that is not answered takes 3 s.
    never_within("something is sent", Duration::from_secs(4), || {
        let sent = "message,resent,duplicate,undecryptable,retry_answered";
        !world.fake.records_after(seq, sent).is_empty()
    });
    let shown = world.account("default");
    let counts = shown["outbound"].as_array().expect("counts");
    let missed = counts.iter().find(|count| count["name"] == "resend_missed");
    assert_eq!(missed.map(|count| &count["count"]), Some(&json!(4)), "{shown}");
    world.fake.ask_again(ANNA, &ours, "pn");
    world.fake.wait_after(
        seq,
        &[("type", "resent"), ("id", &ours), ("identical", "true")],
        Duration::from_secs(5),
    );
}

#[test]
fn a9_what_cannot_be_read_is_held_asked_for_again_and_dispatched_once() {
    let world = World::linked(OPEN);
    let broken = json!({
        "to": OWNER, "from": ANNA, "text": "broken at first", "corrupt": true, "serve_retries": false
    });
    let id = world.fake.send_with(&broken).remove(0);
    let wanted = [("type", "receipt"), ("id", &id), ("receipt_type", "retry")];
    world.fake.wait_after(0, &wanted, Duration::from_secs(10));
    let held = world.verdict(&id);
    assert_eq!(
        (&held["verdict"], &held["reason"], &held["content"]),
        (&json!("hold"), &json!("undecryptable"), &json!("undecryptable"))
    );
    assert!(held["run"].is_null(), "no agent sees it: {held}");
    assert_eq!(journal::runs(world.state.path()), 0);

    world.fake.repeat(&id, 1, "reencrypt");
    world.until_inbox(OWNER, ANNA, &["broken at first"]);
    let read = world.verdict(&id);
    assert_eq!(
        (&read["verdict"], &read["reason"]),
        (&json!("admit"), &json!("dm_open"))
    );
    world.fake.repeat(&id, 3, "reencrypt");
    let next = answered(&world, ANNA, "and then");
    assert!(!next.is_empty());
    let rows = journal::inbound(world.state.path());
    assert_eq!(rows.len(), 2, "one row under the id: {rows:?}");
    assert_eq!(rows[0].message_id, id);
    assert_eq!(journal::runs(world.state.path()), 2, "one dispatch each");
    let sentence = held["sentence"].as_str();
    assert!(
        sentence.is_some_and(|sentence| !sentence.is_empty()),
        "it was explained in words: {held}"
    );
}

#[test]
fn a9_a_broken_message_heals_by_itself() {
    let world = World::linked(OPEN);
    let _first = answered(&world, ANNA, "whole");
    let broken = json!({ "to": OWNER, "from": ANNA, "text": "broken", "corrupt": true });
    let id = world.fake.send_with(&broken).remove(0);
    let wanted = [("type", "receipt"), ("id", &id), ("receipt_type", "retry")];
    world.fake.wait_after(0, &wanted, Duration::from_secs(10));
    world.until_inbox(OWNER, ANNA, &["whole", "broken"]);
    assert_eq!(journal::runs(world.state.path()), 2);
}

/// Unreadable messages that come at once, and how often.
const CHUNK: usize = 500;
const CHUNK_EVERY: Duration = Duration::from_secs(3);
/// Memory may grow by this.
const GROWTH_KIB: u64 = 50 * 1024;
/// Lines that a flood may leave in the log at its default level.
const LOG_LINES: usize = 60;

#[test]
fn a9_a_flood_of_unreadable_messages_costs_little() {
    // Chunks over time: 10,000 in a minute, or the first second of a faster flood.
    let chunks: u32 = match std::env::var_os("FASED_SLOW") {
        Some(_) => 20,
        None => 2,
    };
    let how_many = usize::try_from(chunks).expect("a number") * CHUNK;
    let deadline = CHUNK_EVERY * chunks + Duration::from_secs(60);
    let mut world = World::new();
    world.state.unset("FASED_LOG");
    world.configure(OPEN);
    world.start();
    world.link("default", OWNER);
    let _first = answered(&world, ANNA, "before");
    let sidecar = world.state.sidecars();
    let processes = [("gateway", world.gateway().pid()), ("sidecar", sidecar[0])];
    let before = processes.map(|(_, pid)| resident_kib(pid));
    let lines_before = world.state.log().lines().count();

    let noise = json!({
        "to": OWNER, "from": ANNA, "text": "noise", "count": CHUNK, "corrupt": true, "serve_retries": false
    });
    let mut sent = 0;
    let started = now();
    let mut most = before;
    wait_for("all are recorded and answered for", deadline, || {
        if sent < chunks && started.elapsed() >= CHUNK_EVERY * sent {
            assert_eq!(world.fake.send_with(&noise).len(), CHUNK);
            sent += 1;
        }
        for (most, (_, pid)) in most.iter_mut().zip(processes) {
            *most = resident_kib(pid).max(*most);
        }
        (journal::inbound(world.state.path()).len() > how_many && world.fake.queue_length(OWNER) == 0)
            .then_some(())
    });
    let rows = journal::inbound(world.state.path());
    let held = rows.iter().filter(|row| {
        row.outcome.as_deref() == Some("hold") && row.reason.as_deref() == Some("undecryptable")
    });
    assert_eq!(held.count(), how_many);
    assert_eq!(
        world.state.sidecars(),
        sidecar,
        "the sidecar of before is still the one"
    );
    for ((name, _), (before, most)) in processes.into_iter().zip(before.into_iter().zip(most)) {
        eprintln!("{name}: {before} KiB before, {most} KiB at most");
        assert!(
            most.saturating_sub(before) <= GROWTH_KIB,
            "the {name} grew from {before} to {most} KiB"
        );
    }
    // The one who flooded can still be heard.
    let _after = answered(&world, ANNA, "after");
    let log = world.state.log();
    let lines: Vec<&str> = log.lines().skip(lines_before).collect();
    eprintln!("{} lines in the log", lines.len());
    assert!(
        lines.len() <= LOG_LINES,
        "{} lines:\n{}",
        lines.len(),
        lines[..LOG_LINES].join("\n")
    );
}
