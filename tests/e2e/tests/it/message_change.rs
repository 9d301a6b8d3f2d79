//! `fased message react`, `poll`, `edit`, `delete` and `send` with other things than texts, up to what the other phone gets.

use fased_e2e::world::{ANNA, OWNER};
use fased_e2e::{PATIENCE, journal};
use serde_json::json;

use crate::sending::{OPEN, got, id, world};

#[test]
fn a_message_is_reacted_to_replied_to_edited_and_taken_back() {
    let world = world(OPEN);
    let to = ["--target", ANNA];
    let theirs = world.fake.send(OWNER, ANNA, "are you there?");
    world.until_inbox(OWNER, ANNA, &["are you there?"]);

    let react = [
        &[
            "message",
            "react",
            "--message",
            &theirs,
            "--emoji",
            "👍",
            "--wait",
            "server_ack",
        ],
        &to[..],
    ]
    .concat();
    let _done = world.state.json(&react);
    let reaction = got(&world, "reactionMessage");
    assert_eq!(
        (&reaction["target"], &reaction["contact"]),
        (&json!(theirs), &json!(ANNA)),
        "{reaction}"
    );

    let reply = [
        &[
            "message",
            "send",
            "--text",
            "yes",
            "--reply-to",
            &theirs,
            "--wait",
            "server_ack",
        ],
        &to[..],
    ]
    .concat();
    let ours = id(&world.state.json(&reply));
    let heard = [("type", "message"), ("text", "yes"), ("contact", ANNA)];
    let record = world.fake.wait_after(0, &heard, PATIENCE);
    assert!(record["quoted"].to_string().contains(&theirs), "{record}");

    let before = world.fake.seq();
    let edit = [
        &[
            "message",
            "edit",
            "--message",
            &ours,
            "--text",
            "yes, **here**",
            "--wait",
            "server_ack",
        ],
        &to[..],
    ]
    .concat();
    let _done = world.state.json(&edit);
    let changes = world.fake.records_after(before, "message");
    let edited = changes
        .iter()
        .find(|record| record["target"] == ours.as_str())
        .expect("an edit");
    assert!(edited.to_string().contains("yes, *here*"), "{edited}");

    let before = world.fake.seq();
    let delete = [
        &["message", "delete", "--message", &ours, "--wait", "server_ack"],
        &to[..],
    ]
    .concat();
    let _done = world.state.json(&delete);
    let changes = world.fake.records_after(before, "message");
    assert!(
        changes.iter().any(|record| record["target"] == ours.as_str()),
        "{changes:?}"
    );
}

#[test]
fn only_what_is_ours_known_and_young_is_changed() {
    let world = world(OPEN);
    let theirs = world.fake.send(OWNER, ANNA, "mine");
    world.until_inbox(OWNER, ANNA, &["mine"]);
    let edit = |id: &str, code| {
        world.state.error(
            &[
                "message",
                "edit",
                "--target",
                ANNA,
                "--message",
                id,
                "--text",
                "x",
            ],
            code,
        )["message"]
            .to_string()
    };
    assert!(edit(&theirs, 1).contains("not sent by this gateway"));
    assert!(edit("3EB0FFFFFF", 1).contains("no message 3EB0FFFFFF"));
    let unknown = [
        "message",
        "react",
        "--target",
        ANNA,
        "--message",
        "3EB0FFFFFF",
        "--emoji",
        "👍",
    ];
    let error = world.state.error(&unknown, 1);
    assert!(
        error["next"]
            .as_str()
            .is_some_and(|text| text.contains("fased explain")),
        "{error}"
    );

    let send = [
        "message",
        "send",
        "--target",
        ANNA,
        "--text",
        "old",
        "--wait",
        "server_ack",
    ];
    let ours = id(&world.state.json(&send));
    journal::change(
        world.state.path(),
        "UPDATE outbox SET first_sent_ms = first_sent_ms - 16 * 60000",
    );
    assert!(edit(&ours, 1).contains("15 minutes"));
    journal::change(
        world.state.path(),
        "UPDATE outbox SET first_sent_ms = first_sent_ms - 3 * 86400000",
    );
    let delete = ["message", "delete", "--target", ANNA, "--message", &ours];
    let error = world.state.error(&delete, 1);
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("2 days")),
        "{error}"
    );
}

#[test]
fn polls_places_and_cards_arrive() {
    let world = world(OPEN);
    let poll = [
        "message",
        "poll",
        "--target",
        ANNA,
        "--question",
        "Lunch?",
        "--option",
        "Pizza",
        "--option",
        "Pasta",
        "--wait",
        "server_ack",
    ];
    let _done = world.state.json(&poll);
    let record = got(&world, "pollCreationMessageV3");
    assert!(record.to_string().contains("Lunch?"), "{record}");
    let card = world.state.beside("ada.vcf");
    std::fs::write(
        &card,
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Byron\nTEL:+15550100077\nEND:VCARD\n",
    )
    .expect("a card");
    let card = card.display().to_string();
    let send = [
        "message",
        "send",
        "--target",
        ANNA,
        "--location",
        "52.5,13.4,Pier",
        "--contact",
        &card,
        "--wait",
        "server_ack",
    ];
    let answer = world.state.json(&send);
    assert_eq!(answer["messages"].as_array().map(Vec::len), Some(2), "{answer}");
    let _place = got(&world, "locationMessage");
    let _card = got(&world, "contactMessage");
}
