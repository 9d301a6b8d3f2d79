//! The tables of inbound messages and replies: from the wire, through the journal, to the envelope.

use std::path::Path;

use fased_policy::access::Nature;
use fased_policy::ids::Identity;
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::{
    ContentKind, Detail as WireDetail, MediaRef, Message, Origin, Quoted as WireQuoted,
};
use serde::Deserialize;
use serde_json::Value;

use super::{Envelope, envelope, quote_of};
use crate::known::Known;
use crate::sidecar::translate;
use crate::store::{Store, StoredMessage};

const ANNA: &str = "15550100002@s.whatsapp.net";
const ROW: &str = "3AROW";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "it is for people")]
    about: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    why: Option<String>,
    /// For the sidecar, which is what makes `content` of it.
    message: Value,
    content: Option<Content>,
    /// The quoted message, where it is known here.
    earlier: Option<Content>,
    timestamp: Option<Time>,
    origin: Option<Place>,
    expect: Option<serde_json::Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    kind: ContentKind,
    raw_kind: String,
    text: Option<Private>,
    #[serde(default)]
    mentions: Vec<Jid>,
    quoted: Option<WireQuoted>,
    media: Option<Box<MediaRef>>,
    detail: Option<Box<WireDetail>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    #[expect(dead_code, reason = "the sidecar reads it")]
    given: Value,
    seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    chat: String,
    push_name: Option<String>,
}

impl Content {
    /// As it comes over the pipe.
    fn sent(self, id: &str, timestamp: i64, place: Option<&Place>) -> Message {
        let chat = place.map_or(ANNA, |place| &place.chat);
        let sender = if chat.ends_with("@g.us") { ANNA } else { chat };
        let message = Message {
            origin: Origin {
                id: id.to_owned(),
                chat: Jid(chat.to_owned()),
                chat_alt: None,
                sender: Jid(sender.to_owned()),
                sender_alt: None,
                from_me: false,
                push_name: place.and_then(|place| place.push_name.clone()).map(Private),
                timestamp,
                offline: false,
            },
            content: self.kind,
            raw_kind: self.raw_kind,
            text: self.text,
            mentions: self.mentions,
            quoted: self.quoted,
            media: self.media,
            detail: self.detail,
        };
        let line = serde_json::to_string(&message).expect("JSON");
        serde_json::from_str(&line).expect("the same")
    }
}

async fn stored(store: &Store, message: &Message) -> StoredMessage {
    let row = translate::message(message);
    store
        .journal("default", std::slice::from_ref(&row), 0)
        .await
        .expect("committed");
    store
        .messages_by_id(&row.message_id)
        .await
        .expect("read")
        .remove(0)
}

/// What an agent gets, with the words and the nature of it, and what a reply quotes.
async fn given(row: &mut Row) -> Option<Value> {
    let content = row.content.take()?;
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    let own = Identity::from_jids("15550100001@s.whatsapp.net", None);
    let place = row.origin.as_ref();
    if let Some(earlier) = row.earlier.take() {
        stored(&store, &earlier.sent("3AQ", 0, place)).await;
    }
    let seconds = row.timestamp.as_ref().map_or(1_700_000_000, |time| time.seconds);
    let message = stored(&store, &content.sent(ROW, seconds, place)).await;
    let known = Known::of(&store, &message, &own, &[]).await.expect("read");
    let envelope = envelope(&store, &message, &known).await.expect("read");
    let mut value = serde_json::to_value(&envelope).expect("JSON");
    let again: Envelope = serde_json::from_value(value.clone()).expect("an envelope");
    assert_eq!(again, envelope, "{}: it can be read back", row.id);
    value["body"] = envelope.body().into();
    value["quote"] = serde_json::to_value(quote_of(&message)).expect("JSON");
    value["nature"] = match known.nature {
        Nature::Said => "said",
        Nature::About => "about",
        Nature::Nothing => "nothing",
    }
    .into();
    Some(value)
}

async fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/cases")
        .join(name);
    let text = std::fs::read_to_string(path).expect("the file is there");
    let file: File = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut wrong = Vec::new();
    for mut row in file.rows {
        assert!(row.message.is_object(), "{}", row.id);
        assert!(
            row.why.as_ref().is_none_or(|why| why.ends_with('.')),
            "{}",
            row.id
        );
        let expected = row.expect.take();
        let found = given(&mut row).await;
        assert_eq!(found.is_some(), expected.is_some(), "{}", row.id);
        for (field, expected) in expected.into_iter().flatten() {
            let found = found.as_ref().and_then(|found| found.get(&field));
            if found != Some(&expected) {
                wrong.push(format!(
                    "{}: {field}: expected {expected}, found {found:?}",
                    row.id
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{name}:\n  {}", wrong.join("\n  "));
}

#[tokio::test]
async fn every_kind_of_message_reaches_an_agent_as_the_table_says() {
    check("inbound.json").await;
}

#[tokio::test]
async fn replies_say_what_they_quote() {
    check("quotes.json").await;
}
