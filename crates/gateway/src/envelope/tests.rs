use serde_json::json;

use fased_policy::access::Nature;

use super::*;
use crate::store::InboundFile;

const OWN: &str = "15550100001@s.whatsapp.net";

/// A message in a group.
pub(crate) fn message() -> StoredMessage {
    StoredMessage {
        seq: 1,
        account: "default".to_owned(),
        chat: "120363000000000001@g.us".to_owned(),
        sender: "100000000000002@lid".to_owned(),
        message_id: "3AFF".to_owned(),
        chat_alt: None,
        sender_alt: Some("15550100002:4@s.whatsapp.net".to_owned()),
        from_me: false,
        push_name: Some("An\u{202e}na\n\u{7}".to_owned()),
        timestamp_s: 1_700_000_000,
        content: "text".to_owned(),
        raw_kind: "extendedTextMessage".to_owned(),
        text: Some("hello\n@you".to_owned()),
        mentions: json!([OWN, "15550100003@s.whatsapp.net"]).to_string(),
        quoted_id: Some("3AEE".to_owned()),
        quoted_sender: Some(OWN.to_owned()),
        quoted_text: Some("before".to_owned()),
        detail: None,
        media: None,
        recorded_ms: 1_700_000_000_500,
        outcome: None,
        reason: None,
        rule: None,
    }
}

/// What is known of it without a store.
pub(crate) fn known(message: &StoredMessage) -> Known {
    let own = Identity::from_jids(OWN, Some("100000000000001@lid"));
    Known {
        chat: ChatId::from_jids(&message.chat, None, &own),
        sender: Identity::from_jids(&message.sender, message.sender_alt.as_deref()),
        own,
        from_me: false,
        timestamp_s: message.timestamp_s,
        own_echo: false,
        paired: false,
        identity_pending: false,
        nature: Nature::Said,
        text: message.text.clone(),
        typed: true,
        mentions: Vec::new(),
        quotes_gateway: false,
        activation: None,
        chosen_agent: None,
        question: None,
        waits: false,
    }
}

#[test]
fn its_shape_is_what_agents_are_told() {
    let message = message();
    let value = serde_json::to_value(Envelope::of(&message, &known(&message), None)).expect("JSON");
    let expected = json!({
        "account": "default",
        "id": "3AFF",
        "chat": { "kind": "group", "id": "120363000000000001@g.us" },
        "sender": { "phone": "+15550100002", "lid": "100000000000002@lid", "name": "Anna" },
        "from_me": false,
        "kind": "text",
        "text": "hello\n@you",
        "media": [],
        "detail": null,
        "quoted": { "id": "3AEE", "sender": "+15550100001", "kind": null, "text": "before", "from_self": true },
        "mentions": [
            { "phone": "+15550100001", "lid": null, "is_self": true },
            { "phone": "+15550100003", "lid": null, "is_self": false },
        ],
        "timestamp": 1_700_000_000,
        "raw_kind": "extendedTextMessage",
    });
    assert_eq!(value, expected);
}

#[test]
fn its_debug_form_tells_nothing_of_people() {
    let message = message();
    let shown = format!("{:?}", Envelope::of(&message, &known(&message), None));
    for private in ["5550100002", "000000000002", "Anna", "hello", "before", "120363"] {
        assert!(!shown.contains(private), "{private}: {shown}");
    }
}

#[test]
fn the_state_of_a_file_is_read_from_the_words_of_the_store() {
    let read = |state: &str, file: Option<&str>, error: Option<&str>| {
        let state = MediaState::stored(InboundFile {
            inbox_seq: 1,
            state: state.to_owned(),
            file: file.map(str::to_owned),
            bytes: None,
            sha256: file.map(|_| "ab".to_owned()),
            error: error.map(str::to_owned),
            attempts: 0,
        });
        serde_json::to_value(state).expect("JSON")
    };
    assert_eq!(
        read("ready", Some("inbound/a.jpg"), None),
        json!({ "state": "ready", "file": "inbound/a.jpg", "sha256": "ab" })
    );
    assert_eq!(
        read("failed", None, Some("too_large")),
        json!({ "state": "failed", "error": "too_large" })
    );
    assert_eq!(
        read("removed", Some("inbound/a.jpg"), None),
        json!({ "state": "removed" })
    );
    assert_eq!(read("wanted", None, None), json!({ "state": "wanted" }));
}
