//! What people and programs are told of a message, of a person, and of an event that never happened.

use std::fs;
use std::time::Duration;

use fased_e2e::state_dir::StateDir;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use serde_json::{Value, json};

/// Ends the gateway as a person would.
fn stop(world: &mut World) {
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    assert_eq!(world.take_gateway().ended(Duration::from_secs(10)), 0);
}

/// Sends one event of each kind; each with the kind it is to be explained as.
fn one_of_each(world: &World) -> Vec<(String, &'static str)> {
    let mut sent = Vec::new();
    let mut send = |kind: &'static str, message: Value| {
        let id = world.fake.send_with(&message).remove(0);
        sent.push((id.clone(), kind));
        id
    };
    let of_anna = |more: Value| {
        let mut message = json!({ "to": OWNER, "from": ANNA });
        for (key, value) in more.as_object().expect("an object") {
            message[key] = value.clone();
        }
        message
    };
    let first = send("text", of_anna(json!({ "text": "listed" })));
    let other = send("text", of_anna(json!({ "text": "changed my mind" })));
    send("text", json!({ "to": OWNER, "from": BERT, "text": "not listed" }));
    send(
        "text",
        json!({ "to": OWNER, "from": OWNER, "chat": BERT, "text": "by hand" }),
    );
    send("text", json!({ "to": OWNER, "from": OWNER, "text": "to myself" }));
    send(
        "text",
        of_anna(json!({ "text": "about that", "quote": { "id": first, "from": ANNA, "text": "listed" } })),
    );
    send(
        "reaction",
        of_anna(json!({ "kind": "reaction", "target": first, "text": "👍" })),
    );
    send(
        "edit",
        of_anna(json!({ "kind": "edit", "target": first, "text": "changed" })),
    );
    send("delete", of_anna(json!({ "kind": "delete", "target": other })));
    for (kind, content) in [
        (
            "image",
            json!({ "imageMessage": { "caption": "a picture", "mimetype": "image/png" } }),
        ),
        ("video", json!({ "videoMessage": { "mimetype": "video/mp4" } })),
        ("audio", json!({ "audioMessage": { "mimetype": "audio/ogg" } })),
        ("document", json!({ "documentMessage": { "fileName": "a.pdf" } })),
        (
            "sticker",
            json!({ "stickerMessage": { "mimetype": "image/webp" } }),
        ),
        (
            "location",
            json!({ "locationMessage": { "degreesLatitude": 1.5, "degreesLongitude": 2.5 } }),
        ),
        (
            "contact",
            json!({ "contactMessage": { "displayName": "Cara", "vcard": "BEGIN:VCARD\nEND:VCARD" } }),
        ),
    ] {
        send(kind, of_anna(json!({ "content": content })));
    }
    let group = world.fake.group("pn", &[OWNER, ANNA, BERT]);
    send(
        "text",
        json!({ "group": group, "from": ANNA, "text": "among us" }),
    );
    send(
        "text",
        json!({ "group": group, "from": ANNA, "text": "@you", "mentions": [OWNER] }),
    );
    send(
        "text",
        json!({ "group": group, "from": BERT, "text": "a stranger here" }),
    );
    send(
        "undecryptable",
        of_anna(json!({ "text": "broken", "corrupt": true, "serve_retries": false })),
    );
    sent
}

/// What stays true of an explanation whatever happens to the answers.
fn settled(message: &Value) -> Value {
    let keys = [
        "event", "verdict", "reason", "rule", "source", "fix", "tried", "now",
    ];
    keys.iter()
        .map(|key| ((*key).to_owned(), message[key].clone()))
        .collect()
}

#[test]
fn c6_every_kind_of_event_is_explained_with_the_gateway_and_without() {
    let mut world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    let sent = one_of_each(&world);
    let mut told = Vec::new();
    for (id, kind) in &sent {
        let message = world.verdict(id);
        let event = &message["event"];
        assert_eq!(
            (&event["id"], &event["kind"]),
            (&json!(id), &json!(kind)),
            "{message}"
        );
        assert_eq!(event["account"], "default");
        assert!(
            event["sender"]["phone"].is_string(),
            "everybody here shows a number: {message}"
        );
        assert!(
            message["reason"].is_string() && message["sentence"].is_string(),
            "{message}"
        );
        assert!(message["now"].is_null(), "nothing has changed since: {message}");
        if *kind == "undecryptable" {
            assert!(message["note"].is_string(), "{message}");
        } else {
            let tried = message["tried"].as_array().expect("a list of rules");
            assert!(!tried.is_empty(), "{message}");
            if message["rule"].is_string() {
                assert_eq!(
                    tried.last().expect("a rule")["rule"],
                    message["rule"],
                    "{message}"
                );
            }
        }
        let refused = [
            "not_in_allowlist",
            "group_sender_not_allowed",
            "no_mention",
            "self_chat_off",
        ];
        let reason = message["reason"].as_str().expect("a reason");
        assert_eq!(message["fix"].is_string(), refused.contains(&reason), "{message}");
        told.push(settled(&message));
    }
    stop(&mut world);
    for ((id, kind), before) in sent.iter().zip(told) {
        let message = world.verdict(id);
        assert_eq!(
            settled(&message),
            before,
            "{kind} is told without a gateway as it was with one"
        );
        let text = world.state.verb(&["explain", id]);
        assert_eq!(text.code, 0, "{text:?}");
        assert!(
            text.stdout.contains(&format!("message {id} (in, {kind})")),
            "{text:?}"
        );
    }
}

#[test]
fn an_explanation_shows_what_was_said_and_to_whom() {
    let world = World::linked(&format!(r#"{{ groupPolicy: "open", allowFrom: ["{ANNA}"] }}"#));
    let lid = world
        .fake
        .contact(&json!({ "phone": BERT, "name": "Be\u{202e}rt" }));
    let group = world.fake.group("lid", &[OWNER, ANNA, BERT]);
    let said = json!({ "group": group, "from": BERT, "text": "@you and @her", "mentions": [OWNER, ANNA] });
    let id = world.fake.send_with(&said).remove(0);
    let message = world.verdict(&id);
    let event = &message["event"];
    assert_eq!(event["chat"], json!({ "kind": "group", "id": group }));
    assert_eq!(
        (&event["sender"]["lid"], &event["sender"]["name"]),
        (&json!(lid), &json!("Bert"))
    );
    let mentions = event["mentions"].as_array().expect("a list");
    let selves: Vec<&Value> = mentions.iter().map(|mention| &mention["is_self"]).collect();
    assert_eq!(selves, [&json!(true), &json!(false)], "{event}");
    let text = world.state.verb(&["explain", &id]).stdout;
    assert!(
        text.contains("said          \"@you and @her\"") && text.contains("(this account)"),
        "{text}"
    );
    assert!(text.contains("tried         group.1"), "{text}");
}

#[test]
fn a_changed_config_is_judged_by_again_and_the_record_stays() {
    let mut world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    let id = world.fake.send(OWNER, BERT, "not listed yet");
    let dropped = world.verdict(&id);
    assert_eq!(
        (&dropped["reason"], &dropped["now"]),
        (&json!("not_in_allowlist"), &Value::Null)
    );
    let fix = dropped["fix"].as_str().expect("a fix");
    assert!(
        fix.contains(&format!("add \"{BERT}\" to channels.whatsapp.allowFrom")),
        "{fix}"
    );
    stop(&mut world);
    world.configure(&format!(
        r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}", "{BERT}"] }}"#
    ));
    let message = world.verdict(&id);
    assert_eq!(
        (&message["verdict"], &message["reason"], &message["rule"]),
        (&json!("drop"), &json!("not_in_allowlist"), &json!("dm.12"))
    );
    assert_eq!(
        (&message["now"]["verdict"], &message["now"]["reason"]),
        (&json!("admit"), &json!("dm_listed"))
    );
    assert!(message["fix"].is_null(), "nothing is left to be done: {message}");
    let text = world.state.verb(&["explain", &id]).stdout;
    assert!(
        text.contains("judged again  now it would be: admit: dm_listed, rule dm.8"),
        "{text}"
    );
    // A config that cannot be read keeps nobody from what was recorded.
    world.configure("{ dmPolicy: 7 }");
    let message = world.verdict(&id);
    assert_eq!(message["reason"], "not_in_allowlist");
    assert!(
        message["note"]
            .as_str()
            .is_some_and(|note| note.contains("dmPolicy")),
        "{message}"
    );
}

#[test]
fn whether_somebody_would_be_heard_is_answered_from_what_is_known_of_them() {
    let mut world = World::linked(r#"{ groupPolicy: "open" }"#);
    let lid = world
        .fake
        .contact(&json!({ "phone": ANNA, "addressing": "lid", "share_alt": true }));
    let id = world.fake.send(OWNER, ANNA, "let me in");
    assert_eq!(world.verdict(&id)["reason"], "pairing_required");
    let heard = |world: &World, words: &[&str]| world.state.json(&[&["explain", "--sender"], words].concat());
    let before = heard(&world, &[ANNA]);
    assert_eq!(
        (&before["verdict"], &before["reason"]),
        (&json!("hold"), &json!("pairing_required"))
    );
    assert_eq!(
        before["fix"],
        format!("run: fased pairing approve whatsapp --sender {ANNA}")
    );
    let approved = world
        .state
        .verb(&["pairing", "approve", "whatsapp", "--sender", ANNA]);
    assert_eq!(approved.code, 0, "{approved:?}");
    let group = "120363000000000001@g.us";
    let ask = |world: &World| {
        for name in [ANNA, &lid] {
            let after = heard(world, &[name]);
            assert_eq!(
                (&after["verdict"], &after["reason"]),
                (&json!("admit"), &json!("dm_paired"))
            );
            assert_eq!(
                after["sender"],
                json!({ "phone": ANNA, "lid": lid }),
                "the mapping was learned"
            );
        }
        assert_eq!(heard(world, &[BERT])["reason"], "pairing_required");
        let there = heard(world, &[BERT, "--group", group]);
        assert_eq!(
            (&there["verdict"], &there["reason"]),
            (&json!("context"), &json!("no_mention"))
        );
        assert_eq!(there["mentioned"]["reason"], "group_mention");
        assert_eq!(heard(world, &[OWNER])["reason"], "self_chat_off");
    };
    ask(&world);
    stop(&mut world);
    ask(&world);
    assert_eq!(
        world.state.error(&["explain", "--sender", "0123"], 2)["code"],
        "usage"
    );
    assert_eq!(
        world
            .state
            .error(&["explain", "--sender", ANNA, "--group", "us"], 2)["code"],
        "usage"
    );
    let missing = world
        .state
        .error(&["explain", "--sender", ANNA, "--account", "work"], 1);
    assert_eq!(missing["code"], "not_found");
}

#[test]
fn an_event_that_never_happened_is_judged_without_gateway_or_store() {
    let mut state = StateDir::new();
    state.configure(&format!(
        r#"{{ channels: {{ whatsapp: {{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }} }} }}"#
    ));
    let file = state.beside("event.json").display().to_string();
    let write = |event: &Value| fs::write(&file, event.to_string()).expect("write the event");
    let event = |from: &str| json!({ "chat": { "kind": "dm", "id": from }, "sender": { "phone": from }, "self": { "phone": OWNER } });
    write(&event(ANNA));
    let judged = state.json(&["explain", "--event", &file]);
    assert_eq!(
        (&judged["verdict"], &judged["reason"], &judged["rule"]),
        (&json!("admit"), &json!("dm_listed"), &json!("dm.8"))
    );
    write(&event(BERT));
    let judged = state.json(&["explain", "--event", &file]);
    assert_eq!(
        (&judged["verdict"], &judged["reason"]),
        (&json!("drop"), &json!("not_in_allowlist"))
    );
    assert_eq!(judged["source"]["path"], "channels.whatsapp.allowFrom");
    assert!(
        judged["fix"].as_str().is_some_and(|fix| fix.contains(BERT)),
        "{judged}"
    );
    let text = state.verb(&["explain", "--event", &file]);
    assert_eq!(text.code, 0, "every verdict is an answer: {text:?}");
    assert!(
        text.stdout.starts_with("drop: not_in_allowlist, rule dm.12\n"),
        "{text:?}"
    );

    let open = state.beside("open.json").display().to_string();
    fs::write(
        &open,
        r#"{ channels: { whatsapp: { dmPolicy: "open", allowFrom: ["*"] } } }"#,
    )
    .expect("write a config");
    let judged = state.json(&["explain", "--event", &file, "--config", &open]);
    assert_eq!(judged["reason"], "dm_open");
    let piped = state
        .fased(&["explain", "--event", "-", "--json"])
        .stdin(fs::File::open(&file).expect("open the event"))
        .output()
        .expect("run fased");
    let piped: Value = serde_json::from_slice(&piped.stdout).expect("JSON");
    assert_eq!(piped["reason"], "not_in_allowlist");

    write(&json!({ "chat": { "kind": "dm" }, "sendr": { "phone": ANNA }, "self": { "phone": OWNER } }));
    let error = state.error(&["explain", "--event", &file], 2);
    let message = error["message"].as_str().expect("a message");
    assert!(
        message.contains("sendr") && message.contains("did you mean `sender`?"),
        "{message}"
    );
    assert_eq!(
        state.error(&["explain", "--event", "/no/such/file"], 2)["code"],
        "usage"
    );
    assert_eq!(
        state.error(&["explain", "--event", &file, "--config", "/no/such/file"], 2)["code"],
        "config"
    );
    assert!(!state.path().exists(), "nothing is made on disk");
}

#[test]
fn a_fix_names_the_line_where_the_key_stands() {
    let mut state = StateDir::new();
    state.configure(&format!(
        "{{ channels: {{\n  whatsapp: {{ dmPolicy: \"allowlist\",\n    allowFrom: [\"{ANNA}\"] }} }} }}"
    ));
    let file = state.beside("event.json").display().to_string();
    let event = json!({ "chat": { "kind": "dm" }, "sender": { "phone": BERT }, "self": { "phone": OWNER } });
    fs::write(&file, event.to_string()).expect("write the event");
    let judged = state.json(&["explain", "--event", &file]);
    let config = state.beside("fased.json").display().to_string();
    let source = json!({ "level": "root", "path": "channels.whatsapp.allowFrom", "file": config, "line": 3 });
    assert_eq!(judged["source"], source);
    let fix = judged["fix"].as_str().expect("a fix");
    assert!(
        fix.contains(&format!(
            "to channels.whatsapp.allowFrom ({config}:3), or run: fased config set"
        )),
        "{fix}"
    );
}
