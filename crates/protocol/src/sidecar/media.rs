//! Files on WhatsApp's media servers.

use serde::{Deserialize, Serialize};

use crate::private::Private;

/// A file on WhatsApp's media servers, and what is needed to read it. Of one that came in, all of this is what its
/// sender claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MediaRef {
    /// What it is shown as.
    pub kind: MediaKind,
    /// Where it is.
    pub url: Option<Private>,
    /// Its path on any of the media hosts.
    pub direct_path: Option<Private>,
    /// What its keys are derived from: 32 bytes, base64.
    pub key: Private,
    /// SHA-256 of the file, base64.
    pub sha256: Private,
    /// SHA-256 of what lies on the server, base64.
    pub enc_sha256: Private,
    /// Length of the file in bytes.
    #[cfg_attr(test, ts(type = "number"))]
    pub bytes: u64,
    /// Its media type, such as `image/jpeg`.
    pub mime: Option<String>,
    /// Its name, of a document.
    pub file_name: Option<Private>,
    /// How it is shown.
    #[serde(default)]
    pub look: MediaLook,
}

/// How a file is shown before it is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MediaLook {
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// How long it plays.
    pub seconds: Option<u32>,
    /// A small JPEG, base64. Never read from what came in.
    pub thumbnail: Option<Private>,
    /// Loudness of a voice note in 64 steps, 0 to 100 each, base64.
    pub waveform: Option<Private>,
}

/// What a file is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A film that plays by itself, silent, over and over.
    Gif,
    /// Sound.
    Audio,
    /// Sound that was spoken for the occasion; Opus in Ogg.
    Voice,
    /// A file.
    Document,
    /// A sticker; WebP.
    Sticker,
}

/// A file to upload; it lies below the media folder of the `welcome`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MediaFile {
    /// Its path, relative to the media folder; names are generated, without `..`.
    pub file: String,
    /// What it is to be shown as.
    pub kind: MediaKind,
    /// Its media type.
    pub mime: String,
    /// Its name, of a document.
    pub file_name: Option<Private>,
    /// How it is shown.
    pub look: MediaLook,
}
