//! What a file is by its first bytes.

use fased_policy::media::VOICE_MIME;

/// So many bytes tell it.
pub(super) const HEAD_BYTES: usize = 8192;

/// The media type that the first bytes of a file show, if they show one.
pub(super) fn sniff(head: &[u8]) -> Option<&'static str> {
    let found = infer::get(head)?;
    // An Ogg says in its first packet which codec it holds.
    if found.mime_type() == "audio/ogg" && contains(head.get(..256).unwrap_or(head), b"OpusHead") {
        return Some(VOICE_MIME);
    }
    Some(match found.mime_type() {
        "audio/opus" => VOICE_MIME,
        "audio/x-wav" => "audio/wav",
        "audio/x-flac" => "audio/flac",
        "audio/m4a" => "audio/mp4",
        "video/x-m4v" => "video/mp4",
        other => other,
    })
}

pub(super) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
