//! Nothing lost, nothing doubled: reliability A.

use std::collections::BTreeMap;
use std::time::Duration;

use fased_e2e::process::signal;
use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{Chance, PATIENCE, journal, never_within, wait_for};
use nix::sys::signal::Signal;
use serde_json::json;

/// So many kills as here would open the breaker.
const OPEN: &str = r#"{
    dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 },
    supervision: { breakerExits: 100, breakerWindowMs: 1000 }
}"#;

fn receipts(world: &World, id: &str) -> usize {
    world
        .fake
        .records("receipt")
        .iter()
        .filter(|receipt| receipt["id"] == id)
        .count()
}

#[test]
fn a1_no_receipt_before_the_journal_commit() {
    let world = World::linked(OPEN);
    world.gateway().signal(Signal::SIGSTOP);
    let id = world.fake.send(OWNER, ANNA, "while it stands still");
    world
        .fake
        .wait_after(0, &[("type", "delivered"), ("id", &id)], PATIENCE);
    never_within(
        "a receipt for what was not committed",
        Duration::from_millis(1500),
        || receipts(&world, &id) > 0,
    );
    assert!(
        journal::inbound(world.state.path()).is_empty(),
        "and the journal does not have it"
    );
    world.gateway().signal(Signal::SIGCONT);
    world
        .fake
        .wait_after(0, &[("type", "receipt"), ("id", &id)], PATIENCE);
    let ids: Vec<String> = journal::inbound(world.state.path())
        .into_iter()
        .map(|row| row.message_id)
        .collect();
    assert_eq!(ids, [id], "it is in the journal by the time of its receipt");
    world.until_inbox(OWNER, ANNA, &["while it stands still"]);
}

#[test]
fn a1_what_was_not_committed_comes_again_after_a_kill() {
    let mut world = World::linked(OPEN);
    world.gateway().signal(Signal::SIGSTOP);
    let id = world.fake.send(OWNER, ANNA, "never journaled");
    world
        .fake
        .wait_after(0, &[("type", "delivered"), ("id", &id)], PATIENCE);
    never_within(
        "a receipt for what will be lost",
        Duration::from_millis(1000),
        || receipts(&world, &id) > 0,
    );
    world.kill_and_start();
    world.until_inbox(OWNER, ANNA, &["never journaled"]);
    assert!(receipts(&world, &id) > 0);
    assert_eq!(journal::runs(world.state.path()), 1);
}

#[test]
fn a3_what_waited_is_recorded_in_order_the_young_answered_and_the_old_stale() {
    let mut world = World::linked(OPEN);
    world.take_gateway().kill();
    world.until_offline();
    let (seq, at_ms) = world.fake.mark();
    let yesterday = at_ms / 1000 - 26 * 3600;
    let people = [ANNA, BERT, CARA, "+15550100006"];
    let mut sent: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut young: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for number in 1..=50 {
        for person in people {
            let text = format!("waiting {number}");
            // Old and young in turn, so that no one place in the order is special.
            let old = number % 5 == 0;
            let timestamp = if old { yesterday } else { at_ms / 1000 };
            let written = world.fake.send_with(&json!({
                "to": OWNER, "from": person, "text": text, "timestamp": timestamp
            }));
            sent.entry(person).or_default().extend(written);
            if !old {
                young.entry(person).or_default().push(text);
            }
        }
    }
    world.start();
    world.fake.wait_after(seq, &[("type", "client_open")], PATIENCE);
    let open = now();
    let rows = wait_for("all are journaled", Duration::from_secs(30), || {
        let rows = journal::inbound(world.state.path());
        let done = rows.len() >= 200 && rows.iter().all(|row| row.outcome.is_some());
        done.then_some(rows)
    });
    eprintln!("journaled {:?} after the link was open", open.elapsed());
    assert_eq!(rows.len(), 200, "each once");
    for (person, ids) in &sent {
        let digits = person.trim_start_matches('+');
        let of_chat = rows.iter().filter(|row| row.chat.starts_with(digits));
        let journaled: Vec<&String> = of_chat.map(|row| &row.message_id).collect();
        assert_eq!(
            journaled,
            ids.iter().collect::<Vec<_>>(),
            "the chat with {person}"
        );
    }
    let stale = rows
        .iter()
        .filter(|row| row.outcome.as_deref() == Some("stale"))
        .count();
    assert_eq!(stale, 40, "the old ones");
    for (person, texts) in &young {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        world.until_inbox(OWNER, person, &texts);
    }
    assert_eq!(journal::runs(world.state.path()), 160, "one dispatch each");
    let told = wait_for("the owner is told", PATIENCE, || {
        Some(world.notices()).filter(|told| !told.is_empty())
    });
    assert_eq!(told.len(), 1, "the owner is told once: {told:?}");
    assert!(told[0].contains("40"), "how many there were: {told:?}");
}

#[test]
fn a4_a_socket_that_drops_in_the_backlog_costs_nothing() {
    // Whoever may not write is recorded all the same.
    let mut world = World::linked(r#"{ dmPolicy: "disabled", reconnect: { initialMs: 200, maxMs: 1000 } }"#);
    world.take_gateway().kill();
    world.until_offline();
    let seq = world.fake.seq();
    world.fake.hold(OWNER);
    let ids = world
        .fake
        .send_with(&json!({ "to": OWNER, "from": ANNA, "text": "backlog", "count": 711 }));
    assert_eq!(ids.len(), 711);
    world.fake.release_and_drop(OWNER, 5);
    world.start();
    let first = world.fake.wait_after(seq, &[("type", "login")], PATIENCE);
    let dropped = world
        .fake
        .wait_after(seq, &[("type", "connection_closed")], PATIENCE);
    assert_eq!(dropped["conn"], first["conn"], "the drop came in the first link");
    assert!(
        world.fake.queue_length(OWNER) >= 700,
        "and left most of it behind"
    );
    let rows = wait_for("the journal has them all", PATIENCE, || {
        let rows = journal::inbound(world.state.path());
        (rows.len() >= 711 && world.fake.queue_length(OWNER) == 0).then_some(rows)
    });
    let journaled: Vec<String> = rows.into_iter().map(|row| row.message_id).collect();
    assert_eq!(journaled, ids, "each once and in order");
    let logins = world.fake.records_after(seq, "login").len();
    assert_eq!(logins, 2, "one reconnect brought the rest");
}

#[test]
fn a3_more_than_may_be_held_comes_in_all_the_same() {
    let mut world = World::linked(r#"{ dmPolicy: "disabled", reconnect: { initialMs: 200, maxMs: 1000 } }"#);
    world.take_gateway().kill();
    world.until_offline();
    // The sidecar holds 2,000 stanzas at most behind one that is not committed.
    let ids = world
        .fake
        .send_with(&json!({ "to": OWNER, "from": ANNA, "text": "backlog", "count": 2_500 }));
    world.start();
    wait_for("the journal has them all", Duration::from_secs(90), || {
        (journal::inbound_count(world.state.path()) >= ids.len() && world.fake.queue_length(OWNER) == 0)
            .then_some(())
    });
    let rows = journal::inbound(world.state.path());
    let journaled: Vec<String> = rows.into_iter().map(|row| row.message_id).collect();
    assert_eq!(journaled, ids, "each once and in order");
}

#[test]
fn a3_live_messages_do_not_overtake_what_waited() {
    let mut world = World::linked(OPEN);
    world.take_gateway().kill();
    wait_for("the fake sees the link end", PATIENCE, || {
        (world.fake.state()["accounts"][OWNER]["online"] == false).then_some(())
    });
    let seq = world.fake.seq();
    let mut texts: Vec<String> = (1..=60).map(|number| format!("waiting {number}")).collect();
    for text in &texts {
        let _id = world.fake.send(OWNER, ANNA, text);
    }
    world.start();
    // The backlog is on its way from here on, and what is written now comes live behind it.
    world.fake.wait_after(seq, &[("type", "delivered")], PATIENCE);
    for number in 1..=10 {
        let text = format!("live {number}");
        let _id = world.fake.send(OWNER, ANNA, &text);
        texts.push(text);
    }
    let journaled = wait_for("the journal has them all", PATIENCE, || {
        let rows = journal::inbound(world.state.path());
        (rows.len() >= texts.len()).then_some(rows)
    });
    let ids = |type_: &str| -> Vec<String> {
        let records = world.fake.records_after(seq, type_);
        records
            .iter()
            .map(|record| record["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert_eq!(
        ids("delivered"),
        ids("queued"),
        "the server sent them in the order of writing"
    );
    let journaled: Vec<String> = journaled.into_iter().filter_map(|row| row.text).collect();
    assert_eq!(journaled, texts, "and in this order they are in the journal");
}

#[test]
fn a5_a_stanza_that_comes_a_hundred_times_is_answered_once() {
    let mut world = World::linked(OPEN);
    let id = world.fake.send(OWNER, ANNA, "once");
    world.until_inbox(OWNER, ANNA, &["once"]);
    for round in 0..5 {
        let mode = if round % 2 == 0 { "raw" } else { "reencrypt" };
        world.fake.repeat(&id, 20, mode);
        wait_for("the repeated stanzas are receipted", PATIENCE, || {
            (world.fake.state()["accounts"][OWNER]["queue_length"] == 0).then_some(())
        });
        world.kill_and_start();
        world.until("default", "ready");
    }
    let last = world.fake.send(OWNER, ANNA, "and then");
    world.until_inbox(OWNER, ANNA, &["once", "and then"]);
    let deliveries = world
        .fake
        .records("delivered")
        .iter()
        .filter(|record| record["id"] == id.as_str())
        .count();
    assert!(deliveries > 100, "the fake did repeat it: {deliveries}");
    let ids: Vec<String> = journal::inbound(world.state.path())
        .into_iter()
        .map(|row| row.message_id)
        .collect();
    assert_eq!(ids, [id, last]);
    assert_eq!(journal::runs(world.state.path()), 2, "one dispatch each");
}

#[test]
fn a2_every_message_once_and_in_order_whoever_is_killed() {
    let mut chance = Chance::seeded("a2_");
    let mut world = World::linked(OPEN);
    let people = [ANNA, BERT, CARA];
    let mut sent: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for round in 0..8 {
        for number in 0..15 {
            let from = *chance.one_of(&people);
            let text = format!("round {round} number {number}");
            let id = world.fake.send(OWNER, from, &text);
            sent.entry(from).or_default().push((id, text));
        }
        let pause = Duration::from_millis(chance.below(400));
        let since = now();
        wait_for("the random moment", PATIENCE, || {
            (since.elapsed() >= pause).then_some(())
        });
        if chance.below(2) == 0 {
            world.kill_and_start();
        } else {
            for sidecar in world.state.sidecars() {
                // It may have ended by itself since.
                nix::sys::signal::kill(nix::unistd::Pid::from_raw(sidecar), Signal::SIGKILL).ok();
            }
        }
        if chance.below(2) == 0 {
            world.until("default", "ready");
        }
    }
    world.until("default", "ready");
    let total: usize = sent.values().map(Vec::len).sum();
    assert_eq!(total, 120);

    wait_for("the journal has every message", Duration::from_secs(60), || {
        (journal::inbound(world.state.path()).len() >= total).then_some(())
    });
    let settled = ["server_ack", "delivered", "read"];
    let outbox = wait_for("every answer is settled", Duration::from_secs(60), || {
        let rows = journal::outbound(world.state.path());
        let done = rows.len() == total && rows.iter().all(|row| settled.contains(&row.state.as_str()));
        done.then_some(rows)
    });
    assert_eq!(outbox.len(), total);
    let journaled = journal::inbound(world.state.path());
    assert_eq!(journaled.len(), total, "each message once");
    for (person, messages) in &sent {
        let texts: Vec<&str> = messages.iter().map(|(_, text)| text.as_str()).collect();
        let digits = person.trim_start_matches('+');
        let of_chat = journaled.iter().filter(|row| row.chat.starts_with(digits));
        let in_order: Vec<&str> = of_chat
            .map(|row| {
                let known = messages.iter().find(|(id, _)| *id == row.message_id);
                known.map_or("never sent", |(_, text)| text.as_str())
            })
            .collect();
        assert_eq!(in_order, texts, "the chat with {person}, each once and in order");
        let answers = world.fake.inbox(OWNER, person);
        let unread = world.fake.records("undecryptable,retry_answered");
        assert_eq!(
            answers, texts,
            "{person} gets each answer once, in order; not read there: {unread:?}"
        );
    }
    assert_eq!(journal::runs(world.state.path()), total);
    // The gateway is well: a last round without a kill.
    signal(world.gateway().pid(), Signal::SIGCONT);
    let _id = world.fake.send(OWNER, ANNA, "the end");
    wait_for("a last answer", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&"the end".to_owned())
            .then_some(())
    });
}
