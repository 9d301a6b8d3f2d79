//! One turn of a backend, and what was heard of it.

use std::time::Duration;

use fased_agents::{Done, Event, Failure, Limits, Listener, Request, Settings, backend, run};
use tokio_util::sync::CancellationToken;

use crate::wait::DEADLINE;

/// Bounds that a test does not mean to meet.
pub(crate) const AMPLE: Limits = Limits {
    deadline: DEADLINE,
    output_bytes: 64 * 1024 * 1024,
};

/// Bounds of time.
pub(crate) fn within(deadline: Duration) -> Limits {
    Limits { deadline, ..AMPLE }
}

/// What was heard.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Parts that are complete, and the one that is not.
    pub(crate) parts: Vec<String>,
    pub(crate) progress: Vec<String>,
    part_ended: bool,
}

impl Listener for Heard {
    async fn heard(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Text(text) => {
                if self.part_ended || self.parts.is_empty() {
                    self.parts.push(String::new());
                }
                self.part_ended = false;
                self.parts.last_mut().expect("one was pushed").push_str(&text);
            }
            Event::PartEnd => self.part_ended = true,
            Event::Progress(text) => self.progress.push(text),
        }
        Ok(())
    }
}

/// How a turn went.
pub(crate) struct Turn {
    pub(crate) heard: Heard,
    pub(crate) ended: Result<Done, Failure>,
}

impl Turn {
    /// All that was said, after a good end.
    #[track_caller]
    pub(crate) fn said(self) -> String {
        assert!(self.ended.is_ok(), "{:?}", self.ended);
        self.heard.parts.concat()
    }

    /// Why it failed.
    #[track_caller]
    pub(crate) fn failure(self) -> Failure {
        self.ended.expect_err("it was to fail")
    }
}

/// Asks a backend made of these settings.
pub(crate) async fn turn(settings: &Settings, request: &Request) -> Turn {
    turn_within(settings, request, AMPLE, &CancellationToken::new()).await
}

/// Asks within bounds.
pub(crate) async fn turn_within(
    settings: &Settings,
    request: &Request,
    limits: Limits,
    cancel: &CancellationToken,
) -> Turn {
    let backend = backend(settings);
    let mut heard = Heard::default();
    let ended = run(&*backend, request, limits, cancel, &mut heard).await;
    Turn { heard, ended }
}

/// A question.
pub(crate) fn question(text: &str) -> Request {
    Request {
        text: text.to_owned(),
        ..Request::default()
    }
}
