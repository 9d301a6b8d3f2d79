//! A stray line, an unknown kind and a broken frame are told apart, and none of them leaks a value.

use crate::MAX_LINE_BYTES;
use crate::line::{self, BadLine};
use crate::private::{Jid, Private};
use crate::sidecar::{Event, FromSidecar, Message, Origin, ToSidecar};

fn decode(text: &str) -> Result<FromSidecar, BadLine> {
    line::decode(text)
}

#[test]
fn a_log_line_of_a_library_is_not_a_frame() {
    assert_eq!(decode("Closing session: SessionEntry {"), Err(BadLine::NotAFrame));
    assert_eq!(
        decode(r#"{"level":30,"msg":"connected"}"#),
        Err(BadLine::NotAFrame)
    );
    assert_eq!(decode(""), Err(BadLine::NotAFrame));
}

#[test]
fn an_unknown_kind_is_named() {
    assert_eq!(
        decode(r#"{"kind":"gossip"}"#),
        Err(BadLine::UnknownKind("gossip".into()))
    );
}

#[test]
fn a_broken_field_is_named_without_its_value() {
    let bad = decode(r#"{"kind":"event","seq":"+15550100009","event":{"type":"server_ack"}}"#);
    let Err(BadLine::BadField { kind, problem }) = bad else {
        panic!("{bad:?}")
    };
    assert_eq!(kind, "event");
    assert!(!problem.contains("15550100009"), "{problem}");
}

#[test]
fn an_event_of_a_newer_sidecar_is_kept_as_unknown() {
    let frame = decode(r#"{"kind":"event","seq":4,"event":{"type":"hologram","x":1}}"#);
    assert_eq!(
        frame,
        Ok(FromSidecar::Event {
            seq: 4,
            event: Event::Unknown
        })
    );
}

#[test]
fn too_long_a_line_is_refused_in_both_directions() {
    let text = "x".repeat(MAX_LINE_BYTES + 1);
    assert_eq!(decode(&text), Err(BadLine::TooLong(MAX_LINE_BYTES + 1)));
    let frame = FromSidecar::Event {
        seq: 1,
        event: Event::Message(Box::new(message(&text))),
    };
    assert!(matches!(line::encode(&frame), Err(BadLine::TooLong(_))));
}

#[test]
fn no_text_of_a_peer_can_forge_a_frame() {
    let forged = "hi\n{\"kind\":\"closed\"}\r\u{2028}\u{2029}\u{0}\"}";
    let frame = FromSidecar::Event {
        seq: 1,
        event: Event::Message(Box::new(message(forged))),
    };
    let encoded = line::encode(&frame).expect("short");
    assert_eq!(encoded.matches('\n').count(), 1, "one newline, at the end");
    assert_eq!(decode(&encoded), Ok(frame));
}

#[test]
fn debug_output_shows_neither_text_nor_numbers() {
    let frame = FromSidecar::Event {
        seq: 1,
        event: Event::Message(Box::new(message("the launch code"))),
    };
    let shown = format!("{frame:?}");
    assert!(
        !shown.contains("launch") && !shown.contains("15550100001"),
        "{shown}"
    );
    let stop = format!("{:?}", ToSidecar::Shutdown);
    assert_eq!(stop, "Shutdown");
}

fn message(text: &str) -> Message {
    Message {
        origin: Origin {
            id: "3EB0".into(),
            chat: Jid::from("15550100001@s.whatsapp.net"),
            chat_alt: None,
            sender: Jid::from("15550100001@s.whatsapp.net"),
            sender_alt: None,
            from_me: false,
            push_name: Some(Private::from("Ann")),
            timestamp: 1_700_000_000,
            offline: false,
        },
        content: crate::sidecar::ContentKind::Text,
        raw_kind: "conversation".into(),
        text: Some(Private::from(text)),
        mentions: vec![],
        quoted: None,
        media: None,
        detail: None,
    }
}
