//! `fased messages`: both sides of a chat, by every address, page by page.

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, wait_for};
use serde_json::{Value, json};

fn texts(answer: &Value) -> Vec<&str> {
    let messages = answer["messages"].as_array().expect("a list");
    messages
        .iter()
        .filter_map(|message| message["text"].as_str())
        .collect()
}

#[test]
fn a_chat_is_read_whole_whichever_address_was_used() {
    let mut world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    world.answers("by number");
    world.fake.contact(&json!({ "phone": ANNA, "addressing": "lid" }));
    world.answers("by hidden id");
    let all = world.state.json(&["messages", ANNA]);
    assert_eq!(
        texts(&all),
        ["by number", "by number", "by hidden id", "by hidden id"],
        "{all}"
    );
    assert_eq!((&all["chat"], &all["more"]), (&json!(ANNA), &json!(false)));
    let [asked, answered] = [&all["messages"][2], &all["messages"][3]];
    assert_eq!(
        (&asked["sender"], &asked["from_me"]),
        (&json!(ANNA), &json!(false))
    );
    assert_eq!(
        (&answered["agent"], &answered["from_me"]),
        (&json!("main"), &json!(true))
    );
    wait_for("the answer on the phone", PATIENCE, || {
        let state = world.state.json(&["messages", ANNA, "--limit", "1"])["messages"][0]["state"].take();
        (state == "delivered").then_some(())
    });

    let last = world.state.json(&["messages", ANNA, "--limit", "1"]);
    assert_eq!(
        (texts(&last), &last["more"]),
        (vec!["by hidden id"], &json!(true))
    );
    let id = last["messages"][0]["message_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let before = world
        .state
        .json(&["messages", ANNA, "--limit", "2", "--before", &id]);
    assert_eq!(
        (texts(&before), &before["more"]),
        (vec!["by number", "by hidden id"], &json!(true))
    );
    let nowhere = world.state.error(&["messages", OWNER, "--before", &id], 1);
    assert_eq!(nowhere["code"], "not_found");
    assert_eq!(world.state.error(&["messages", "nobody"], 2)["code"], "usage");

    world.take_gateway().kill();
    assert_eq!(
        texts(&world.state.json(&["messages", ANNA])),
        texts(&all),
        "without a gateway too"
    );
}

/// Two who ask at the same moment, and one who asks again after a crash.
#[test]
fn under_one_key_a_message_is_sent_once() {
    let mut world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    world.answers("hello");
    let words = [
        "message",
        "send",
        "--target",
        ANNA,
        "--text",
        "the build is green",
        "--key",
        "build-81",
    ];
    let ids: Vec<Value> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| world.state.json(&words)["messages"][0]["message_id"].take()))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("asked"))
            .collect()
    });
    assert!(ids.iter().all(|id| id.is_string() && *id == ids[0]), "{ids:?}");
    let texts = ["hello", "the build is green"];
    world.until_inbox(OWNER, ANNA, &texts);
    world.kill_and_start();
    world.until("default", "ready");
    let again = world.state.json(&words);
    assert_eq!(
        (&again["repeated"], &again["messages"][0]["message_id"]),
        (&json!(true), &ids[0])
    );
    let other = [
        "message", "send", "--target", ANNA, "--text", "another", "--key", "build-82",
    ];
    assert_eq!(world.state.json(&other)["repeated"], false);
    world.until_inbox(OWNER, ANNA, &["hello", "the build is green", "another"]);
    let elsewhere = [
        "message", "send", "--target", OWNER, "--text", "x", "--key", "build-82",
    ];
    assert_eq!(world.state.error(&elsewhere, 1)["code"], "refused");
}

/// Of some that ask at the same moment for different messages one is sent, whole, and the others are told.
#[test]
fn a_key_is_for_one_message_however_many_ask_at_once() {
    let world = World::linked(&format!(
        r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"], textChunkLimit: 200, pacing: {{ firstContact: true }} }}"#
    ));
    world.fake.contact(&json!({ "phone": ANNA }));
    let _done = world.state.json(&["channels", "pause", "--account", "default"]);
    let texts = ["short".to_owned(), "word ".repeat(90), "other ".repeat(150)];
    let codes: Vec<_> = std::thread::scope(|scope| {
        let asked = texts.iter().flat_map(|text| [(text, ANNA), (text, OWNER)]);
        let asked: Vec<_> = asked
            .map(|(text, to)| {
                let words = [
                    "message",
                    "send",
                    "--raw",
                    "--target",
                    to,
                    "--text",
                    text.as_str(),
                    "--key",
                    "one",
                ];
                let world = &world;
                scope.spawn(move || world.state.verb(&words).code)
            })
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("asked"))
            .collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| [0, 1].contains(code)), "{codes:?}");
    let queued = world.state.json(&["outbox", "list", "--text"]);
    let parts: Vec<&str> = queued["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .rev()
        .filter_map(|part| part["text"].as_str())
        .collect();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let sent = words(&parts.join(" "));
    assert!(texts.iter().any(|text| words(text) == sent), "{parts:?}");
}
