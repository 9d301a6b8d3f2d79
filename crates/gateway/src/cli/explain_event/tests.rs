//! Events that were never sent: what becomes of them under which config.

mod refused;
mod routed;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_700_000_000;
const ANNA: &str = "+15550100002";
const ANNA_LID: &str = "100000000000002@lid";
const OWN: &str = "+15550100001";
const OWN_LID: &str = "100000000000001@lid";
const GROUP: &str = "120363000000000001@g.us";

fn config(whatsapp: &str) -> Config {
    let text = format!("{{ channels: {{ whatsapp: {whatsapp} }} }}");
    Config::parse(&text, Path::new("/etc/fased.json"), |id| PathBuf::from(id)).expect("a valid config")
}

/// An event with these keys over those that every event has.
fn event(keys: &Value) -> Value {
    let mut event = json!({ "self": { "phone": OWN, "lid": OWN_LID }, "timestamp": NOW });
    for (key, value) in keys.as_object().expect("an object") {
        event[key] = value.clone();
    }
    event
}

fn of_anna(keys: &Value) -> Value {
    let mut event = event(&json!({ "chat": { "kind": "dm" }, "sender": { "phone": ANNA }, "text": "hello" }));
    for (key, value) in keys.as_object().expect("an object") {
        event[key] = value.clone();
    }
    event
}

fn in_group(keys: &Value) -> Value {
    let mut event = of_anna(&json!({ "chat": { "kind": "group", "id": GROUP } }));
    for (key, value) in keys.as_object().expect("an object") {
        event[key] = value.clone();
    }
    event
}

fn judged(whatsapp: &str, event: &Value) -> JudgementInfo {
    let judgement = judge(&event.to_string(), &config(whatsapp), NOW + 60);
    judgement.unwrap_or_else(|problem| panic!("{problem}: {event}"))
}

#[test]
fn every_reason_has_its_row() {
    let listed = r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100002"] }"#;
    let other = r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"] }"#;
    let open = r#"{ dmPolicy: "open", allowFrom: ["*"] }"#;
    let personal = r#"{ mode: "personal", groupPolicy: "open" }"#;
    let groups = r#"{ groupPolicy: "open" }"#;
    let own = json!({ "kind": "dm", "id": OWN });
    let hidden = json!({ "lid": ANNA_LID });
    let mention = json!([{ "phone": OWN }]);
    let rows = [
        (
            "drop",
            "not_a_conversation",
            "dm.1",
            open,
            of_anna(&json!({ "chat": { "kind": "dm", "id": "status@broadcast" } })),
        ),
        (
            "drop",
            "own_outgoing",
            "dm.4",
            open,
            of_anna(&json!({ "fromMe": true })),
        ),
        (
            "drop",
            "dm_disabled",
            "dm.5",
            r#"{ dmPolicy: "disabled", allowFrom: ["*"] }"#,
            of_anna(&json!({})),
        ),
        (
            "admit",
            "self_chat",
            "dm.6",
            personal,
            event(&json!({ "chat": own, "fromMe": true })),
        ),
        (
            "drop",
            "self_chat_off",
            "dm.6",
            open,
            event(&json!({ "chat": own, "fromMe": true })),
        ),
        ("admit", "dm_open", "dm.7", open, of_anna(&json!({}))),
        ("admit", "dm_listed", "dm.8", listed, of_anna(&json!({}))),
        (
            "admit",
            "dm_paired",
            "dm.9",
            "{}",
            of_anna(&json!({ "state": { "paired": [ANNA] } })),
        ),
        (
            "hold",
            "unresolved_identity",
            "dm.10",
            other,
            of_anna(&json!({ "sender": hidden })),
        ),
        ("hold", "pairing_required", "dm.11", "{}", of_anna(&json!({}))),
        ("drop", "not_in_allowlist", "dm.12", other, of_anna(&json!({}))),
        (
            "stale",
            "stale",
            "dm.13",
            open,
            of_anna(&json!({ "now": NOW + 43_201 })),
        ),
        (
            "context",
            "about_message",
            "dm.8",
            listed,
            of_anna(&json!({ "kind": "reaction" })),
        ),
        (
            "drop",
            "pairing_required",
            "dm.11",
            "{}",
            of_anna(&json!({ "kind": "poll_vote" })),
        ),
        (
            "drop",
            "groups_disabled",
            "group.1",
            r#"{ groupPolicy: "disabled" }"#,
            in_group(&json!({})),
        ),
        (
            "drop",
            "group_not_listed",
            "group.2",
            r#"{ groupPolicy: "open", groups: { "120363000000000002@g.us": {} } }"#,
            in_group(&json!({})),
        ),
        (
            "drop",
            "group_not_listed",
            "group.2",
            r#"{ groupPolicy: "open", groups: { "120363000000000001@g.us": { enabled: false } } }"#,
            in_group(&json!({})),
        ),
        (
            "drop",
            "group_sender_not_allowed",
            "group.3",
            other,
            in_group(&json!({})),
        ),
        (
            "hold",
            "unresolved_identity",
            "group.3",
            other,
            in_group(&json!({ "sender": hidden })),
        ),
        (
            "drop",
            "own_outgoing",
            "group.4",
            groups,
            in_group(&json!({ "fromMe": true })),
        ),
        (
            "admit",
            "group_mention",
            "group.5",
            groups,
            in_group(&json!({ "mentions": mention })),
        ),
        (
            "admit",
            "group_always",
            "group.5",
            r#"{ groupPolicy: "open", groups: { "*": { requireMention: false } } }"#,
            in_group(&json!({})),
        ),
        (
            "admit",
            "group_always",
            "group.5",
            groups,
            in_group(&json!({ "state": { "activation": "always" } })),
        ),
        (
            "admit",
            "owner_command",
            "group.5",
            r#"{ groupPolicy: "open", owners: ["+15550100002"] }"#,
            in_group(&json!({ "text": "/status" })),
        ),
        (
            "admit",
            "permission_answer",
            "group.5",
            r#"{ groupPolicy: "open", owners: ["+15550100002"] }"#,
            in_group(&json!({ "text": "1", "state": { "question": 2 } })),
        ),
        ("context", "no_mention", "group.5", groups, in_group(&json!({}))),
        (
            "context",
            "no_mention",
            "group.5",
            groups,
            in_group(&json!({ "text": "/status", "state": { "activation": "always" } })),
        ),
        (
            "stale",
            "stale",
            "dm.13",
            groups,
            in_group(&json!({ "mentions": mention, "timestamp": NOW - 43_200 })),
        ),
    ];
    for (verdict, reason, rule, whatsapp, event) in rows {
        let found = judged(whatsapp, &event);
        let told = (
            found.verdict.as_str(),
            found.reason.as_str(),
            found.rule.as_deref(),
        );
        assert_eq!(told, (verdict, reason, Some(rule)), "{whatsapp} {event}");
        let last = found.tried.last().expect("the rule that decided");
        assert_eq!(last.rule, rule, "{whatsapp} {event}");
        assert_eq!(
            verdict == "admit" || reason == "about_message",
            found.fix.is_none() && reason != "own_outgoing" && reason != "not_a_conversation"
        );
    }
}

#[test]
fn a_chat_is_known_under_every_form_of_its_address() {
    let listed = r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100002"] }"#;
    for id in [
        ANNA,
        "15550100002",
        "+1 (555) 010-0002",
        "15550100002@s.whatsapp.net",
        "15550100002:7@s.whatsapp.net",
        "15550100002@c.us",
        ANNA_LID,
        "100000000000002:3@lid",
    ] {
        let found = judged(listed, &of_anna(&json!({ "chat": { "kind": "dm", "id": id } })));
        assert_eq!(found.reason, "dm_listed", "{id}");
    }
    for id in [
        "status@broadcast",
        "1600000000@broadcast",
        "120363000000000009@newsletter",
    ] {
        for kind in ["dm", "group"] {
            let found = judged(listed, &of_anna(&json!({ "chat": { "kind": kind, "id": id } })));
            assert_eq!(found.reason, "not_a_conversation", "{id}");
        }
    }
    for id in [OWN, OWN_LID, "15550100001:2@s.whatsapp.net"] {
        let found = judged(
            r#"{ selfChatMode: true }"#,
            &event(&json!({ "chat": { "kind": "dm", "id": id }, "sender": { "phone": OWN } })),
        );
        assert_eq!(found.reason, "self_chat", "{id}");
    }
}

#[test]
fn a_hidden_sender_in_the_chat_of_a_number_is_that_number() {
    let listed = r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100002"] }"#;
    let hidden = |chat: Value| of_anna(&json!({ "chat": chat, "sender": { "lid": ANNA_LID } }));
    assert_eq!(
        judged(listed, &hidden(json!({ "kind": "dm", "id": ANNA }))).reason,
        "dm_listed"
    );
    assert_eq!(
        judged(listed, &hidden(json!({ "kind": "dm" }))).reason,
        "unresolved_identity"
    );
    let paired =
        of_anna(&json!({ "sender": { "phone": ANNA, "lid": ANNA_LID }, "state": { "paired": [ANNA_LID] } }));
    assert_eq!(judged("{}", &paired).reason, "dm_paired");
}

#[test]
fn what_self_wrote_is_from_me_whether_it_says_so_or_not() {
    let to_anna = json!({ "kind": "dm", "id": ANNA });
    for keys in [
        json!({ "chat": to_anna, "fromMe": true }),
        json!({ "chat": to_anna, "sender": { "phone": OWN } }),
        json!({ "chat": to_anna, "sender": { "lid": OWN_LID } }),
        json!({ "chat": to_anna, "sender": { "phone": ANNA }, "fromMe": true }),
    ] {
        assert_eq!(judged("{}", &event(&keys)).reason, "own_outgoing", "{keys}");
    }
    for keys in [
        json!({ "chat": { "kind": "dm" }, "fromMe": true }),
        json!({ "chat": { "kind": "dm" }, "sender": { "phone": OWN } }),
    ] {
        assert_eq!(judged("{}", &event(&keys)).reason, "self_chat_off", "{keys}");
    }
    // A personal number's owner may write in a group without being on a list.
    let by_hand = event(&json!({ "chat": { "kind": "group", "id": GROUP }, "fromMe": true }));
    assert_eq!(judged(r#"{ mode: "personal" }"#, &by_hand).reason, "no_mention");
}

#[test]
fn a_quoted_message_of_self_is_the_gateways_unless_owners_quote_themselves() {
    let dedicated = r#"{ groupPolicy: "open" }"#;
    let personal = r#"{ mode: "personal", groupPolicy: "open" }"#;
    let quoted = in_group(&json!({ "quotedFromSelf": true }));
    assert_eq!(judged(dedicated, &quoted).reason, "group_mention");
    assert_eq!(judged(personal, &quoted).reason, "group_mention");
    let own =
        event(&json!({ "chat": { "kind": "group", "id": GROUP }, "fromMe": true, "quotedFromSelf": true }));
    assert_eq!(judged(personal, &own).reason, "no_mention");
}

#[test]
fn its_json_is_what_programs_read() {
    let found = judged(
        r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"] }"#,
        &of_anna(&json!({})),
    );
    let mut found = serde_json::to_value(found).expect("JSON");
    // Levels and lines belong to the config's own tests.
    let source = found["source"].take();
    assert_eq!(source["path"], "channels.whatsapp.allowFrom");
    for key in ["level", "file", "line"] {
        assert!(source.get(key).is_some(), "{source}");
    }
    let tried = found["tried"].take();
    let rules: Vec<&str> = tried
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|step| step["rule"].as_str())
        .collect();
    assert_eq!(
        rules,
        [
            "dm.3", "dm.4", "dm.5", "dm.6", "dm.7", "dm.8", "dm.9", "dm.10", "dm.11", "dm.12"
        ]
    );
    assert_eq!(
        tried[0],
        json!({ "rule": "dm.3", "found": "it is none of the gateway's own messages" })
    );
    assert_eq!(
        (&tried[2]["setting"], &tried[2]["source"]["path"]),
        (&json!("dmPolicy"), &json!("channels.whatsapp.dmPolicy"))
    );
    let fix = found["fix"].take();
    assert!(
        fix.as_str()
            .is_some_and(|fix| fix.starts_with("add \"+15550100002\" to channels.whatsapp.allowFrom")),
        "{fix}"
    );
    assert_eq!(
        found,
        json!({ "verdict": "drop", "reason": "not_in_allowlist", "rule": "dm.12", "source": null, "fix": null, "tried": null })
    );
}

#[test]
fn both_times_are_now_unless_said() {
    let mut event = of_anna(&json!({}));
    event.as_object_mut().expect("an object").remove("timestamp");
    let open = r#"{ dmPolicy: "open", allowFrom: ["*"] }"#;
    assert_eq!(judged(open, &event).reason, "dm_open");
    event["now"] = json!(1_000);
    assert_eq!(judged(open, &event).reason, "dm_open");
}
