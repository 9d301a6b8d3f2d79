//! `fased message send`: a text, files, a place or contacts.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use fased_protocol::control::{ControlError, ControlRequest, ErrorCode, Place, SendRequest};
use fased_protocol::private::Private;
use fased_protocol::sidecar::MediaKind;

use super::message_where::{Waiting, Where};
use super::{Global, Outcome, message_preview, message_queue};

pub(super) const AFTER_HELP: &str = "\
The text is Markdown, formatted and cut as answers are (see: fased message preview); with --raw it is only cut. It is the \
caption of the first file; with --raw it goes before the files. Each file is a message of its own. @+15551234567 mentions a \
member of the group. Local files are taken from the folders media and workspace of the state dir and from mediaRoots.
Exit codes with --wait: 0 it came as far · 1 it failed, expired or was cancelled · 6 the time is over; it may still arrive";

/// Longest text that fits a request.
const MOST_BYTES: usize = 128 * 1024;
/// Longest card.
const MOST_CARD_BYTES: u64 = 64 * 1024;
/// How long the gateway may take to queue a message.
const QUEUE_DEADLINE: Duration = Duration::from_secs(15);
/// And how much longer for each file, which may have to be fetched and converted.
const FILE_DEADLINE: Duration = Duration::from_secs(150);

/// What to send.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    to: Where,
    /// The text; - reads it from standard input
    #[arg(long, value_name = "TEXT|-", allow_hyphen_values = true)]
    text: Option<String>,
    /// A file or an http address; may be given several times
    #[arg(long, value_name = "PATH|URL")]
    media: Vec<String>,
    /// What the files are shown as
    #[arg(long = "as", value_enum, default_value_t = As::Auto, requires = "media")]
    shown_as: As,
    /// A place, in degrees
    #[arg(long, value_name = "LAT,LON[,NAME]", value_parser = place, allow_hyphen_values = true)]
    location: Option<PlaceOption>,
    /// A contact card, as a vCard file; may be given several times
    #[arg(long, value_name = "FILE.vcf")]
    contact: Vec<PathBuf>,
    /// Let it reply to the message with this id
    #[arg(long, value_name = "ID")]
    reply_to: Option<String>,
    /// Send the text as it stands, without reading it as Markdown
    #[arg(long)]
    raw: bool,
    /// A name of your own for this message: sent once more under the same, it is not sent twice
    #[arg(long, value_name = "KEY", conflicts_with = "dry_run")]
    key: Option<String>,
    /// Show what would be sent, and send nothing
    #[arg(long, conflicts_with = "wait")]
    dry_run: bool,
    #[command(flatten)]
    waiting: Waiting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum As {
    Auto,
    Image,
    Video,
    Gif,
    Audio,
    Voice,
    Document,
    Sticker,
}

impl As {
    fn kind(self) -> Option<MediaKind> {
        Some(match self {
            Self::Auto => return None,
            Self::Image => MediaKind::Image,
            Self::Video => MediaKind::Video,
            Self::Gif => MediaKind::Gif,
            Self::Audio => MediaKind::Audio,
            Self::Voice => MediaKind::Voice,
            Self::Document => MediaKind::Document,
            Self::Sticker => MediaKind::Sticker,
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
struct PlaceOption(Place);

fn place(text: &str) -> Result<PlaceOption, String> {
    let wrong = || "write it as 52.52,13.405 or 52.52,13.405,Name".to_owned();
    let mut parts = text.splitn(3, ',');
    let mut degrees = |most: f64| {
        let number: f64 = parts.next()?.trim().parse().ok()?;
        (number.abs() <= most).then_some(number)
    };
    let latitude = degrees(90.0).ok_or_else(wrong)?;
    let longitude = degrees(180.0).ok_or_else(wrong)?;
    let name = parts.next().map(str::trim).filter(|name| !name.is_empty());
    Ok(PlaceOption(Place {
        latitude,
        longitude,
        name: name.map(Private::from),
    }))
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let text = match options.text.as_deref() {
        Some("-") => Some(message_preview::read(io::stdin().lock())?),
        Some(text) => Some(text.to_owned()),
        None => None,
    };
    if text.as_ref().is_some_and(|text| text.len() > MOST_BYTES) {
        return Err(usage(
            "the text has more than 128 KiB",
            "send a file instead: --media FILE",
        )
        .into());
    }
    let contacts = options
        .contact
        .iter()
        .map(|file| card(file))
        .collect::<Result<Vec<_>, _>>()?;
    let files = u32::try_from(options.media.len()).unwrap_or(u32::MAX);
    let request = SendRequest {
        to: options.to.into(),
        text: text.map(Private),
        raw: options.raw,
        media: options
            .media
            .iter()
            .map(|source| Private(absolute(source)))
            .collect(),
        shown_as: options.shown_as.kind(),
        place: options.location.map(|place| place.0),
        contacts,
        reply_to: options.reply_to,
        dry_run: options.dry_run,
        key: options.key,
        for_agent: None,
    };
    let deadline = QUEUE_DEADLINE.saturating_add(FILE_DEADLINE.saturating_mul(files));
    let request = ControlRequest::MessageSend(Box::new(request));
    message_queue::run(global, &request, &options.waiting, deadline)
}

/// The gateway works in another folder.
fn absolute(source: &str) -> String {
    if source.contains("://") {
        return source.to_owned();
    }
    let path = std::path::absolute(source).unwrap_or_else(|_| PathBuf::from(source));
    path.display().to_string()
}

fn card(file: &Path) -> Result<Private, ControlError> {
    let unread = |why: String| {
        usage(
            &format!("cannot read {}: {why}", file.display()),
            "name a vCard file",
        )
    };
    let size = std::fs::metadata(file)
        .map_err(|error| unread(error.to_string()))?
        .len();
    if size > MOST_CARD_BYTES {
        return Err(unread("it has more than 64 KiB".to_owned()));
    }
    std::fs::read_to_string(file)
        .map(Private)
        .map_err(|error| unread(error.to_string()))
}

fn usage(message: &str, next: &str) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message: message.to_owned(),
        next: next.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_two_numbers_and_perhaps_a_name() {
        let read = |text| place(text).map(|found| (found.0.latitude, found.0.longitude, found.0.name));
        assert_eq!(read("52.52, 13.405"), Ok((52.52, 13.405, None)));
        assert_eq!(
            read("-3.5,-180,Pier 1, left"),
            Ok((-3.5, -180.0, Some("Pier 1, left".into())))
        );
        for wrong in ["", "1", "1,", "91,0", "0,181", "north,0", "NaN,0"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_is_made_absolute_and_an_address_left_alone() {
        assert_eq!(absolute("https://example.org/a.png"), "https://example.org/a.png");
        assert!(Path::new(&absolute("a.png")).is_absolute());
    }
}
