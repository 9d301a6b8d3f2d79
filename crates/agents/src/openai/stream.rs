//! Reads what a server answers: a stream of events, or one JSON document from those that do not stream.

use std::time::Duration;

use eventsource_stream::{EventStream, EventStreamError};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use super::answer::Answer;
use super::lines::Lines;
use super::retry::broken;
use crate::Failure;

/// Most bytes of one event.
pub(super) const EVENT_BYTES: usize = 1024 * 1024;
/// Most bytes of an answer in one piece.
const DOCUMENT_BYTES: usize = 16 * 1024 * 1024;
/// How long a stream is listened to after its answer is complete, for counts of tokens.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// Longest silence in the middle of an answer. Before it begins a model may be loaded, and a long question be read by a slow
/// machine, so that only the run's own deadline counts there.
const SILENCE: Duration = Duration::from_secs(300);

type Pieces = BoxStream<'static, Result<Vec<u8>, Failure>>;

/// Reads to the end of the answer.
pub(super) async fn read(response: reqwest::Response, answer: &mut Answer<'_>) -> Result<(), Failure> {
    let pieces = response.bytes_stream().map(|piece| {
        piece
            .map(|bytes| bytes.to_vec())
            .map_err(|error| broken(&error.without_url()))
    });
    read_pieces(pieces.boxed(), answer).await
}

async fn read_pieces(pieces: Pieces, answer: &mut Answer<'_>) -> Result<(), Failure> {
    let mut pieces = without_long_silence(pieces);
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
    let mut lines = Lines::default();
    let lines = pieces
        .map(Some)
        .chain(stream::iter([None]))
        .flat_map(move |piece| {
            let lines = match piece {
                Some(Ok(piece)) => lines.push(&piece),
                Some(Err(failure)) => vec![Err(failure)],
                // Not every server ends its last event.
                None => lines.end(),
            };
            stream::iter(lines)
        });
    let mut events = EventStream::new(lines.boxed());
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
        let chunk: Value = serde_json::from_str(data).map_err(|error| {
            if error.is_eof() {
                Failure::CutOff("it ended in the middle of an event".to_owned())
            } else {
                Failure::BadAnswer(format!("event {count} of its stream is no JSON"))
            }
        })?;
        answer.hear(&chunk).await?;
    }
}

/// The same pieces, and a failure if none comes for too long after the first one.
fn without_long_silence(pieces: Pieces) -> Pieces {
    let watched = stream::unfold((pieces, false), async |(mut pieces, begun)| {
        let piece = if begun {
            timeout(SILENCE, pieces.next()).await.unwrap_or_else(|_| {
                let why = format!("its server was silent for {} s", SILENCE.as_secs());
                Some(Err(Failure::Network(why)))
            })
        } else {
            pieces.next().await
        };
        piece.map(|piece| (piece, (pieces, true)))
    });
    watched.boxed()
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
        | Failure::Ended { .. }
        | Failure::Http { .. }
        | Failure::CutOff(_)
        | Failure::BadAnswer(_) => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Events};

    /// What is heard of these pieces, each of which comes after some seconds.
    async fn heard(pieces: Vec<(u64, Vec<u8>)>, hangs: bool) -> Result<String, Failure> {
        let pieces = stream::iter(pieces).then(async |(seconds, piece)| {
            let never = std::future::pending::<()>();
            assert!(timeout(Duration::from_secs(seconds), never).await.is_err());
            Ok(piece)
        });
        let pieces = if hangs {
            pieces.chain(stream::pending()).boxed()
        } else {
            pieces.boxed()
        };
        let (events, mut from) = Events::channel();
        let mut answer = Answer::new(&events);
        let read = read_pieces(pieces, &mut answer).await;
        let ended = read.and_then(|()| answer.done());
        drop(events);
        let mut said = String::new();
        while let Some(event) = from.recv().await {
            if let crate::backend::Told::Event(Event::Text(text)) = event {
                said.push_str(&text);
            }
        }
        ended.map(|_done| said)
    }

    const WORD: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"}}]}\n\n";
    const END: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

    #[tokio::test(start_paused = true)]
    async fn silence_counts_only_in_the_middle_of_an_answer() {
        let late = vec![(3000, WORD.into()), (200, END.into())];
        assert_eq!(heard(late, false).await, Ok("Yes.".to_owned()));
        let document = "{\"choices\":[{\"message\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}";
        assert_eq!(
            heard(vec![(3000, document.into())], false).await,
            Ok("Yes.".to_owned())
        );

        let silent = "its server was silent for 300 s".to_owned();
        assert_eq!(
            heard(vec![(0, WORD.into())], true).await,
            Err(Failure::CutOff(silent.clone()))
        );
        assert_eq!(
            heard(vec![(0, b": wait\n\n".to_vec())], true).await,
            Err(Failure::Network(silent))
        );
    }

    #[tokio::test]
    async fn ends_of_lines_of_every_kind() {
        for ends in ["\n", "\r\n", "\r"] {
            let text = format!("{WORD}{END}").replace('\n', ends);
            for size in [1, 7, text.len()] {
                let pieces = text.as_bytes().chunks(size).map(|piece| (0, piece.to_vec()));
                assert_eq!(
                    heard(pieces.collect(), false).await,
                    Ok("Yes.".to_owned()),
                    "{ends:?} by {size}"
                );
            }
        }
    }

    #[tokio::test]
    async fn an_end_that_is_not_ended_counts_and_half_a_one_does_not() {
        for end in [END.trim_end(), "data: [DONE]", "data: [DONE]\n"] {
            let text = format!("{WORD}{end}");
            assert_eq!(heard(vec![(0, text.into())], false).await, Ok("Yes.".to_owned()));
        }
        for end in ["", "data: {\"choices\":[", "dat"] {
            let text = format!("{WORD}{end}");
            let ended = heard(vec![(0, text.into())], false).await;
            assert!(matches!(ended, Err(Failure::CutOff(_))), "{end:?}: {ended:?}");
        }
    }

    #[tokio::test]
    async fn small_pieces_cost_no_more_than_large_ones() {
        let word = format!("data: {{\"x\":\"{}\",{}", "y".repeat(600_000), &WORD[7..]);
        let mut pieces: Vec<_> = word.bytes().map(|byte| (0, vec![byte])).collect();
        pieces.push((0, ":\n".repeat(600_000).into()));
        pieces.push((0, END.into()));
        let began = Instant::now();
        let pieces = stream::iter(pieces.into_iter().map(|(_, piece)| Ok(piece)));
        let (events, _from) = Events::channel();
        let mut answer = Answer::new(&events);
        assert_eq!(read_pieces(pieces.boxed(), &mut answer).await, Ok(()));
        // Where each piece is looked at with all before it, these take minutes.
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
}
