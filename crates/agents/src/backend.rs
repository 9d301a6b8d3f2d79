//! The trait, and the bounds that hold for every backend.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Failure, Request};

/// Something that answers.
///
/// Dropping the future stops the work at once: processes and connections of it are gone then.
pub trait Backend: Send + Sync {
    /// Answers. What it makes goes through `events` while it works.
    fn answer<'a>(
        &'a self,
        request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>>;
}

/// What comes out of a backend while it works.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The next piece of the answer, in Markdown. Pieces belong together as they stand.
    Text(String),
    /// What follows is a part of its own: what was said before is complete.
    PartEnd,
    /// What it is doing, in a few words for people.
    Progress(String),
}

/// How it went, once it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// What the backend told of its work, for the run's record: a model's name, counts of tokens, an exit status.
    pub detail: Option<String>,
    /// Why the answer ends before its end, although it is one: in a few words for people.
    pub cut_short: Option<String>,
}

/// Bounds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest work.
    pub deadline: Duration,
    /// Most bytes of an answer.
    pub output_bytes: usize,
}

/// Where a backend's events go. A full queue makes the backend wait.
#[derive(Debug, Clone)]
pub struct Events {
    to: mpsc::Sender<Event>,
}

/// Events that may wait to be heard.
const QUEUE: usize = 64;

impl Events {
    /// Both ends.
    #[must_use]
    pub fn channel() -> (Self, mpsc::Receiver<Event>) {
        let (to, from) = mpsc::channel(QUEUE);
        (Self { to }, from)
    }

    /// Tells. When nobody listens any more the work is about to be dropped.
    pub async fn tell(&self, event: Event) {
        if self.to.send(event).await.is_err() {
            tracing::trace!("nobody listens to a backend any more");
        }
    }
}

/// Whoever listens to a backend.
///
/// A trait rather than an async closure, because only so can it be promised that a run may move between threads. A
/// closure that returns a future is a listener.
pub trait Listener: Send {
    /// Hears one event. The backend waits meanwhile, once its queue is full.
    ///
    /// # Errors
    /// Whatever it returns ends the work, and is what [`run`] returns.
    fn heard(&mut self, event: Event) -> impl Future<Output = Result<(), Failure>> + Send;
}

impl<F, Heard> Listener for F
where
    F: FnMut(Event) -> Heard + Send,
    Heard: Future<Output = Result<(), Failure>> + Send,
{
    fn heard(&mut self, event: Event) -> impl Future<Output = Result<(), Failure>> + Send {
        self(event)
    }
}

/// Lets a backend answer within its bounds. The listener gets every event in order and may take its time.
///
/// What a backend told before it failed is heard, too. At the deadline, or when it is cancelled, the listener is dropped in the middle of what it does, as the work is.
///
/// # Errors
/// The backend's own, the listener's own, [`Failure::Cancelled`], [`Failure::TimedOut`], or [`Failure::TooLong`]; then the
/// work has been stopped.
pub async fn run(
    backend: &dyn Backend,
    request: &Request,
    limits: Limits,
    cancel: &CancellationToken,
    listener: &mut impl Listener,
) -> Result<Done, Failure> {
    let (events, mut from) = Events::channel();
    let work = async move { backend.answer(request, &events).await };
    let hear = async move {
        let mut bytes = 0;
        while let Some(event) = from.recv().await {
            if let Event::Text(text) = &event {
                bytes += text.len();
                if bytes > limits.output_bytes {
                    return Err(Failure::TooLong {
                        limit: limits.output_bytes,
                    });
                }
            }
            listener.heard(event).await?;
        }
        Ok(())
    };
    let both = async {
        let (mut work, mut hear) = (pin!(work), pin!(hear));
        tokio::select! {
            ended = &mut work => {
                // What it told last is still on its way, also if it failed afterwards.
                let heard = hear.await;
                let done = ended?;
                heard.map(|()| done)
            }
            heard = &mut hear => {
                heard?;
                work.await
            }
        }
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Failure::Cancelled),
        ended = tokio::time::timeout(limits.deadline, both) => ended.unwrap_or(Err(Failure::TimedOut)),
    }
}
