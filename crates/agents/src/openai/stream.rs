//! Reads what a server answers: a stream of events, or one JSON document from those that do not stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use eventsource_stream::{EventStream, EventStreamError};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::answer::Answer;
use super::retry::broken;
use crate::Failure;
use crate::lossy::Lossy;

/// Most bytes of one event.
const EVENT_BYTES: usize = 1024 * 1024;
/// Most bytes of an answer in one piece.
const DOCUMENT_BYTES: usize = 16 * 1024 * 1024;
/// How long a stream is listened to after its answer is complete, for counts of tokens.
const AFTERWARDS: Duration = Duration::from_secs(2);

type Pieces = BoxStream<'static, Result<Vec<u8>, Failure>>;

/// Reads to the end of the answer.
pub(super) async fn read(response: reqwest::Response, answer: &mut Answer<'_>) -> Result<(), Failure> {
    let mut pieces: Pieces = response
        .bytes_stream()
        .map(|piece| {
            piece
                .map(|bytes| bytes.to_vec())
                .map_err(|error| broken(&error.without_url()))
        })
        .boxed();
    let mut begun = Vec::new();
    // What it is shows in its first character; servers are not agreed on what they call it.
    while begun.trim_ascii_start().is_empty() {
        match pieces.next().await {
            Some(piece) => begun.extend(piece?),
            None => return Err(Failure::CutOff("it is empty".to_owned())),
        }
        if begun.len() > EVENT_BYTES {
            return Err(Failure::BadAnswer("it is nothing but blank space".to_owned()));
        }
    }
    if begun.trim_ascii_start().starts_with(b"{") {
        document(begun, pieces, answer).await
    } else {
        events(stream::iter([Ok(begun)]).chain(pieces).boxed(), answer).await
    }
}

async fn document(mut bytes: Vec<u8>, mut pieces: Pieces, answer: &mut Answer<'_>) -> Result<(), Failure> {
    while let Some(piece) = pieces.next().await {
        bytes.extend(piece?);
        if bytes.len() > DOCUMENT_BYTES {
            return Err(Failure::BadAnswer(format!(
                "it is longer than {DOCUMENT_BYTES} bytes"
            )));
        }
    }
    let document: Value = serde_json::from_slice(&bytes).map_err(|error| {
        if error.is_eof() {
            Failure::CutOff("it is not complete".to_owned())
        } else {
            Failure::BadAnswer("it is neither a stream of events nor JSON".to_owned())
        }
    })?;
    answer.hear(&document).await?;
    if answer.is_finished() {
        return Ok(());
    }
    if document.pointer("/choices/0").is_none() {
        return Err(Failure::BadAnswer("it holds no choices".to_owned()));
    }
    answer.close().await
}

async fn events(pieces: Pieces, answer: &mut Answer<'_>) -> Result<(), Failure> {
    let since_last = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&since_last);
    let mut text = Lossy::default();
    // A broken character is shown as such. Left to the reader of events, it would hold up all that follows it.
    let bounded = pieces.map(move |piece| {
        let piece = piece?;
        let bytes = counted.fetch_add(piece.len(), Ordering::Relaxed) + piece.len();
        if bytes > EVENT_BYTES {
            return Err(Failure::BadAnswer(format!(
                "an event in it is longer than {EVENT_BYTES} bytes"
            )));
        }
        Ok(text.push(&piece).into_bytes())
    });
    let mut events = EventStream::new(bounded.boxed());
    let mut count = 0_usize;
    let mut until = None;
    loop {
        let next = if answer.is_finished() {
            // The answer is there; whoever keeps the stream open does not hold it up.
            let until = *until.get_or_insert_with(|| Instant::now() + AFTERWARDS);
            match timeout_at(until, events.next()).await {
                Ok(Some(Ok(event))) => Some(Ok(event)),
                Ok(Some(Err(_)) | None) | Err(_) => return Ok(()),
            }
        } else {
            events.next().await
        };
        let event = match next {
            Some(Ok(event)) => event,
            Some(Err(EventStreamError::Transport(failure))) => return Err(cut_off(failure, answer)),
            Some(Err(EventStreamError::Utf8(_) | EventStreamError::Parser(_))) => {
                return Err(Failure::BadAnswer("it is no stream of events".to_owned()));
            }
            None => return Err(Failure::CutOff("it ended before its end".to_owned())),
        };
        since_last.store(0, Ordering::Relaxed);
        count += 1;
        let data = event.data.trim();
        if data == "[DONE]" {
            return if answer.is_finished() {
                Ok(())
            } else {
                answer.close().await
            };
        }
        if data.is_empty() {
            continue;
        }
        let chunk: Value = serde_json::from_str(data)
            .map_err(|_| Failure::BadAnswer(format!("event {count} of its stream is no JSON")))?;
        answer.hear(&chunk).await?;
    }
}

/// A connection that breaks in the middle of an answer breaks the answer off.
fn cut_off(failure: Failure, answer: &Answer<'_>) -> Failure {
    match failure {
        Failure::Network(why) if answer.has_begun() => Failure::CutOff(why),
        Failure::Network(_)
        | Failure::Cancelled
        | Failure::TimedOut
        | Failure::TooLong { .. }
        | Failure::NotStarted(_)
        | Failure::Exited { .. }
        | Failure::Http { .. }
        | Failure::CutOff(_)
        | Failure::BadAnswer(_) => failure,
    }
}
