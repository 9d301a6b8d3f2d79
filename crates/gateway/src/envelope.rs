//! One inbound event, typed, as agents and `fased explain` get it.
//!
//! What people wrote stays in fields of its own and is never part of anything that the gateway says. Names
//! are neutralised; texts are as they came. `Debug` shows neither.

use fased_policy::ids::{ChatId, Identity, Lid, Phone};
use fased_policy::name::neutralised;
use fased_protocol::private::Private;
use serde::{Deserialize, Serialize};

use crate::known::Known;
use crate::store::StoredMessage;

/// One inbound event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Account id.
    pub account: String,
    /// The event's id, chosen by its sender.
    pub id: String,
    /// Where it was written.
    pub chat: Chat,
    /// Who wrote it.
    pub sender: Sender,
    /// The linked account itself wrote it, on any of its devices.
    pub from_me: bool,
    /// Kind of content: `text`, `image`, `reaction`, …
    pub kind: String,
    /// Text or caption.
    pub text: Option<Private>,
    /// What came with it.
    pub media: Vec<Media>,
    /// What it replies to.
    pub quoted: Option<Quoted>,
    /// Who is mentioned by address.
    pub mentions: Vec<Mention>,
    /// When it was sent, Unix seconds.
    pub timestamp: i64,
    /// The protobuf field that held it, such as `extendedTextMessage`.
    pub raw_kind: String,
}

/// Where an event was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// What it is.
    pub kind: ChatKind,
    /// A number, a hidden id, or the address of a group.
    pub id: Private,
}

/// Kinds of chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// With one person.
    Dm,
    /// A group.
    Group,
    /// The linked number's chat with itself.
    #[serde(rename = "self")]
    SelfChat,
    /// Status updates, broadcast lists, newsletters.
    Other,
}

/// Who wrote an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Their number, if it is known.
    pub phone: Option<Phone>,
    /// Their hidden id, if it is known.
    pub lid: Option<Lid>,
    /// The name they chose for themselves, neutralised.
    pub name: Option<Private>,
}

/// A picture, film, sound or file. None are fetched yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Media {}

/// The message that an event replies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// Its id.
    pub id: String,
    /// Who wrote it: a number or a hidden id.
    pub sender: Option<Private>,
    /// What it said, as far as the event repeats it.
    pub text: Option<Private>,
    /// The linked account wrote it, or the gateway did.
    pub from_self: bool,
}

/// Somebody who is mentioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Their number, if it is known.
    pub phone: Option<Phone>,
    /// Their hidden id, if it is known.
    pub lid: Option<Lid>,
    /// It is the linked account.
    pub is_self: bool,
}

impl Envelope {
    /// Of a journaled message and what is known of it.
    #[must_use]
    pub fn of(message: &StoredMessage, known: &Known) -> Self {
        Self {
            account: message.account.clone(),
            id: message.message_id.clone(),
            chat: chat(&known.chat, &known.own),
            sender: Sender {
                phone: known.sender.phone.clone(),
                lid: known.sender.lid.clone(),
                name: message.push_name.as_deref().and_then(neutralised).map(Private),
            },
            from_me: known.from_me,
            kind: message.content.clone(),
            text: message.text.clone().map(Private),
            media: Vec::new(),
            quoted: quoted(message, known),
            mentions: mentions(message, known),
            timestamp: message.timestamp_s,
            raw_kind: message.raw_kind.clone(),
        }
    }
}

fn chat(chat: &ChatId, own: &Identity) -> Chat {
    let (kind, id) = match chat {
        ChatId::Direct(person) => (ChatKind::Dm, person.label()),
        ChatId::Group(group) => (ChatKind::Group, group.to_string()),
        ChatId::SelfChat => (ChatKind::SelfChat, own.label()),
        ChatId::NotAConversation(other) => (ChatKind::Other, other.to_string()),
    };
    Chat {
        kind,
        id: Private(id),
    }
}

fn quoted(message: &StoredMessage, known: &Known) -> Option<Quoted> {
    let sender = message
        .quoted_sender
        .as_deref()
        .map(|jid| Identity::from_jids(jid, None));
    let by_own_number = sender.as_ref().is_some_and(|sender| known.own.matches(sender));
    Some(Quoted {
        id: message.quoted_id.clone()?,
        sender: sender
            .filter(|sender| !sender.is_empty())
            .map(|sender| Private(sender.label())),
        text: message.quoted_text.clone().map(Private),
        from_self: by_own_number || known.quotes_gateway,
    })
}

/// What is known of them completes the addresses, where mentions decide anything: in groups.
fn mentions(message: &StoredMessage, known: &Known) -> Vec<Mention> {
    let mention = |person: Identity| Mention {
        is_self: known.own.matches(&person),
        phone: person.phone,
        lid: person.lid,
    };
    if known.mentions.is_empty() {
        let jids = message.mentions();
        return jids
            .iter()
            .map(|jid| mention(Identity::from_jids(jid, None)))
            .collect();
    }
    known.mentions.iter().cloned().map(mention).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

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
            aside: false,
            text: message.text.clone(),
            mentions: Vec::new(),
            quotes_gateway: false,
            activation: None,
        }
    }

    #[test]
    fn its_shape_is_what_agents_are_told() {
        let message = message();
        let value = serde_json::to_value(Envelope::of(&message, &known(&message))).expect("JSON");
        let expected = json!({
            "account": "default",
            "id": "3AFF",
            "chat": { "kind": "group", "id": "120363000000000001@g.us" },
            "sender": { "phone": "+15550100002", "lid": "100000000000002@lid", "name": "Anna" },
            "from_me": false,
            "kind": "text",
            "text": "hello\n@you",
            "media": [],
            "quoted": { "id": "3AEE", "sender": "+15550100001", "text": "before", "from_self": true },
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
        let shown = format!("{:?}", Envelope::of(&message, &known(&message)));
        for private in ["5550100002", "000000000002", "Anna", "hello", "before", "120363"] {
            assert!(!shown.contains(private), "{private}: {shown}");
        }
    }
}
