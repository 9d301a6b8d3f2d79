//! A file that came in, as agents are told of it.

use std::path::{Path, PathBuf};

use fased_policy::media;
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MediaKind, MediaRef};
use serde::{Deserialize, Serialize};

use crate::store::{InboundFile, StoredMessage};

/// A file that came in. All but its length, hash and place is what its sender claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// What it is shown as.
    pub kind: MediaKind,
    /// Its media type; a document may have none.
    pub mime: Option<String>,
    /// A document's name, made harmless. Not the name that it is stored under.
    pub name: Option<Private>,
    /// Its length: of what is stored, else what its sender claims.
    pub bytes: u64,
    /// Where it is; none when it is not there.
    pub path: Option<PathBuf>,
    /// SHA-256 of what is stored, in hex.
    pub sha256: Option<String>,
    /// Why it is not there: `too_large`, `damaged`, `gone`, `stalled`, `timed_out`, `unavailable`, `removed`;
    /// `pending` when it is still being fetched, `not_fetched` when nobody was to read it.
    pub error: Option<String>,
}

impl Received {
    /// The file of a message, with how far it has come. `None` when the message has none.
    #[must_use]
    pub fn of(message: &StoredMessage, row: Option<&InboundFile>, media_dir: &Path) -> Option<Self> {
        let media: MediaRef = serde_json::from_str(message.media.as_deref()?).ok()?;
        let mime = media::mime_of_received(super::kind(media.kind), media.mime.as_deref());
        let name = match media.kind {
            MediaKind::Document => {
                let written = media.file_name.as_ref().map(|name| name.0.as_str());
                Some(Private(media::document_name(written, mime.as_deref())))
            }
            MediaKind::Image
            | MediaKind::Video
            | MediaKind::Gif
            | MediaKind::Audio
            | MediaKind::Voice
            | MediaKind::Sticker => None,
        };
        let is_ready = row.is_some_and(|row| row.state == "ready");
        let ready = row.filter(|_| is_ready);
        let error = match row.map(|row| (row.state.as_str(), row.error.as_deref())) {
            None => Some("not_fetched"),
            Some(("ready", _)) => None,
            Some(("wanted", _)) => Some("pending"),
            Some(("failed", Some(error))) => Some(error),
            Some(("removed", _)) => Some("removed"),
            Some(_) => Some("unavailable"),
        };
        Some(Self {
            kind: media.kind,
            mime,
            name,
            bytes: ready
                .and_then(|row| u64::try_from(row.bytes?).ok())
                .unwrap_or(media.bytes),
            path: ready.and_then(|row| Some(media_dir.join(row.file.as_ref()?))),
            sha256: ready.and_then(|row| row.sha256.clone()),
            error: error.map(str::to_owned),
        })
    }
}
