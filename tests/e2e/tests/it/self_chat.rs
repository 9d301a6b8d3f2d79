//! A personal number: the owner's chat with themselves, what the owner types in groups, and what the gateway
//! itself said when it comes back (C4).

use std::time::Duration;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{journal, never_within, wait_for};
use serde_json::{Value, json};

const PERSONAL: &str = r#"{ mode: "personal", groupPolicy: "open" }"#;

/// The owner writes to themselves on the phone.
fn note(world: &World, text: &str) -> String {
    world.fake.send(OWNER, OWNER, text)
}

/// What the gateway said to its owner, with the ids under which it went out.
fn said(world: &World) -> Vec<(String, String)> {
    let sent = journal::outbound(world.state.path());
    sent.into_iter().map(|row| (row.message_id, row.text)).collect()
}

fn until_said(world: &World, count: usize) -> Vec<(String, String)> {
    wait_for(&format!("{count} answers"), Duration::from_secs(30), || {
        let rows = journal::outbound(world.state.path());
        let acknowledged = rows
            .iter()
            .filter(|row| row.state != "queued" && row.state != "sending");
        (acknowledged.count() == count).then(|| said(world))
    })
}

/// A message of the owner's number as another of its devices would bring it: with an id of choice.
fn echo(world: &World, id: &str, text: &str) -> String {
    let message = json!({ "to": OWNER, "from": OWNER, "text": text, "id": id });
    world.fake.send_with(&message).remove(0)
}

fn verdict(world: &World, id: &str) -> Value {
    // An echo may have the id of a message that went out, so the one that came in is picked.
    wait_for("a verdict", Duration::from_secs(30), || {
        let answer = world.state.verb(&["explain", id, "--json"]);
        let messages = (answer.code == 0).then(|| answer.json()["messages"].take())?;
        let inbound = messages
            .as_array()?
            .iter()
            .find(|message| message["direction"] == "in")?
            .clone();
        inbound["verdict"].is_string().then_some(inbound)
    })
}

#[test]
fn the_owner_is_answered_in_the_chat_with_themselves_and_nowhere_else() {
    let world = World::linked(PERSONAL);
    let noted = note(&world, "what is on today?");
    assert_eq!(verdict(&world, &noted)["reason"], "self_chat");
    let out = until_said(&world, 1);
    assert_eq!(out[0].1, "what is on today?");

    let elsewhere = world.fake.send_with(&json!({
        "to": OWNER, "from": OWNER, "chat": ANNA, "text": "see you at eight"
    }));
    assert_eq!(verdict(&world, &elsewhere[0])["reason"], "own_outgoing");
    let stranger = world.fake.send(OWNER, ANNA, "who is this?");
    assert_eq!(verdict(&world, &stranger)["reason"], "not_in_allowlist");

    let _lid = world.fake.contact(&json!({ "phone": ANNA }));
    let group = world.fake.group("pn", &[ANNA, OWNER]);
    let say = |from: &str, text: &str, mentions: &[&str]| {
        let said = json!({ "group": group, "from": from, "text": text, "mentions": mentions });
        world.fake.send_with(&said).remove(0)
    };
    let named = say(ANNA, "@you are late", &[OWNER]);
    assert_eq!(
        verdict(&world, &named)["reason"],
        "no_mention",
        "on a personal number people mean its owner"
    );
    let typed = say(OWNER, "on my way", &[]);
    assert_eq!(verdict(&world, &typed)["reason"], "no_mention");
    never_within("a text to anybody else", Duration::from_millis(800), || {
        !world.fake.inbox(OWNER, ANNA).is_empty()
    });
    assert_eq!(said(&world).len(), 1);
}

#[test]
fn c4_what_the_gateway_said_never_starts_a_turn_when_it_comes_back() {
    let mut world = World::linked(PERSONAL);
    let _id = note(&world, "first *question*");
    let out = until_said(&world, 1);
    let (id, text) = &out[0];

    let same = echo(&world, id, text);
    assert_eq!(verdict(&world, &same)["reason"], "own_echo", "the same id");
    // The row has absorbed its echo; so the same words are the owner's from here on.
    let _id = note(&world, "second _question_");
    let out = until_said(&world, 2);
    let other = echo(&world, "3EB0AAAAAAAAAAAAAAAA01", &out[1].1);
    assert_eq!(verdict(&world, &other)["reason"], "own_echo", "another id");

    let _id = note(&world, "third  ~question~\nof two lines");
    until_said(&world, 3);
    let converted = echo(&world, "3EB0AAAAAAAAAAAAAAAA02", "*third question*  of two lines");
    assert_eq!(verdict(&world, &converted)["reason"], "own_echo", "another form");

    let _id = note(&world, "fourth question");
    until_said(&world, 4);
    world.kill_and_start();
    world.until("default", "ready");
    let after_restart = echo(&world, "3EB0AAAAAAAAAAAAAAAA03", "fourth question");
    assert_eq!(
        verdict(&world, &after_restart)["reason"],
        "own_echo",
        "after a restart"
    );
    let once = echo(&world, "3EB0AAAAAAAAAAAAAAAA04", "fourth question");
    assert_eq!(
        verdict(&world, &once)["reason"],
        "self_chat",
        "each message of ours absorbs one echo at most; the owner may say the same"
    );
    until_said(&world, 5);
    never_within("a further turn", Duration::from_millis(800), || {
        journal::runs(world.state.path()) > 5
    });
}

#[test]
fn c4_a_loop_of_our_own_words_is_broken_and_the_owner_is_told() {
    let world = World::linked(PERSONAL);
    let _id = note(&world, "hello there");
    let mut text = "hello there".to_owned();
    // Something on the owner's side sends each answer back, a little longer each time.
    for turn in 1..=3 {
        until_said(&world, turn);
        text = format!("Fwd: {text}");
        let id = echo(&world, &format!("3EB0BBBBBBBBBBBBBBBB{turn:02}"), &text);
        assert_eq!(verdict(&world, &id)["reason"], "self_chat", "turn {turn}");
    }
    until_said(&world, 4);
    text = format!("Fwd: {text}");
    let broken = echo(&world, "3EB0BBBBBBBBBBBBBBBB04", &text);
    assert_eq!(verdict(&world, &broken)["reason"], "echo_loop");
    let again = echo(&world, "3EB0BBBBBBBBBBBBBBBB05", &format!("Fwd: {text}"));
    assert_eq!(verdict(&world, &again)["reason"], "echo_loop");
    wait_for("the owner is told", Duration::from_secs(10), || {
        let told = world.notices();
        let loops = told.iter().filter(|notice| notice.contains("own words"));
        (loops.count() == 1).then_some(())
    });
    assert_eq!(said(&world).len(), 4);

    let human = note(&world, "is anybody there?");
    assert_eq!(
        verdict(&world, &human)["reason"],
        "self_chat",
        "a person is answered again"
    );
    until_said(&world, 5);
}

#[test]
fn c2_a_personal_number_texts_nobody_whatever_comes() {
    let mut world = World::new();
    world.configure(r#"{ mode: "personal", dmPolicy: "pairing" }"#);
    world.start();
    world.link("default", OWNER);
    world.fake.hold(OWNER);
    let stranger = |number: usize| format!("+1555012{number:04}");
    for number in 0..50 {
        let _ids = world.fake.send_with(&json!({
            "to": OWNER, "from": stranger(number), "text": "old", "count": 10
        }));
    }
    world.fake.release(OWNER);
    wait_for("the backlog is in the journal", Duration::from_secs(60), || {
        (journal::inbound_count(world.state.path()) == 500).then_some(())
    });
    for number in 50..100 {
        let _id = world.fake.send(OWNER, &stranger(number), "live");
    }
    let all = wait_for("all are judged", Duration::from_secs(60), || {
        let rows = journal::inbound(world.state.path());
        (rows.len() == 550 && rows.iter().all(|row| row.outcome.is_some())).then_some(rows)
    });
    assert!(all.iter().all(|row| row.outcome.as_deref() == Some("hold")));
    assert_eq!(said(&world), [], "0 texts");
    let pending = world.state.json(&["pairing", "list"]);
    let codes = pending["pending"].as_array().expect("a list").iter();
    assert_eq!(codes.filter(|request| request["code"].is_string()).count(), 3);
}
