//! Lines between gateway and sidecar, and between command line and gateway: whatever comes, reading them ends well, and
//! nothing that a person wrote can pass for a line of its own.

use fased_protocol::MAX_LINE_BYTES;
use fased_protocol::control::{ControlRequest, ControlResponse};
use fased_protocol::line::{BadLine, decode, encode};
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::{ContentKind, Event, FromSidecar, Message, Origin, ToSidecar};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        read_back::<FromSidecar>(line);
        read_back::<ToSidecar>(line);
        read_back::<ControlRequest>(line);
        read_back::<ControlResponse>(line);
    }
    carried(&text);
    if bytes.first() == Some(&b'+') {
        too_long(&text);
    }
}

/// What can be read says the same when it is written and read again.
fn read_back<T: Serialize + DeserializeOwned>(line: &str) {
    let Ok(frame) = decode::<T>(line) else { return };
    let once = encode(&frame).expect("what came in one line fits into one");
    one_line(&once);
    let again: T = decode(&once).expect("what was written can be read");
    assert_eq!(encode(&again).expect("as before"), once, "it says the same");
}

/// A person's text, name and id come through as they are, in one line.
fn carried(text: &str) {
    let message = Message {
        origin: Origin {
            id: text.chars().take(64).collect(),
            chat: Jid("15550100002@s.whatsapp.net".to_owned()),
            chat_alt: None,
            sender: Jid(text.chars().take(64).collect()),
            sender_alt: None,
            from_me: false,
            push_name: Some(Private(text.to_owned())),
            timestamp: 1_700_000_000,
            offline: false,
        },
        content: ContentKind::Text,
        raw_kind: "conversation".to_owned(),
        text: Some(Private(text.to_owned())),
        mentions: Vec::new(),
        quoted: None,
        media: None,
        detail: None,
    };
    let frame = FromSidecar::Event {
        seq: 1,
        event: Event::Message(Box::new(message)),
    };
    match encode(&frame) {
        Ok(line) => {
            one_line(&line);
            assert_eq!(decode(&line), Ok(frame));
        }
        Err(BadLine::TooLong(length)) => assert!(length > MAX_LINE_BYTES),
        Err(other) => panic!("writing says: {other}"),
    }
}

/// One byte too many is told apart from everything else, whatever the line holds.
fn too_long(text: &str) {
    let mut line = text.repeat(MAX_LINE_BYTES / text.len() + 1);
    while line.len() <= MAX_LINE_BYTES {
        line.push(' ');
    }
    assert_eq!(decode::<FromSidecar>(&line), Err(BadLine::TooLong(line.len())));
}

fn one_line(line: &str) {
    assert_eq!(line.matches('\n').count(), 1, "one newline");
    assert!(line.ends_with('\n'), "at its end");
    // Readers of lines may take these for ends, too.
    assert!(!line.contains('\r'), "and no other end of a line");
}
