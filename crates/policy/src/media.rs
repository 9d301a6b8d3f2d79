//! Files in messages: what they are shown as, what they are called, and the media types they go by.

/// What a file is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A film that plays by itself, silent, over and over.
    Gif,
    /// Sound.
    Audio,
    /// Sound that was spoken for the occasion.
    Voice,
    /// A file.
    Document,
    /// A sticker.
    Sticker,
}

/// The media type of Opus in Ogg, as WhatsApp writes it. Only this one is shown as a voice note.
pub const VOICE_MIME: &str = "audio/ogg; codecs=opus";
/// The media type of what nobody knows.
pub const UNKNOWN_MIME: &str = "application/octet-stream";
/// Longest file name that is sent or told, in bytes: the most that file systems take, less a margin.
pub const MAX_NAME_BYTES: usize = 200;

/// Endings that files get here, by media type. What is not listed is stored without one that means anything.
const ENDINGS: [(&str, &str); 34] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("image/avif", "avif"),
    ("image/tiff", "tiff"),
    ("image/bmp", "bmp"),
    ("video/mp4", "mp4"),
    ("video/3gpp", "3gp"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "opus"),
    ("audio/mpeg", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/m4a", "m4a"),
    ("audio/x-m4a", "m4a"),
    ("audio/aac", "aac"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/flac", "flac"),
    ("audio/x-flac", "flac"),
    ("audio/amr", "amr"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("application/json", "json"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
    ),
    ("text/plain", "txt"),
    ("text/csv", "csv"),
    ("text/markdown", "md"),
];

/// The ending of a file of this media type.
#[must_use]
pub fn ending(mime: &str) -> Option<&'static str> {
    let essence = essence(mime);
    let known = ENDINGS.iter().find(|(known, _)| *known == essence);
    known.map(|(_, ending)| *ending)
}

/// The media type that the ending of a file's name claims.
#[must_use]
pub fn mime_of_name(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    match ending.as_str() {
        "jpeg" => Some("image/jpeg"),
        "ogg" | "oga" | "opus" => Some(VOICE_MIME),
        _other => ENDINGS
            .iter()
            .find(|(_, known)| *known == ending)
            .map(|(mime, _)| *mime),
    }
}

/// The media type of a file that came in: what its sender wrote, else what its kind usually is. A document
/// can be anything.
#[must_use]
pub fn mime_of_received(kind: Kind, written: Option<&str>) -> Option<String> {
    let written = written.map(str::trim).filter(|mime| is_mime(mime));
    let usual = match kind {
        Kind::Image => Some("image/jpeg"),
        Kind::Video | Kind::Gif => Some("video/mp4"),
        Kind::Audio | Kind::Voice => Some(VOICE_MIME),
        Kind::Sticker => Some("image/webp"),
        Kind::Document => None,
    };
    written.or(usual).map(str::to_owned)
}

/// Is this a media type that may be told to programs? A sender can write anything.
fn is_mime(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    text.len() <= 128
        && text.bytes().all(plain)
        && text
            .split_once('/')
            .is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
}

/// What a file is shown as unless somebody asks for something else, and the media type it goes by. `sniffed` is
/// what its first bytes say and counts for more than `claimed`.
#[must_use]
pub fn usual_kind(sniffed: Option<&str>, claimed: Option<&str>, name: Option<&str>) -> (Kind, String) {
    let by_name = name.and_then(mime_of_name);
    let claimed = claimed
        .map(str::trim)
        .filter(|mime| is_mime(mime) && essence(mime) != UNKNOWN_MIME);
    let mime = sniffed.or(claimed).or(by_name).unwrap_or(UNKNOWN_MIME);
    // Containers of other formats look like a plain ZIP or text; there the name knows more.
    let mime = match (essence(mime).as_str(), by_name) {
        ("application/zip" | "text/plain" | "application/octet-stream", Some(by_name))
            if is_document(by_name) =>
        {
            by_name
        }
        _other => mime,
    };
    match essence(mime).as_str() {
        "image/jpeg" | "image/png" | "image/webp" | "image/heic" | "image/heif" | "image/avif"
        | "image/tiff" => (Kind::Image, mime.to_owned()),
        "image/gif" => (Kind::Gif, mime.to_owned()),
        "video/mp4" | "video/3gpp" => (Kind::Video, mime.to_owned()),
        // Whoever looked into it says which codec it is; else it is what Ogg usually holds.
        "audio/ogg" | "audio/opus" if sniffed.is_none() || mime == VOICE_MIME => {
            (Kind::Voice, VOICE_MIME.to_owned())
        }
        sound if sound.starts_with("audio/") => (Kind::Audio, mime.to_owned()),
        _file => (Kind::Document, mime.to_owned()),
    }
}

fn is_document(mime: &str) -> bool {
    mime.starts_with("application/") || mime.starts_with("text/")
}

/// A media type without its parameters.
#[must_use]
pub fn essence(mime: &str) -> String {
    let essence = mime.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// A document's name as it is sent or told: the last part of a path, without what hides or controls, of bounded
/// length with its ending kept. Without any, `file` with the ending of its media type.
#[must_use]
pub fn document_name(name: Option<&str>, mime: Option<&str>) -> String {
    let last = name
        .and_then(|name| name.rsplit(['/', '\\']).next())
        .unwrap_or_default();
    let clean: String = last.chars().filter(|c| !is_hidden(*c)).collect();
    let clean = clean.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if clean.is_empty() {
        return match mime.and_then(ending) {
            Some(ending) => format!("file.{ending}"),
            None => "file".to_owned(),
        };
    }
    shortened(clean)
}

/// Controls, marks that turn text around, and what takes no room at all.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || crate::name::is_invisible(c)
        || matches!(
            c,
            '\u{ad}' | '\u{180e}' | '\u{200c}' | '\u{200d}' | '\u{e0000}'..='\u{e007f}'
        )
}

fn shortened(name: &str) -> String {
    if name.len() <= MAX_NAME_BYTES {
        return name.to_owned();
    }
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|ending| !ending.is_empty() && ending.len() <= 16);
    let room = MAX_NAME_BYTES - ending.map_or(0, |ending| ending.len() + 1);
    let cut = (0..=room)
        .rev()
        .find(|at| name.is_char_boundary(*at))
        .unwrap_or(0);
    let stem = name.get(..cut).unwrap_or_default().trim_end_matches(['.', ' ']);
    match ending {
        Some(ending) => format!("{stem}.{ending}"),
        None => stem.to_owned(),
    }
}

/// Why a file that came in is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It has more bytes than allowed.
    TooLarge,
    /// It is empty, or not what its message promises.
    Damaged,
    /// It is neither on the servers nor on the phone that sent it.
    Gone,
    /// Nothing more of it came.
    Stalled,
    /// It came too slowly.
    TimedOut,
    /// It could not be had.
    Unavailable,
}

impl Lost {
    /// Its name in records and for agents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Damaged => "damaged",
            Self::Gone => "gone",
            Self::Stalled => "stalled",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Whether trying again to fetch a file can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It cannot.
    Never(Lost),
    /// Only from a fresh address.
    Anew,
    /// From a fresh address, or else from the same one.
    AnewOrAgain,
}

/// So often a file is tried again.
const RETRIES: u32 = 2;
/// How long to wait before that, for each failure there was.
const WAIT_MS: i64 = 1000;

/// After a failure: how long to wait before trying again, or why to give it up. `failed_before` counts earlier
/// failures.
///
/// # Errors
/// Why the file is given up.
pub fn after_failure(retry: Retry, failed_before: u32) -> Result<i64, Lost> {
    match (retry, failed_before < RETRIES) {
        (Retry::Never(lost), _) => Err(lost),
        (Retry::Anew | Retry::AnewOrAgain, true) => Ok(WAIT_MS * (1 + i64::from(failed_before))),
        (Retry::Anew, false) => Err(Lost::Gone),
        (Retry::AnewOrAgain, false) => Err(Lost::Unavailable),
    }
}

/// A file that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Since when, Unix milliseconds.
    pub created_ms: i64,
    /// Its length.
    pub bytes: u64,
}

/// How many of these files, from the first, are not to be kept any longer: they are too old, or what is newer
/// fills the room. `files` has the oldest first. The newest is never removed for its size alone, so that whoever
/// waits for it finds it.
#[must_use]
pub fn outlived(files: &[Kept], now_ms: i64, keep_ms: i64, keep_bytes: u64) -> usize {
    let old = files
        .iter()
        .take_while(|file| now_ms - file.created_ms > keep_ms)
        .count();
    let mut room = keep_bytes;
    let mut fitting = 0;
    for file in files.iter().rev() {
        match room.checked_sub(file.bytes) {
            Some(left) => room = left,
            None if fitting == 0 => room = 0,
            None => break,
        }
        fitting += 1;
    }
    old.max(files.len() - fitting)
}
