//! Kinds of messages, from the real library to what an agent gets: what is said starts a run, and what is about
//! an earlier message is read by the next one.

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use serde_json::{Value, json};

/// Sends what `keys` say from somebody and returns its verdict.
fn comes(world: &World, from: &str, keys: &Value) -> Value {
    let mut message = json!({ "to": OWNER, "from": from });
    for (key, value) in keys.as_object().expect("an object") {
        message[key] = value.clone();
    }
    let id = world.fake.send_with(&message).remove(0);
    world.verdict(&id)
}

fn outcome(verdict: &Value) -> (&str, &str) {
    (
        verdict["verdict"].as_str().expect("a verdict"),
        verdict["reason"].as_str().expect("a reason"),
    )
}

/// The ids of what the run of a message had to read besides it.
fn read_by(verdict: &Value) -> &Value {
    &verdict["run"]["context"]
}

#[test]
fn whatever_is_said_is_answered_and_typed() {
    let world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Byron\nTEL:+15550100077\nEND:VCARD";
    let rows = [
        (
            json!({ "locationMessage": { "degreesLatitude": 3.5, "degreesLongitude": 4.25, "accuracyInMeters": 9, "name": "Pier" } }),
            ("location", "location", "📍 3.500000, 4.250000 ±9m"),
        ),
        (
            json!({ "contactMessage": { "displayName": "Ada Byron", "vcard": card } }),
            ("contact", "contacts", "<contact: Ada Byron +15550100077>"),
        ),
        (
            json!({ "pollCreationMessageV3": { "name": "Lunch?", "options": [{ "optionName": "Pizza" }, { "optionName": "Pasta" }] } }),
            ("poll", "poll", "Lunch?\n- Pizza\n- Pasta"),
        ),
        (
            json!({ "stickerMessage": { "mimetype": "image/webp" } }),
            ("sticker", "", "<media:sticker>"),
        ),
        (
            json!({ "eventMessage": { "name": "Picnic", "startTime": 1_700_000_000 } }),
            ("event", "event", "📅 Picnic"),
        ),
    ];
    let mut heard = Vec::new();
    for (content, (kind, detail, words)) in rows {
        let verdict = comes(&world, ANNA, &json!({ "content": content }));
        assert_eq!(outcome(&verdict), ("admit", "dm_listed"), "{verdict}");
        assert_eq!(verdict["event"]["kind"], kind, "{verdict}");
        let found = verdict["event"]["detail"]["type"].as_str().unwrap_or_default();
        assert_eq!(found, detail, "{verdict}");
        // The agent answers with what it was given.
        heard.push(words);
        world.until_inbox(OWNER, ANNA, &heard);
    }
}

#[test]
fn what_is_about_a_message_starts_nothing_and_is_read_by_the_next_run() {
    let world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    let first = world.fake.send(OWNER, ANNA, "at five?");
    world.until_inbox(OWNER, ANNA, &["at five?"]);
    let first_run = world.verdict(&first);
    let ours = first_run["sent"][0]["message_id"]
        .as_str()
        .expect("an answer")
        .to_owned();

    let events = [
        (
            json!({ "kind": "reaction", "target": ours, "target_from": OWNER, "text": "👍" }),
            "reaction",
            &ours,
        ),
        (
            json!({ "kind": "edit", "target": first, "text": "at six, I mean" }),
            "edit",
            &first,
        ),
        (json!({ "kind": "delete", "target": first }), "delete", &first),
    ];
    let mut ids = Vec::new();
    for (keys, kind, about) in events {
        let verdict = comes(&world, ANNA, &keys);
        assert_eq!(outcome(&verdict), ("context", "about_message"), "{verdict}");
        assert!(verdict["run"].is_null(), "{verdict}");
        assert_eq!(verdict["event"]["kind"], kind, "{verdict}");
        let quoted = &verdict["event"]["quoted"];
        assert_eq!(quoted["id"], about.as_str(), "{verdict}");
        assert_eq!(quoted["text"], "at five?", "{verdict}");
        assert_eq!(quoted["from_self"], kind == "reaction", "{verdict}");
        ids.push(verdict["message_id"].clone());
    }
    // Of somebody who may not write it is not kept, and asks for nothing.
    let _lid = world.fake.contact(&json!({ "phone": BERT }));
    let stranger = comes(
        &world,
        BERT,
        &json!({ "kind": "reaction", "target": ours, "target_from": OWNER, "text": "👎" }),
    );
    assert_eq!(outcome(&stranger), ("drop", "not_in_allowlist"), "{stranger}");

    let next = world.fake.send(OWNER, ANNA, "well?");
    world.until_inbox(OWNER, ANNA, &["at five?", "well?"]);
    assert_eq!(read_by(&world.verdict(&next)), &Value::from(ids));
    let last = world.fake.send(OWNER, ANNA, "and now?");
    world.until_inbox(OWNER, ANNA, &["at five?", "well?", "and now?"]);
    assert_eq!(read_by(&world.verdict(&last)), &json!([]), "they are read once");
}

#[test]
fn a_vote_says_what_was_chosen_under_every_pair_of_addresses() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    let poll = comes(
        &world,
        ANNA,
        &json!({ "kind": "poll", "text": "Lunch?", "options": ["Pizza", "Pasta"], "selectable": 2 }),
    );
    assert_eq!(
        poll["event"]["detail"]["options"],
        json!(["Pizza", "Pasta"]),
        "{poll}"
    );
    world.until_inbox(OWNER, ANNA, &["Lunch?\n- Pizza\n- Pasta"]);
    let votes = [
        (json!(["Pasta"]), "pn", "pn"),
        (json!(["Pizza", "Pasta"]), "lid", "lid"),
        (json!([]), "pn", "lid"),
    ];
    let mut ids = Vec::new();
    for (options, voter, creator) in votes {
        let vote = json!({
            "kind": "vote", "target": poll["message_id"], "options": options, "voter_as": voter, "creator_as": creator,
        });
        let verdict = comes(&world, ANNA, &vote);
        assert_eq!(outcome(&verdict), ("context", "about_message"), "{verdict}");
        let detail = &verdict["event"]["detail"];
        assert_eq!(
            (&detail["question"], &detail["choices"], &detail["problem"]),
            (&json!("Lunch?"), &options, &Value::Null),
            "{voter} {creator}: {verdict}"
        );
        ids.push(verdict["message_id"].clone());
    }
    let next = world.fake.send(OWNER, ANNA, "so?");
    world.until_inbox(OWNER, ANNA, &["Lunch?\n- Pizza\n- Pasta", "so?"]);
    assert_eq!(read_by(&world.verdict(&next)), &Value::from(ids));
}
