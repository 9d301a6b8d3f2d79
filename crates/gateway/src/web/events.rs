//! `GET /events`: what happens, for the page. Gathered a quarter of a second at a time, so that a storm of messages costs the
//! browser no more than a few; who reads slowly loses events and is told how many, and nothing is kept for them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use fased_protocol::control::{WatchEvent, Watched};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use super::pages::Shared;
use super::refuse::No;
use super::serve::Connection;
use crate::clock;

/// Those who follow at once. The rest of the connections is for everybody else.
pub(super) const MOST_FOLLOWING: usize = 16;
/// What a stream is.
pub(super) const STREAM: &str = "text/event-stream";
/// So long nothing is told at most, so that whatever is between does not think the connection dead.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What happens within this is told together.
const GATHER: Duration = Duration::from_millis(250);
/// Events that are told together at most.
const MOST_EVENTS: usize = 60;
/// The page shows the beginning of a text; characters.
const LONGEST_TEXT: usize = 280;

/// What is told while there is nothing to tell. An event, as a browser keeps a comment from the page, which could not know
/// then that nothing comes any more.
const ALIVE: &str = "event: alive\ndata: {}\n\n";

struct Following {
    hello: Option<String>,
    events: Receiver<WatchEvent>,
    ending: CancellationToken,
    closed: CancellationToken,
    _place: OwnedSemaphorePermit,
}

/// Follows until the browser leaves, the page is closed or the gateway ends.
pub(super) async fn follow(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
) -> Response {
    let open = match shared.logged_in(&headers) {
        Ok(open) => open,
        Err(no) => return no.into_response(),
    };
    let Ok(place) = Arc::clone(&shared.following).try_acquire_owned() else {
        return No::busy("the page is open in too many places").into_response();
    };
    connection.last();
    let hello = json!({ "instance": shared.live.info().instance });
    let following = Following {
        hello: Some(format!("event: hello\ndata: {hello}\n\n")),
        events: shared.live.watchers.subscribe(),
        ending: connection.ending,
        closed: open.closed.clone(),
        _place: place,
    };
    let told = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), following))
    });
    ([(header::CONTENT_TYPE, STREAM)], Body::from_stream(told)).into_response()
}

impl Following {
    async fn next(&mut self) -> Option<String> {
        if let Some(hello) = self.hello.take() {
            return Some(hello);
        }
        let mut batch = Batch::default();
        let first = tokio::select! {
            event = self.events.recv() => event,
            () = self.ending.cancelled() => return None,
            () = self.closed.cancelled() => return None,
            () = clock::pause(KEEP_ALIVE) => return Some(ALIVE.to_owned()),
        };
        match first {
            Ok(event) => batch.add(event),
            Err(RecvError::Lagged(events)) => batch.skipped += events,
            Err(RecvError::Closed) => return None,
        }
        tokio::select! {
            () = clock::pause(GATHER) => {}
            () = self.ending.cancelled() => return None,
            () = self.closed.cancelled() => return None,
        }
        batch.gather(&mut self.events);
        match serde_json::to_string(&batch) {
            Ok(data) => Some(format!("event: watched\ndata: {data}\n\n")),
            Err(error) => {
                tracing::error!("what happened cannot be told to the page: {error}");
                None
            }
        }
    }
}

/// What is told together.
#[derive(Debug, Default, Serialize)]
struct Batch {
    /// The newest, oldest first.
    events: VecDeque<WatchEvent>,
    /// Events that are missing.
    skipped: u64,
}

impl Batch {
    /// Takes what is there now.
    fn gather(&mut self, events: &mut Receiver<WatchEvent>) {
        loop {
            match events.try_recv() {
                Ok(event) => self.add(event),
                Err(TryRecvError::Lagged(events)) => self.skipped += events,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn add(&mut self, mut event: WatchEvent) {
        shorten(&mut event.what);
        self.events.push_back(event);
        if self.events.len() > MOST_EVENTS {
            // What is rare is not lost among what is frequent.
            let oldest = self.events.iter().position(|event| !is_rare(&event.what));
            self.events.remove(oldest.unwrap_or(0));
            self.skipped += 1;
        }
    }
}

fn is_rare(what: &Watched) -> bool {
    match what {
        Watched::Account { .. } | Watched::Pairing { .. } | Watched::Missed { .. } => true,
        Watched::Inbound { .. } | Watched::Verdict { .. } | Watched::Outbound { .. } => false,
    }
}

fn shorten(what: &mut Watched) {
    match what {
        Watched::Inbound { text: Some(text), .. } | Watched::Outbound { text: Some(text), .. } => {
            if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
                text.truncate(end);
                text.push('…');
            }
        }
        Watched::Inbound { text: None, .. }
        | Watched::Outbound { text: None, .. }
        | Watched::Verdict { .. }
        | Watched::Pairing { .. }
        | Watched::Account { .. }
        | Watched::Missed { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Watchers;

    fn verdict(number: usize) -> Watched {
        Watched::Verdict {
            seq: 1,
            message_id: number.to_string(),
            chat: "+15550100002".to_owned(),
            sender: "+15550100002".to_owned(),
            content: "text".to_owned(),
            verdict: "admit".to_owned(),
            reason: "dm_open".to_owned(),
            sentence: "Everybody may write.".to_owned(),
        }
    }

    fn account() -> Watched {
        Watched::Account {
            state: "ready".to_owned(),
            sentence: "All is well.".to_owned(),
        }
    }

    #[test]
    fn d1_a_storm_costs_a_page_little_and_it_is_told_what_is_missing() {
        let watchers = Watchers::default();
        let mut events = watchers.subscribe();
        let mut batch = Batch::default();
        watchers.tell("default", account());
        for number in 0..500 {
            watchers.tell("default", verdict(number));
        }
        batch.gather(&mut events);
        assert_eq!((batch.events.len(), batch.skipped), (60, 441));
        assert_eq!(batch.events[0].what, account(), "what is rare stays");
        assert_eq!(batch.events[1].what, verdict(441), "of the rest, the newest");
        assert_eq!(batch.events[59].what, verdict(499));

        // Who did not read for long loses events before they are gathered.
        let mut late = Batch::default();
        for number in 0..3000 {
            watchers.tell("default", verdict(number));
        }
        late.gather(&mut events);
        assert_eq!(late.events.len() as u64 + late.skipped, 3000);
        assert_eq!(late.events.back().expect("one").what, verdict(2999));
        let mut rare = Batch::default();
        for _ in 0..70 {
            watchers.tell("default", account());
        }
        rare.gather(&mut events);
        assert_eq!(
            (rare.events.len(), rare.skipped),
            (60, 10),
            "nor is there more of what is rare"
        );
    }

    #[test]
    fn a_long_text_is_told_by_its_beginning() {
        let told = |text: &str| {
            let mut what = Watched::Inbound {
                message_id: "1".to_owned(),
                chat: "a".to_owned(),
                sender: "a".to_owned(),
                text: Some(text.to_owned()),
            };
            shorten(&mut what);
            let Watched::Inbound { text: Some(text), .. } = what else {
                panic!("{what:?}")
            };
            text
        };
        assert_eq!(told("short"), "short");
        assert_eq!(told(&"ä".repeat(280)), "ä".repeat(280));
        assert_eq!(told(&"ä".repeat(281)), "ä".repeat(280) + "…");
    }
}
