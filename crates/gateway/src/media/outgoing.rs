//! A local file or an address → a file below the media folder that WhatsApp can show.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use fased_policy::media::{self as rules_of_media, Kind, VOICE_MIME};
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MediaFile, MediaLook};

use super::error::{MB, MediaError, MediaProblem};
use super::scratch::Scratch;
use super::workshop::{self, Workshop};
use super::{OUTBOUND, convert, local, wire_kind};
use crate::account::Shared;
use crate::paths;

/// Largest picture that is made smaller; larger ones are refused like any other file.
const MOST_TO_SHRINK: u64 = 64 * MB;

/// What may be sent, and with what help.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The media folder.
    pub media_dir: PathBuf,
    /// Local files are taken from below these folders only.
    pub roots: Vec<PathBuf>,
    /// And never from below these, or these themselves: keys, the store, the config.
    pub closed: Vec<PathBuf>,
    /// Most bytes of a file.
    pub max_bytes: u64,
    /// What starts the process that fetches and makes pictures smaller.
    pub workshop: Workshop,
}

impl Rules {
    /// Those of an account.
    ///
    /// # Errors
    /// When the program's own files cannot be found.
    pub fn of(shared: &Shared) -> anyhow::Result<Self> {
        let config = shared.config();
        let media_dir = shared.media_dir.clone();
        let state_dir = media_dir.parent().unwrap_or(&media_dir).to_owned();
        let mut roots = vec![media_dir.clone(), state_dir.join("workspace")];
        roots.extend(config.media.roots.iter().cloned());
        let mut closed = vec![
            state_dir,
            config.auth_dir.clone(),
            config.sources.file().to_owned(),
        ];
        closed.extend(config.media.closed.iter().cloned());
        Ok(Self {
            roots,
            closed,
            max_bytes: config.media.max_bytes,
            workshop: Workshop::new(paths::home()?),
            media_dir,
        })
    }
}

/// Where a file to send comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file on this machine; absolute.
    Path(PathBuf),
    /// An address, `http` or `https`.
    Url(Private),
}

impl Source {
    /// What somebody wrote: an address if it begins like one, else a path.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let starts = |scheme: &str| {
            text.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if starts("http://") || starts("https://") {
            return Self::Url(Private(text.to_owned()));
        }
        Self::Path(PathBuf::from(text))
    }
}

/// What a file is to be shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asked {
    /// What it is.
    #[default]
    Auto,
    /// This.
    As(Kind),
}

impl Asked {
    /// The words that can be asked for.
    pub const WORDS: [&str; 8] = [
        "auto", "image", "video", "gif", "audio", "voice", "document", "sticker",
    ];
}

impl FromStr for Asked {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Ok(match word {
            "auto" => Self::Auto,
            "image" => Self::As(Kind::Image),
            "video" => Self::As(Kind::Video),
            "gif" => Self::As(Kind::Gif),
            "audio" => Self::As(Kind::Audio),
            "voice" => Self::As(Kind::Voice),
            "document" => Self::As(Kind::Document),
            "sticker" => Self::As(Kind::Sticker),
            other => return Err(format!("{other:?} is none of {}", Self::WORDS.join(", "))),
        })
    }
}

/// A file that is ready to be uploaded. It is ours: whoever holds this deletes it when it is not needed any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquired {
    /// For the sidecar, and for [`crate::store::Pending`].
    pub file: MediaFile,
    /// Its length.
    pub bytes: u64,
}

/// A file as it came, not looked into yet.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) scratch: Scratch,
    pub(super) bytes: u64,
    /// What its first bytes say.
    pub(super) sniffed: Option<&'static str>,
    /// What a server said.
    pub(super) claimed: Option<String>,
    /// What it is called where it comes from.
    pub(super) name: Option<String>,
    /// For messages: how whoever asked named it.
    pub(super) what: String,
}

/// A file with what it is shown as.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) scratch: Scratch,
    pub(super) kind: Kind,
    pub(super) mime: String,
    pub(super) look: MediaLook,
}

/// Takes a copy of a file, sees what it is, and makes it ready to be uploaded.
///
/// # Errors
/// When it is not allowed, not there, too large, or cannot be shown as what was asked for.
pub async fn acquire(rules: &Rules, source: &Source, asked: Asked) -> Result<Acquired, MediaError> {
    let shrinkable = rules.max_bytes.max(MOST_TO_SHRINK);
    let taken = match source {
        Source::Path(path) => local::copy(rules, path, shrinkable).await,
        Source::Url(url) => workshop::fetch(rules, &url.0, shrinkable).await,
    };
    let raw = taken.map_err(|error| {
        // What may be made smaller is read further; told is what may be sent.
        let what = match source {
            Source::Path(path) => path.display().to_string(),
            Source::Url(_) => "the file at this address".to_owned(),
        };
        if error.problem == MediaProblem::TooLarge {
            MediaError::too_large(&what, rules.max_bytes)
        } else {
            error
        }
    })?;
    if raw.bytes == 0 {
        let message = format!("{} is empty", raw.what);
        return Err(MediaError::new(
            MediaProblem::Unusable,
            message,
            "send a file with something in it",
        ));
    }
    let (usual, mime) = rules_of_media::usual_kind(raw.sniffed, raw.claimed.as_deref(), raw.name.as_deref());
    let kind = match asked {
        Asked::Auto => usual,
        Asked::As(kind) => kind,
    };
    let may_shrink = matches!(kind, Kind::Image | Kind::Sticker) && usual == Kind::Image;
    if raw.bytes > rules.max_bytes && !may_shrink {
        return Err(MediaError::too_large(&raw.what, rules.max_bytes));
    }
    let name = raw.name.clone();
    let what = raw.what.clone();
    let made = convert::make(rules, raw, kind, usual, &mime, asked).await?;
    let bytes = made.scratch.len().await?;
    if bytes > rules.max_bytes {
        return Err(MediaError::too_large(&what, rules.max_bytes));
    }
    let file_name = match made.kind {
        Kind::Document => Some(Private(rules_of_media::document_name(
            name.as_deref(),
            Some(&made.mime),
        ))),
        Kind::Image | Kind::Video | Kind::Gif | Kind::Audio | Kind::Voice | Kind::Sticker => None,
    };
    let file = super::generated(OUTBOUND, Some(&made.mime));
    made.scratch.keep_as(&rules.media_dir.join(&file)).await?;
    Ok(Acquired {
        file: MediaFile {
            file,
            kind: wire_kind(made.kind),
            mime: if made.kind == Kind::Voice {
                VOICE_MIME.to_owned()
            } else {
                made.mime
            },
            file_name,
            look: made.look,
        },
        bytes,
    })
}

/// Deletes a file that was acquired and is not needed any more.
pub async fn discard(media_dir: &Path, file: &MediaFile) {
    if file.file.starts_with(&format!("{OUTBOUND}/")) && !file.file.contains("..") {
        super::delete(&media_dir.join(&file.file)).await;
    }
}
