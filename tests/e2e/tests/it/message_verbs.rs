//! `fased message`, from the command line to what the other phone gets, and what is told on the way.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, journal, wait_for};
use serde_json::{Value, json};

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], pacing: { firstContact: true, jitterMs: 0 } }"#;

/// A linked account that Anna can be reached by.
fn world(whatsapp: &str) -> World {
    let world = World::linked(whatsapp);
    world.fake.contact(&json!({ "phone": ANNA }));
    world
}

/// The id of the only message that a verb queued.
fn id(answer: &Value) -> String {
    let messages = answer["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 1, "{answer}");
    messages[0]["message_id"].as_str().expect("an id").to_owned()
}

/// What the fake got of this kind.
fn got(world: &World, kind: &str) -> Value {
    wait_for(&format!("a {kind}"), PATIENCE, || {
        let records = world.fake.records("message");
        records
            .into_iter()
            .find(|record| record["raw_kind"] == kind || record["kind"] == kind)
    })
}

#[test]
fn a_text_is_formatted_sent_and_waited_for() {
    let world = world(OPEN);
    let words = [
        "message",
        "send",
        "--target",
        ANNA,
        "--text",
        "**hello** there",
        "--wait",
        "delivered",
    ];
    let answer = world.state.json(&words);
    assert_eq!(answer["messages"][0]["state"], "delivered", "{answer}");
    world.until_inbox(OWNER, ANNA, &["*hello* there"]);
    let shown = world.state.json(&["message", "status", &id(&answer)]);
    assert_eq!(shown["messages"][0]["chat"], ANNA, "{shown}");
    assert!(
        shown["messages"][0]["text"].is_null(),
        "texts are private: {shown}"
    );
    let raw = world.state.verb(&[
        "message",
        "send",
        "--target",
        ANNA,
        "--raw",
        "--text",
        "**as is**",
    ]);
    assert_eq!(raw.code, 0, "{raw:?}");
    assert!(raw.stdout.contains("queued"), "{raw:?}");
    world.until_inbox(OWNER, ANNA, &["*hello* there", "**as is**"]);
}

#[test]
fn a_refusal_is_told_with_its_code_and_exits_with_1() {
    let world = world(OPEN);
    world
        .fake
        .fault(&json!({ "kind": "acks", "account": OWNER, "mode": "error", "code": 479, "count": 1 }));
    let error = world.state.error(
        &[
            "message",
            "send",
            "--target",
            ANNA,
            "--text",
            "no",
            "--wait",
            "delivered",
        ],
        1,
    );
    assert!(
        error["message"].as_str().is_some_and(|text| text.contains("479")),
        "{error}"
    );
    assert!(
        error["next"]
            .as_str()
            .is_some_and(|text| text.contains("outbox retry")),
        "{error}"
    );
}

#[test]
fn without_an_ack_the_time_runs_out_and_the_message_stays() {
    let world = world(OPEN);
    for fault in [
        json!({ "kind": "acks", "account": OWNER, "mode": "drop" }),
        json!({ "kind": "receipts_from_contacts", "account": OWNER, "mode": "none" }),
    ] {
        world.fake.fault(&fault);
    }
    let words = [
        "message",
        "send",
        "--target",
        ANNA,
        "--text",
        "wait",
        "--wait",
        "server_ack",
        "--timeout",
        "2s",
        "--json",
    ];
    let answer = world.state.verb(&words);
    assert_eq!(answer.code, 6, "{answer:?}");
    let id = id(&answer.json());
    let told = answer.stderr.lines().last().unwrap_or_default();
    assert!(
        told.contains("stays queued") && told.contains(&format!("fased message status {id}")),
        "{answer:?}"
    );
}

#[test]
fn an_offline_recipient_is_reached_up_to_the_server() {
    let world = world(OPEN);
    world
        .fake
        .fault(&json!({ "kind": "receipts_from_contacts", "account": OWNER, "mode": "none" }));
    let sent = ["message", "send", "--target", ANNA, "--text", "asleep", "--wait"];
    let acked = world.state.json(&[&sent[..], &["server_ack"]].concat());
    assert_eq!(acked["messages"][0]["state"], "server_ack", "{acked}");
    let error = world
        .state
        .error(&[&sent[..], &["delivered", "--timeout", "2s"]].concat(), 6);
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("server_ack")),
        "{error}"
    );
}

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

#[test]
fn a_dry_run_tells_all_and_sends_nothing() {
    let world = world(
        r#"{ dmPolicy: "open", allowFrom: ["*"], textChunkLimit: 200, pacing: { firstContact: true } }"#,
    );
    let text = format!("{}\n\n{}", "one ".repeat(45), "two ".repeat(45));
    let answer = world
        .state
        .json(&["message", "send", "--target", ANNA, "--text", &text, "--dry-run"]);
    assert_eq!(answer["messages"].as_array().map(Vec::len), Some(2), "{answer}");
    assert_eq!(answer["chat"].as_str(), Some(ANNA), "{answer}");
    assert!(answer["messages"][0]["message_id"].is_null(), "{answer}");
    assert!(
        answer["messages"][0]["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("one")),
        "{answer}"
    );
    assert_eq!(journal::outbound(world.state.path()).len(), 0);
}

#[test]
fn what_may_not_be_sent_is_refused_with_the_way_out() {
    let mut world = World::new();
    world.configure(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    world.start();
    let send = |world: &World, code, more: &[&str]| {
        let words = [&["message", "send", "--text", "hi"], more].concat();
        let error = world.state.error(&words, code);
        format!("{} {}", error["message"], error["next"])
    };
    let told = send(&world, 5, &["--target", ANNA]);
    assert!(told.contains("fased channels login"), "{told}");
    world.link("default", OWNER);
    let told = send(&world, 2, &[]);
    assert!(told.contains("defaultTo"), "{told}");
    let told = send(&world, 2, &["--target", "status@broadcast"]);
    assert!(told.contains("cannot be written to"), "{told}");
    let told = send(&world, 1, &["--target", BERT]);
    assert!(told.contains("firstContact"), "{told}");
    let told = send(&world, 1, &["--target", ANNA, "--account", "other"]);
    assert!(told.contains("no account other"), "{told}");
    assert_eq!(journal::outbound(world.state.path()).len(), 0);

    world.configure(&format!(
        r#"{{ dmPolicy: "open", allowFrom: ["*"], observeOnly: true, defaultTo: "{ANNA}" }}"#
    ));
    let _done = world.state.json(&["config", "reload"]);
    let told = send(&world, 1, &[]);
    assert!(told.contains("observeOnly"), "{told}");
    world.take_gateway().kill();
    let told = send(&world, 3, &[]);
    assert!(told.contains("fased gateway run"), "{told}");
}

#[test]
fn a_message_without_a_target_goes_to_the_default_and_two_accounts_must_be_told_apart() {
    let mut world = World::new();
    world.configure(&format!(
        r#"{{ dmPolicy: "open", allowFrom: ["*"], defaultTo: "{ANNA}", pacing: {{ firstContact: true }}, accounts: {{ one: {{}}, two: {{}} }} }}"#
    ));
    world.fake.contact(&json!({ "phone": ANNA }));
    world.start();
    world.link("one", OWNER);
    let send = ["message", "send", "--text", "by default", "--wait", "server_ack"];
    let answer = world.state.json(&send);
    assert_eq!(answer["account"], "one", "{answer}");
    world.until_inbox(OWNER, ANNA, &["by default"]);
    world.link("two", BERT);
    let error = world.state.error(&send, 2);
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("one, two")),
        "{error}"
    );
}

#[test]
fn a_file_below_an_allowed_folder_is_sent_with_its_caption_and_others_are_refused() {
    let mut world = World::new();
    world.configure(OPEN);
    world.fake.contact(&json!({ "phone": ANNA }));
    world.start();
    world.link("default", OWNER);
    let folder = world.state.path().join("workspace");
    std::fs::create_dir_all(&folder).expect("a folder");
    let inside = folder.join("notes.txt");
    std::fs::write(&inside, "some notes").expect("a file");
    let send = |file: &str, more: &[&str]| {
        let words = [
            "message",
            "send",
            "--target",
            ANNA,
            "--media",
            file,
            "--text",
            "the **notes**",
        ];
        [&words[..], more]
            .concat()
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let words = send(&inside.display().to_string(), &["--wait", "delivered"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let _done = world.state.json(&words);
    let record = got(&world, "documentMessage");
    assert!(record.to_string().contains("the *notes*"), "{record}");
    let outside = world.state.beside("secret.txt");
    std::fs::write(&outside, "a secret").expect("a file");
    let words = send(&outside.display().to_string(), &[]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let error = world.state.error(&words, 1);
    assert!(
        error["next"].as_str().is_some_and(|text| !text.is_empty()),
        "{error}"
    );
    wait_for("the copies are gone", Duration::from_secs(60), || {
        let outbound = world.state.path().join("media/outbound");
        let files = std::fs::read_dir(outbound).map(Iterator::count).unwrap_or(0);
        (files == 0).then_some(())
    });
}
