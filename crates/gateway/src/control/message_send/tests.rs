//! What a request becomes before anybody is asked.

use fased_protocol::sidecar::{MediaKind, MediaLook};

use super::*;

fn to() -> Target {
    Target::parse("+15550100002").expect("a number")
}

fn file(name: &str) -> Acquired {
    Acquired {
        file: MediaFile {
            file: format!("outbound/{name}"),
            kind: MediaKind::Image,
            mime: "image/png".to_owned(),
            file_name: None,
            look: MediaLook::default(),
        },
        bytes: 1,
    }
}

/// The contents in words.
fn shown(request: &SendRequest, files: Vec<Acquired>) -> Vec<String> {
    let ready = complete(request).expect("a sound request");
    orders(&to(), request, files, ready)
        .into_iter()
        .map(|order| match order.content {
            Content::Markdown(text) => format!("markdown {text}"),
            Content::Plain(text) => format!("plain {text}"),
            Content::File { file, caption } => format!("{} {caption:?}", file.file),
            Content::Ready { text, .. } => format!("ready {text}"),
        })
        .collect()
}

fn text(text: &str) -> SendRequest {
    SendRequest {
        text: Some(Private::from(text)),
        ..SendRequest::default()
    }
}

#[test]
fn the_text_is_the_caption_of_the_first_file() {
    let request = SendRequest {
        media: vec![Private::from("/a"), Private::from("/b")],
        ..text("look")
    };
    assert_eq!(
        shown(&request, vec![file("a"), file("b")]),
        [r#"outbound/a Some("look")"#, "outbound/b None"]
    );
    assert_eq!(shown(&text("look"), Vec::new()), ["markdown look"]);
}

#[test]
fn a_raw_text_is_not_formatted_so_it_goes_before_the_files() {
    let request = SendRequest {
        raw: true,
        media: vec![Private::from("/a")],
        ..text("*look*")
    };
    assert_eq!(
        shown(&request, vec![file("a")]),
        ["plain *look*", "outbound/a None"]
    );
}

#[test]
fn a_place_and_cards_follow_the_text() {
    let card =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN;CHARSET=UTF-8: Ada Byron\r\nTEL:+15550100077\r\nEND:VCARD\r\n";
    let request = SendRequest {
        place: Some(Place {
            latitude: 52.5,
            longitude: 13.4,
            name: None,
        }),
        contacts: vec![Private::from(card)],
        ..text("here")
    };
    assert_eq!(
        shown(&request, Vec::new()),
        ["markdown here", "ready 52.5,13.4", "ready Ada Byron"]
    );
}

#[test]
fn what_makes_no_message_is_refused() {
    let place = |latitude, longitude| SendRequest {
        place: Some(Place {
            latitude,
            longitude,
            name: None,
        }),
        ..SendRequest::default()
    };
    let cards = |card: &str| SendRequest {
        contacts: vec![Private::from(card)],
        ..SendRequest::default()
    };
    for (request, part) in [
        (text(" \n"), "nothing to send"),
        (place(90.5, 0.0), "no place"),
        (place(0.0, f64::NAN), "no place"),
        (cards("Ada"), "no vCard"),
        (cards("BEGIN:VCARD\nTEL:1\nEND:VCARD"), "no vCard"),
        (
            SendRequest {
                media: vec![Private::from("/a"); 11],
                ..SendRequest::default()
            },
            "more than are sent at once",
        ),
    ] {
        let error = complete(&request).expect_err("refused");
        assert_eq!(error.code, ErrorCode::Usage);
        assert!(error.message.contains(part), "{}", error.message);
    }
}
