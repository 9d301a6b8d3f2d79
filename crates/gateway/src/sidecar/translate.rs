//! Wire values to store and policy values, with every parse in one place.

use fased_policy::ids::{Identity, Lid, Phone};
use fased_policy::lifecycle::CloseCause;
use fased_protocol::private::Jid;
use fased_protocol::sidecar::{CloseReason, ContentKind, LidPair, Message, Origin};

use serde::Deserialize as _;
use serde::de::value::{Error as ValueError, StrDeserializer};

use crate::store::Journaled;

/// The address without its device part: `1555…:3@s.whatsapp.net` → `1555…@s.whatsapp.net`.
#[must_use]
pub fn without_device(jid: &str) -> String {
    let Some((user, server)) = jid.split_once('@') else {
        return jid.to_owned();
    };
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    format!("{user}@{server}")
}

/// A decrypted message as a journal row.
#[must_use]
pub fn message(message: &Message) -> Journaled {
    let mentions: Vec<String> = message
        .mentions
        .iter()
        .map(|jid| without_device(&jid.0))
        .collect();
    Journaled {
        content: content_name(message.content).to_owned(),
        raw_kind: message.raw_kind.clone(),
        text: message.text.as_ref().map(|text| text.0.clone()),
        mentions: serde_json::to_string(&mentions).unwrap_or_default(),
        quoted_id: message.quoted.as_ref().map(|quoted| quoted.id.clone()),
        quoted_sender: message
            .quoted
            .as_ref()
            .and_then(|quoted| quoted.sender.as_ref())
            .map(|jid| without_device(&jid.0)),
        quoted_text: message
            .quoted
            .as_ref()
            .and_then(|quoted| quoted.text.as_ref())
            .map(|text| text.0.clone()),
        detail: message.detail.as_deref().and_then(json),
        media: message.media.as_deref().and_then(json),
        ..placeholder(&message.origin)
    }
}

/// A message that could not be decrypted as a journal row.
#[must_use]
pub fn placeholder(origin: &Origin) -> Journaled {
    let bare = |jid: &Option<Jid>| jid.as_ref().map(|jid| without_device(&jid.0));
    Journaled {
        chat: without_device(&origin.chat.0),
        sender: without_device(&origin.sender.0),
        message_id: origin.id.clone(),
        chat_alt: bare(&origin.chat_alt),
        sender_alt: bare(&origin.sender_alt),
        from_me: origin.from_me,
        push_name: origin.push_name.as_ref().map(|name| name.0.clone()),
        timestamp_s: origin.timestamp,
        content: Journaled::UNDECRYPTABLE.to_owned(),
        raw_kind: String::new(),
        text: None,
        mentions: "[]".to_owned(),
        quoted_id: None,
        quoted_sender: None,
        quoted_text: None,
        detail: None,
        media: None,
        learned: pair_of(&identity(&origin.sender, origin.sender_alt.as_ref())),
    }
}

/// As it is kept in the store. None of these can fail to become JSON.
fn json<T: serde::Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}

/// Who two addresses of one person are.
#[must_use]
pub fn identity(jid: &Jid, alt: Option<&Jid>) -> Identity {
    Identity::from_jids(&jid.0, alt.map(|jid| jid.0.as_str()))
}

/// The pairs that can be understood.
#[must_use]
pub fn lid_pairs(pairs: &[LidPair]) -> Vec<(Lid, Phone)> {
    pairs
        .iter()
        .filter_map(|pair| pair_of(&identity(&pair.lid, Some(&pair.phone))))
        .collect()
}

fn pair_of(identity: &Identity) -> Option<(Lid, Phone)> {
    Some((identity.lid.clone()?, identity.phone.clone()?))
}

fn content_name(kind: ContentKind) -> &'static str {
    match kind {
        ContentKind::Text => "text",
        ContentKind::Image => "image",
        ContentKind::Video => "video",
        ContentKind::Audio => "audio",
        ContentKind::Document => "document",
        ContentKind::Sticker => "sticker",
        ContentKind::Contact => "contact",
        ContentKind::Location => "location",
        ContentKind::Reaction => "reaction",
        ContentKind::Edit => "edit",
        ContentKind::Delete => "delete",
        ContentKind::Poll => "poll",
        ContentKind::PollVote => "poll_vote",
        ContentKind::Event => "event",
        ContentKind::Other => "other",
    }
}

/// The kind of a journal row; none for one that could not be decrypted.
#[must_use]
pub fn content_kind(name: &str) -> Option<ContentKind> {
    ContentKind::deserialize(StrDeserializer::<ValueError>::new(name)).ok()
}

/// The account machine's word for a close reason.
#[must_use]
pub fn close_cause(reason: CloseReason, expires_s: Option<u64>) -> CloseCause {
    match reason {
        CloseReason::RestartRequired => CloseCause::RestartRequired,
        CloseReason::LoggedOut => CloseCause::LoggedOut,
        CloseReason::Replaced => CloseCause::Replaced,
        CloseReason::Forbidden => CloseCause::Forbidden,
        CloseReason::Banned => CloseCause::Banned { expires_s },
        CloseReason::ClientOutdated => CloseCause::ClientOutdated,
        CloseReason::LoginExpired => CloseCause::LoginExpired,
        CloseReason::Lost => CloseCause::Lost,
        CloseReason::Unavailable => CloseCause::Unavailable,
        CloseReason::BadSession => CloseCause::BadSession,
        CloseReason::Unresponsive => CloseCause::Unresponsive,
        CloseReason::Overloaded => CloseCause::Overloaded,
        CloseReason::Untrusted => CloseCause::Untrusted,
        CloseReason::AuthUnreadable => CloseCause::AuthUnreadable,
        CloseReason::NotLinked => CloseCause::NotLinked,
        CloseReason::StorageFailed => CloseCause::StorageFailed,
        CloseReason::ProtocolMismatch => CloseCause::Unknown,
        CloseReason::Shutdown => CloseCause::Shutdown,
        CloseReason::Unknown => CloseCause::Unknown,
    }
}
