//! What has to be done to a file so that it can be shown as what it is to be.

use fased_policy::media::{Kind, VOICE_MIME, essence};
use fased_protocol::private::Private;
use fased_protocol::sidecar::MediaLook;

use super::error::{MB, MediaError, MediaProblem};
use super::outgoing::{Asked, Made, Raw, Rules};
use super::scratch::Scratch;
use super::workshop::{self, PictureTask};
use super::{ffmpeg, ogg};

/// WhatsApp shows no larger picture.
const MOST_OF_PICTURE: u64 = 16 * MB;
/// WhatsApp shows no larger sticker that moves.
const MOST_OF_STICKER: u64 = 500 * 1024;

/// Makes it. `usual` is what it is shown as when nobody asks for anything.
pub(super) async fn make(
    rules: &Rules,
    raw: Raw,
    kind: Kind,
    usual: Kind,
    mime: &str,
    asked: Asked,
) -> Result<Made, MediaError> {
    match (kind, usual) {
        (Kind::Document, _) => Ok(as_it_is(raw, Kind::Document, mime, MediaLook::default())),
        (Kind::Image | Kind::Sticker, Kind::Image | Kind::Sticker | Kind::Gif) => {
            picture(rules, raw, kind, mime, asked).await
        }
        (Kind::Voice, Kind::Audio | Kind::Voice | Kind::Video) => voice(rules, raw, mime).await,
        (Kind::Audio, Kind::Audio | Kind::Voice) => {
            let seconds = ffmpeg::seconds(rules, raw.scratch.path()).await;
            let look = MediaLook {
                seconds,
                ..MediaLook::default()
            };
            Ok(as_it_is(raw, Kind::Audio, mime, look))
        }
        (Kind::Video, Kind::Video) => {
            let look = ffmpeg::look(rules, raw.scratch.path()).await;
            Ok(as_it_is(raw, Kind::Video, mime, look))
        }
        (Kind::Gif | Kind::Video, Kind::Gif) => silent_film(rules, raw, kind, mime, asked).await,
        (Kind::Gif, Kind::Video) => {
            let look = ffmpeg::look(rules, raw.scratch.path()).await;
            Ok(as_it_is(raw, Kind::Gif, mime, look))
        }
        (Kind::Image | Kind::Sticker, Kind::Video | Kind::Audio | Kind::Voice | Kind::Document)
        | (
            Kind::Video | Kind::Gif,
            Kind::Image | Kind::Audio | Kind::Voice | Kind::Document | Kind::Sticker,
        )
        | (Kind::Audio | Kind::Voice, Kind::Image | Kind::Gif | Kind::Document | Kind::Sticker)
        | (Kind::Audio, Kind::Video) => Err(MediaError::new(
            MediaProblem::Unusable,
            format!(
                "{} is {}, which cannot be shown as {}",
                raw.what,
                essence(mime),
                word(kind)
            ),
            "send it as a document, or convert it first",
        )),
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "an image",
        Kind::Video => "a video",
        Kind::Gif => "a GIF",
        Kind::Audio => "audio",
        Kind::Voice => "a voice note",
        Kind::Document => "a document",
        Kind::Sticker => "a sticker",
    }
}

fn as_it_is(raw: Raw, kind: Kind, mime: &str, look: MediaLook) -> Made {
    Made {
        scratch: raw.scratch,
        kind,
        mime: mime.to_owned(),
        look,
    }
}

async fn picture(rules: &Rules, raw: Raw, kind: Kind, mime: &str, asked: Asked) -> Result<Made, MediaError> {
    let to = Scratch::new(&rules.media_dir, "made");
    let sticker = kind == Kind::Sticker;
    let most = if sticker { MOST_OF_STICKER } else { MOST_OF_PICTURE };
    let task = PictureTask {
        from: raw.scratch.path().display().to_string(),
        to: to.path().display().to_string(),
        shape: if sticker { "sticker" } else { "image" },
        max_bytes: rules.max_bytes.min(most),
    };
    match workshop::picture(rules, task).await {
        Ok(picture) => Ok(Made {
            scratch: if picture.changed { to } else { raw.scratch },
            kind,
            mime: picture.mime,
            look: MediaLook {
                width: Some(picture.width),
                height: Some(picture.height),
                thumbnail: picture.thumbnail.map(Private),
                ..MediaLook::default()
            },
        }),
        // A picture that nobody can read is still a file.
        Err(error)
            if asked == Asked::Auto
                && error.problem == MediaProblem::Unusable
                && raw.bytes <= rules.max_bytes =>
        {
            Ok(as_it_is(raw, Kind::Document, mime, MediaLook::default()))
        }
        Err(error) => Err(error),
    }
}

async fn voice(rules: &Rules, raw: Raw, mime: &str) -> Result<Made, MediaError> {
    let scratch = if mime == VOICE_MIME && raw.sniffed == Some(VOICE_MIME) {
        raw.scratch
    } else {
        let to = Scratch::new(&rules.media_dir, "made");
        ffmpeg::to_voice(rules, &raw, to.path()).await?;
        to
    };
    let look = MediaLook {
        seconds: ogg::seconds(scratch.path()).await,
        waveform: ffmpeg::waveform(rules, scratch.path()).await.map(Private),
        ..MediaLook::default()
    };
    Ok(Made {
        scratch,
        kind: Kind::Voice,
        mime: VOICE_MIME.to_owned(),
        look,
    })
}

/// WhatsApp's GIFs are films. Without ffmpeg a GIF goes as a file, unless it was asked for by name.
async fn silent_film(
    rules: &Rules,
    raw: Raw,
    kind: Kind,
    mime: &str,
    asked: Asked,
) -> Result<Made, MediaError> {
    let to = Scratch::new(&rules.media_dir, "made");
    match ffmpeg::to_film(rules, &raw, to.path()).await {
        Ok(()) => {
            let look = ffmpeg::look(rules, to.path()).await;
            Ok(Made {
                scratch: to,
                kind,
                mime: "video/mp4".to_owned(),
                look,
            })
        }
        Err(error) if asked == Asked::Auto => {
            tracing::info!(problem = error.problem.as_str(), "a GIF goes out as a document");
            Ok(as_it_is(raw, Kind::Document, mime, MediaLook::default()))
        }
        Err(error) => Err(error),
    }
}
