//! A message in words, for agents that read only text.
//!
//! What people named stands on one line in it, without the brackets that mark the words that are ours.

use fased_protocol::private::Private;
use fased_protocol::sidecar::MediaKind;

use super::media::placeholder;
use super::{Card, Detail, Envelope};
use crate::known::is_answer;

/// Cards that are named; the others are counted.
const MOST_NAMED: usize = 5;

pub(super) fn of(envelope: &Envelope) -> String {
    of_parts(
        envelope.text.as_ref().map(|text| text.0.as_str()),
        envelope.media.first().map(|media| media.kind),
        envelope.detail.as_ref(),
        &envelope.kind,
        &envelope.raw_kind,
    )
}

pub(super) fn of_parts(
    text: Option<&str>,
    media: Option<MediaKind>,
    detail: Option<&Detail>,
    kind: &str,
    raw_kind: &str,
) -> String {
    if let Some(detail) = detail {
        return of_detail(detail);
    }
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if let Some(text) = text {
        return text.to_owned();
    }
    if let Some(media) = media {
        return placeholder(media).to_owned();
    }
    match kind {
        "image" => "<media:image>",
        "video" => "<media:video>",
        "audio" => "<media:audio>",
        "document" => "<media:document>",
        "sticker" => "<media:sticker>",
        "contact" => "<contact>",
        "poll" => "<poll>",
        "event" => "<event>",
        "reaction" if raw_kind == "encReactionMessage" => "<reaction that cannot be read>",
        "reaction" => "<reaction taken back>",
        "edit" => "<edited>",
        "delete" => "<deleted>",
        "poll_vote" => "<vote that cannot be read>",
        "text" if is_answer(raw_kind) => "<answer without text>",
        _ => "",
    }
    .to_owned()
}

fn of_detail(detail: &Detail) -> String {
    match detail {
        Detail::Location {
            latitude,
            longitude,
            accuracy_m,
            live,
            ..
        } => {
            let sign = if *live { "🛰 " } else { "📍 " };
            let accuracy = accuracy_m
                .map(|metres| format!(" ±{metres}m"))
                .unwrap_or_default();
            format!("{sign}{latitude:.6}, {longitude:.6}{accuracy}")
        }
        Detail::Contacts { cards, total } => of_contacts(cards, *total),
        Detail::Poll {
            question, options, ..
        } => {
            let lines = options.iter().map(|option| format!("\n- {}", option.0));
            format!("{}{}", question.0, lines.collect::<String>())
        }
        Detail::Vote {
            choices: Some(choices),
            ..
        } if choices.is_empty() => "<vote taken back>".to_owned(),
        Detail::Vote {
            choices: Some(choices),
            ..
        } => format!("<vote: {}>", listed(choices)),
        Detail::Vote { choices: None, .. } => "<vote that cannot be read>".to_owned(),
        Detail::Event { name, cancelled, .. } => {
            let called_off = if *cancelled { " (called off)" } else { "" };
            format!("📅 {}{called_off}", name.0)
        }
    }
}

fn of_contacts(cards: &[Card], total: u32) -> String {
    let names: Vec<Private> = cards
        .iter()
        .take(MOST_NAMED)
        .map(|card| {
            let phone = card.phones.first();
            match (&card.name, phone) {
                (Some(name), Some(phone)) => Private(format!("{} {}", name.0, phone.0)),
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => Private("without a name".to_owned()),
            }
        })
        .collect();
    let more = usize::try_from(total)
        .unwrap_or(usize::MAX)
        .saturating_sub(names.len());
    match (names.as_slice(), more) {
        ([], _) => "<contact>".to_owned(),
        ([_], 0) => format!("<contact: {}>", listed(&names)),
        (_, 0) => format!("<contacts: {}>", listed(&names)),
        (_, more) => format!("<contacts: {} and {more} more>", listed(&names)),
    }
}

fn listed(names: &[Private]) -> String {
    let plain: Vec<String> = names.iter().map(|name| name.0.replace(['<', '>'], "")).collect();
    plain.join(", ")
}
