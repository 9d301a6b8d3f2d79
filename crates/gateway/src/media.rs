//! Files in messages: fetched when a message was admitted, and made ready to be sent.
//!
//! `incoming` fetches and `retention` removes again. `outgoing` takes a local file or an address and makes of it
//! what WhatsApp can show. A file that came in is never looked into, and none is read that is not below an
//! allowed folder.

mod convert;
mod error;
mod ffmpeg;
pub(crate) mod incoming;
mod local;
mod ogg;
pub mod outgoing;
pub(crate) mod process;
pub(crate) mod retention;
mod scratch;
mod sniff;
mod workshop;

use std::path::Path;

pub use error::{MediaError, MediaProblem};

use fased_policy::media::Kind;
use fased_protocol::sidecar::MediaKind;

use crate::clock;

/// Where files of messages that came in are, below the media folder.
pub const INBOUND: &str = "inbound";
/// Where files of messages that go out are, below the media folder.
pub const OUTBOUND: &str = "outbound";

/// The wire's kind as policy's.
#[must_use]
pub fn kind(kind: MediaKind) -> Kind {
    match kind {
        MediaKind::Image => Kind::Image,
        MediaKind::Video => Kind::Video,
        MediaKind::Gif => Kind::Gif,
        MediaKind::Audio => Kind::Audio,
        MediaKind::Voice => Kind::Voice,
        MediaKind::Document => Kind::Document,
        MediaKind::Sticker => Kind::Sticker,
    }
}

/// Policy's kind as the wire's.
#[must_use]
pub fn wire_kind(kind: Kind) -> MediaKind {
    match kind {
        Kind::Image => MediaKind::Image,
        Kind::Video => MediaKind::Video,
        Kind::Gif => MediaKind::Gif,
        Kind::Audio => MediaKind::Audio,
        Kind::Voice => MediaKind::Voice,
        Kind::Document => MediaKind::Document,
        Kind::Sticker => MediaKind::Sticker,
    }
}

/// A name that nobody can guess or choose, relative to the media folder: `outbound/3f…9a.jpg`.
fn generated(folder: &str, mime: Option<&str>) -> String {
    let bytes: [u8; 16] = clock::random();
    let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let ending = mime.and_then(fased_policy::media::ending).unwrap_or("bin");
    format!("{folder}/{name}.{ending}")
}

/// Deletes a file that may not be there.
async fn delete(path: &Path) {
    match tokio::fs::remove_file(path).await {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!("a file could not be deleted: {error}"),
    }
}

#[cfg(test)]
mod tests;
