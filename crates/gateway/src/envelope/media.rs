//! Files that came with a message.

use fased_policy::name::neutralised;
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MediaKind, MediaRef};
use serde::{Deserialize, Serialize};

use crate::store::{InboundFile, StoredMessage};

/// A picture, film, sound or file. All but its state is what its sender says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What it is shown as.
    pub kind: MediaKind,
    /// Its media type, such as `image/jpeg`.
    pub mime: Option<String>,
    /// Its name, of a document; neutralised. Never a path to write to.
    pub file_name: Option<Private>,
    /// How long it is.
    pub bytes: u64,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// How long it plays.
    pub seconds: Option<u32>,
    /// Where it is.
    #[serde(flatten)]
    pub state: MediaState,
}

/// How far a file came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MediaState {
    /// Nobody asked for it: its message was not admitted.
    NotFetched,
    /// It is on its way.
    Wanted,
    /// It is here.
    Ready {
        /// Below the media folder.
        file: String,
        /// SHA-256 in hex.
        sha256: Option<String>,
    },
    /// It did not come.
    Failed {
        /// Why: `too_large`, `damaged`, `gone`, …
        error: String,
    },
    /// It was here, and was removed to make room.
    Removed,
}

impl MediaState {
    /// From the words of the store.
    pub(super) fn stored(found: InboundFile) -> Self {
        match (found.state.as_str(), found.file) {
            ("ready", Some(file)) => Self::Ready {
                file,
                sha256: found.sha256,
            },
            ("removed", _) => Self::Removed,
            ("failed", _) => Self::Failed {
                error: found.error.unwrap_or_else(|| "unknown".to_owned()),
            },
            _ => Self::Wanted,
        }
    }

    /// In one word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotFetched => "not fetched",
            Self::Wanted => "on its way",
            Self::Ready { .. } => "here",
            Self::Failed { .. } => "failed",
            Self::Removed => "removed",
        }
    }
}

/// The longest media type that is passed on.
const MAX_MIME: usize = 100;

/// The file of a message, before anything is known of its way here. Keys and addresses of it are nothing for agents.
pub(super) fn of(message: &StoredMessage) -> Option<Media> {
    let media: MediaRef = serde_json::from_str(message.media.as_deref()?).ok()?;
    let is_type = |mime: &String| {
        mime.len() <= MAX_MIME && mime.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    Some(Media {
        kind: media.kind,
        mime: media.mime.filter(is_type),
        file_name: media.file_name.and_then(|name| neutralised(&name.0)).map(Private),
        bytes: media.bytes,
        width: media.look.width,
        height: media.look.height,
        seconds: media.look.seconds,
        state: MediaState::NotFetched,
    })
}

/// The kind of a message: WhatsApp's wire calls a GIF a film and a voice note sound.
pub(super) fn precise(content: &str, media: Option<&Media>) -> String {
    let kind = match media.map(|media| media.kind) {
        Some(MediaKind::Gif) => "gif",
        Some(MediaKind::Voice) => "voice",
        Some(
            MediaKind::Image | MediaKind::Video | MediaKind::Audio | MediaKind::Document | MediaKind::Sticker,
        )
        | None => content,
    };
    kind.to_owned()
}

/// The word for a kind.
pub(super) fn name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Gif => "gif",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    }
}

/// What stands for a file where only text is read: its broad kind.
pub(super) fn placeholder(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "<media:image>",
        MediaKind::Video | MediaKind::Gif => "<media:video>",
        MediaKind::Audio | MediaKind::Voice => "<media:audio>",
        MediaKind::Document => "<media:document>",
        MediaKind::Sticker => "<media:sticker>",
    }
}
