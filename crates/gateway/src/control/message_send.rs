//! Sends a text, files, a place or contacts.

use fased_policy::ids::Target;
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, Place, SendRequest};
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MediaFile, Outgoing};

use super::message_key::Key;
use super::message_queue::{order, planned, queue};
use super::message_where::usage;
use super::{Live, agent_reach, directory_groups, internal, message_known, message_where};
use crate::account::Shared;
use crate::media::outgoing::{Acquired, Asked, Rules, Source, acquire, discard};
use crate::media::{self, MediaError, MediaProblem};
use crate::outbound::{Content, Order};

/// Files of one request: each may take a minute, and whoever asked waits.
const MOST_FILES: usize = 10;

pub(super) async fn answer(live: &Live, request: &SendRequest) -> Result<ControlResponse, ControlError> {
    let (account, to) = message_where::find(live, &request.to).await?;
    agent_reach::allowed(live, &account, request.for_agent.as_ref(), &to).await?;
    let shared = account.shared();
    let key = Key::of(shared, request)?;
    if let Some(key) = &key
        && let Some(earlier) = key.earlier(shared, &to).await?
    {
        return Ok(earlier);
    }
    if shared.config().observe_only {
        return Err(crate::outbound::Refusal::ObserveOnly.told(shared.id(), &to));
    }
    let ready = complete(request)?;
    let quote = match &request.reply_to {
        Some(id) => {
            let message = message_known::message(shared, &to, id).await?;
            Some(message_known::quote(shared, &to, id, &message))
        }
        None => None,
    };
    if request.for_agent.is_some() {
        directory_groups::reaches(&account, &to).await?;
    }
    // Who must not be written to is told before a file is fetched for them.
    allowed(shared, &to).await?;
    let files = files(shared, request).await?;
    let sizes: Vec<(String, u64)> = files
        .iter()
        .map(|got| (got.file.file.clone(), got.bytes))
        .collect();
    let kept: Vec<MediaFile> = files.iter().map(|got| got.file.clone()).collect();
    let mut orders = orders(&to, request, files, ready);
    if let Some(first) = orders.first_mut() {
        first.quote = quote;
    }
    let named = planned(shared, &to, orders).await.and_then(|mut planned| {
        if let Some(key) = &key {
            key.give(&mut planned)?;
        }
        let config = shared.config();
        let agent = agent_reach::named(Some(&config.agents), request.for_agent.as_ref())?;
        planned.wish.agent = agent.map(str::to_owned);
        Ok(planned)
    });
    let answer = match named {
        Ok(planned) => queue(&account, &to, planned, &sizes, request.dry_run).await,
        Err(error) => Err(error),
    };
    if answer.is_err() || request.dry_run {
        drop_files(shared, &kept).await;
    }
    // Of two that ask at the same time one is told what the other has queued.
    if let (Err(_), Some(key)) = (&answer, &key)
        && let Some(earlier) = key.earlier(shared, &to).await?
    {
        return Ok(earlier);
    }
    answer
}

/// Whether this chat may be written to at all, asked with a text that is not sent.
async fn allowed(shared: &Shared, to: &Target) -> Result<(), ControlError> {
    let probe = order(to, Content::Plain("?".to_owned()));
    planned(shared, to, vec![probe]).await.map(|_| ())
}

/// The messages, in order. The text is the first file's caption; without a file it comes first.
fn orders(
    to: &Target,
    request: &SendRequest,
    files: Vec<Acquired>,
    ready: Vec<(Outgoing, String)>,
) -> Vec<Order> {
    let mut text = request.text.as_ref().map(|text| text.0.clone());
    let mut contents: Vec<Content> = Vec::new();
    if (files.is_empty() || request.raw)
        && let Some(text) = text.take()
    {
        contents.push(if request.raw {
            Content::Plain(text)
        } else {
            Content::Markdown(text)
        });
    }
    for Acquired { file, .. } in files {
        let caption = text.take();
        contents.push(Content::File { file, caption });
    }
    contents.extend(
        ready
            .into_iter()
            .map(|(content, text)| Content::Ready { content, text }),
    );
    contents.into_iter().map(|content| order(to, content)).collect()
}

/// What needs no file: the place and the contacts.
fn complete(request: &SendRequest) -> Result<Vec<(Outgoing, String)>, ControlError> {
    let has_text = request
        .text
        .as_ref()
        .is_some_and(|text| !text.0.trim().is_empty());
    if !has_text && request.media.is_empty() && request.place.is_none() && request.contacts.is_empty() {
        return Err(usage(
            "there is nothing to send".to_owned(),
            "give a text, a file, a place or a contact: fased message send --help",
        ));
    }
    if request.media.len() > MOST_FILES {
        return Err(usage(
            format!("{} files are more than are sent at once", request.media.len()),
            "send at most 10 at once",
        ));
    }
    let mut ready = Vec::new();
    if let Some(Place {
        latitude,
        longitude,
        name,
    }) = &request.place
    {
        if !(-90.0..=90.0).contains(latitude) || !(-180.0..=180.0).contains(longitude) {
            return Err(usage(
                format!("{latitude},{longitude} is no place"),
                "give degrees, latitude first: --location 52.52,13.405",
            ));
        }
        let text = name
            .as_ref()
            .map_or_else(|| format!("{latitude},{longitude}"), |name| name.0.clone());
        let place = Outgoing::Location {
            latitude: *latitude,
            longitude: *longitude,
            name: name.clone(),
            address: None,
        };
        ready.push((place, text));
    }
    for card in &request.contacts {
        let name = card_name(&card.0).ok_or_else(|| {
            usage(
                "a contact is no vCard with a name (BEGIN:VCARD … FN:Name … END:VCARD)".to_owned(),
                "export it again as vCard 3.0",
            )
        })?;
        let contact = Outgoing::Contact {
            name: Private(name.clone()),
            vcard: card.clone(),
        };
        ready.push((contact, name));
    }
    Ok(ready)
}

/// The name that a card shows.
fn card_name(card: &str) -> Option<String> {
    let upper = card.trim().to_ascii_uppercase();
    if !upper.starts_with("BEGIN:VCARD") || !upper.ends_with("END:VCARD") {
        return None;
    }
    let name = card.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        let key = key.split(';').next().unwrap_or_default();
        key.eq_ignore_ascii_case("FN").then(|| value.trim().to_owned())
    });
    name.filter(|name| !name.is_empty())
}

/// Makes all files ready, or none.
async fn files(shared: &Shared, request: &SendRequest) -> Result<Vec<Acquired>, ControlError> {
    if request.media.is_empty() {
        return Ok(Vec::new());
    }
    let rules = Rules::of(shared).map_err(|error| internal(&error))?;
    let asked = request
        .shown_as
        .map_or(Asked::Auto, |kind| Asked::As(media::kind(kind)));
    let mut files: Vec<Acquired> = Vec::new();
    for source in &request.media {
        match acquire(&rules, &Source::parse(&source.0), asked).await {
            Ok(file) => files.push(file),
            Err(error) => {
                let kept: Vec<MediaFile> = files.into_iter().map(|got| got.file).collect();
                drop_files(shared, &kept).await;
                return Err(told(error));
            }
        }
    }
    Ok(files)
}

async fn drop_files(shared: &Shared, files: &[MediaFile]) {
    for file in files {
        discard(&shared.media_dir, file).await;
    }
}

fn told(error: MediaError) -> ControlError {
    ControlError {
        code: match error.problem {
            MediaProblem::Refused | MediaProblem::Unusable | MediaProblem::TooLarge => ErrorCode::Refused,
            MediaProblem::NotFound => ErrorCode::NotFound,
            MediaProblem::TimedOut => ErrorCode::TimedOut,
            MediaProblem::ConverterMissing | MediaProblem::Failed => ErrorCode::Internal,
        },
        message: error.message,
        next: error.next,
    }
}

#[cfg(test)]
mod tests;
