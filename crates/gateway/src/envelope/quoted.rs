//! The message that another one replies to or is about.

use fased_policy::ids::Identity;
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::{Outgoing, Quote};
use serde::{Deserialize, Serialize};

use super::{Earlier, body, detail, media};
use crate::known::Known;
use crate::store::{StoredMessage, Target};

/// The message that an event replies to or is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// Its id.
    pub id: String,
    /// Who wrote it: a number or a hidden id.
    pub sender: Option<Private>,
    /// Its kind, if the message is known here.
    pub kind: Option<String>,
    /// What it said: as it is known here, or else as the event repeats it.
    pub text: Option<Private>,
    /// The linked account wrote it, or the gateway did.
    pub from_self: bool,
}

/// Longest text of a message that is only referred to, in characters.
const MAX_TEXT: usize = 1_000;

pub(super) fn of(message: &StoredMessage, known: &Known, earlier: Option<&Earlier>) -> Option<Quoted> {
    let id = message.quoted_id.clone()?;
    let named = message
        .quoted_sender
        .as_deref()
        .map(|jid| Identity::from_jids(jid, None));
    let writer = earlier.map(|earlier| &earlier.writer).or(named.as_ref());
    let is_own = |person: &Identity| known.own.matches(person);
    let from_self = writer.is_some_and(is_own) || known.quotes_gateway;
    let said = earlier.map(|earlier| said(&earlier.target));
    let (kind, text) = said.map_or((None, None), |(kind, text)| (Some(kind), text));
    let repeated = message.quoted_text.clone().filter(|text| !text.trim().is_empty());
    Some(Quoted {
        id,
        sender: writer
            .filter(|writer| !writer.is_empty())
            .map(|writer| Private(writer.label())),
        kind,
        // A reply repeats what its writer wants; what was said is known better here.
        text: text
            .or(repeated)
            .map(|text| Private(text.chars().take(MAX_TEXT).collect())),
        from_self,
    })
}

/// What a reply to this message quotes: its writer under the address that it came under, and its words.
#[must_use]
pub fn quote_of(message: &StoredMessage) -> Quote {
    let (_, text) = received(message);
    Quote {
        id: message.message_id.clone(),
        sender: Jid(message.sender.clone()),
        text: Private(text.unwrap_or_default().chars().take(MAX_TEXT).collect()),
    }
}

/// Kind and words of a message that came in.
fn received(message: &StoredMessage) -> (String, Option<String>) {
    let media = media::of(message);
    let kind = media::precise(&message.content, media.as_ref());
    let text = body::of_parts(
        message.text.as_deref(),
        media.as_ref().map(|media| media.kind),
        detail::of_target(message).as_ref(),
        &message.content,
        &message.raw_kind,
    );
    (kind, Some(text).filter(|text| !text.is_empty()))
}

/// Its kind, and what one reads of it.
fn said(target: &Target) -> (String, Option<String>) {
    match target {
        Target::Received(message) => received(message),
        Target::Sent { text, payload, .. } => {
            let content = payload.as_ref().map(|payload| &payload.content);
            let kind = match content {
                None | Some(Outgoing::Text { .. }) => "text".to_owned(),
                Some(Outgoing::Media { media, .. }) => media::name(media.kind).to_owned(),
                Some(Outgoing::Reaction { .. }) => "reaction".to_owned(),
                Some(Outgoing::Poll { .. }) => "poll".to_owned(),
                Some(Outgoing::Edit { .. }) => "edit".to_owned(),
                Some(Outgoing::Delete { .. }) => "delete".to_owned(),
                Some(Outgoing::Location { .. }) => "location".to_owned(),
                Some(Outgoing::Contact { .. }) => "contact".to_owned(),
            };
            (kind, Some(text.clone()).filter(|text| !text.is_empty()))
        }
    }
}
