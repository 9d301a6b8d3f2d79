//! `fased message`, from the command line to what the other phone gets, and what is told on the way.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{journal, wait_for};
use serde_json::json;

use crate::sending::{OPEN, got, id, world};

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
        told.contains("not acknowledged it yet") && told.contains(&format!("fased message status {id}")),
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
