//! One inbound event, typed, as agents and `fased explain` get it.
//!
//! What people wrote stays in fields of its own and is never part of anything that the gateway says. Names
//! are neutralised; texts are as they came. `Debug` shows neither.

mod body;
#[cfg(test)]
mod cases;
mod detail;
mod gather;
mod media;
mod quoted;
mod vote;

use fased_policy::ids::{ChatId, Identity, Lid, Phone};
use fased_policy::name::neutralised;
use fased_protocol::private::Private;
use serde::{Deserialize, Serialize};

use crate::known::{Known, is_about};
use crate::sidecar::translate::content_kind;
use crate::store::StoredMessage;

pub use detail::{Card, Detail};
pub use gather::{Earlier, earlier, envelope, envelopes};
pub use media::{Media, MediaState};
pub use quoted::{Quoted, quote_of};

/// One inbound event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Kind of content: `text`, `image`, `gif`, `voice`, `location`, `reaction`, …
    pub kind: String,
    /// Text or caption; of a reaction the emoji, of an edit the new wording.
    pub text: Option<Private>,
    /// What came with it.
    pub media: Vec<Media>,
    /// What else it holds.
    pub detail: Option<Detail>,
    /// What it replies to; of a reaction, an edit, a deletion or a vote, what it is about.
    pub quoted: Option<Quoted>,
    /// Who is mentioned by address.
    pub mentions: Vec<Mention>,
    /// When it was sent, Unix seconds.
    pub timestamp: i64,
    /// The protobuf field that held it, such as `extendedTextMessage`.
    pub raw_kind: String,
}

impl Envelope {
    /// Is it about an earlier message: a reaction, an edit, a deletion, a vote?
    #[must_use]
    pub fn is_about_message(&self) -> bool {
        content_kind(&self.kind).is_some_and(is_about)
    }

    /// All of it that an agent gets to see who reads only text: what was written, or else what there is, in words. A
    /// sender can write such words, too; only the other fields tell which it was.
    #[must_use]
    pub fn body(&self) -> String {
        body::of(self)
    }
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
    /// Of a journaled message, what is known of it, and the message that it is about or replies to.
    #[must_use]
    pub fn of(message: &StoredMessage, known: &Known, earlier: Option<&Earlier>) -> Self {
        let media: Vec<Media> = media::of(message).into_iter().collect();
        Self {
            account: message.account.clone(),
            id: message.message_id.clone(),
            chat: Chat::of(&known.chat, &known.own),
            sender: Sender {
                phone: known.sender.phone.clone(),
                lid: known.sender.lid.clone(),
                name: message.push_name.as_deref().and_then(neutralised).map(Private),
            },
            from_me: known.from_me,
            kind: media::precise(&message.content, media.first()),
            text: message.text.clone().map(Private),
            media,
            detail: detail::of(message, known, earlier),
            quoted: quoted::of(message, known, earlier),
            mentions: mentions(message, known),
            timestamp: message.timestamp_s,
            raw_kind: message.raw_kind.clone(),
        }
    }
}

impl Chat {
    /// Of an address.
    #[must_use]
    pub fn of(chat: &ChatId, own: &Identity) -> Self {
        let (kind, id) = match chat {
            ChatId::Direct(person) => (ChatKind::Dm, person.label()),
            ChatId::Group(group) => (ChatKind::Group, group.to_string()),
            ChatId::SelfChat => (ChatKind::SelfChat, own.label()),
            ChatId::NotAConversation(other) => (ChatKind::Other, other.to_string()),
        };
        Self {
            kind,
            id: Private(id),
        }
    }
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
pub(crate) mod tests;
