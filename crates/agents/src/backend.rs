//! The trait, and the bounds that hold for every backend.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Failure, Request};

/// Something that answers.
///
/// Dropping the future stops the work: connections of it are gone then, and processes soon after.
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
    /// What the backend calls this conversation, if it can take it up again later: see [`Request::resume`].
    pub session: Option<String>,
}

/// What a backend has to be allowed before it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it wants to do, in words for people.
    pub text: String,
    /// Among what one may choose, in the backend's order.
    pub choices: Vec<Choice>,
}

/// One answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// In words for people.
    pub name: String,
    /// What it means. Its place means nothing.
    pub kind: ChoiceKind,
}

/// What an answer to a [`Question`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceKind {
    /// Yes, this time.
    AllowOnce,
    /// Yes, now and later.
    AllowAlways,
    /// No, this time.
    RejectOnce,
    /// No, now and later.
    RejectAlways,
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
    to: mpsc::Sender<Told>,
}

/// What a backend tells whoever listens.
pub(crate) enum Told {
    /// What came out of it.
    Event(Event),
    /// What it asks, and where the place of the choice goes.
    Question(Question, oneshot::Sender<Option<usize>>),
}

/// Events that may wait to be heard.
const QUEUE: usize = 64;

impl Events {
    /// Both ends.
    #[must_use]
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Told>) {
        let (to, from) = mpsc::channel(QUEUE);
        (Self { to }, from)
    }

    /// Tells. When nobody listens any more the work is about to be dropped.
    pub async fn tell(&self, event: Event) {
        if self.to.send(Told::Event(event)).await.is_err() {
            tracing::trace!("nobody listens to a backend any more");
        }
    }

    /// Asks, after all that was told before, and waits for the answer: a place among the choices, or none.
    pub async fn ask(&self, question: Question) -> Option<usize> {
        let (answer, answered) = oneshot::channel();
        if self.to.send(Told::Question(question, answer)).await.is_err() {
            return None;
        }
        answered.await.unwrap_or(None)
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

    /// Chooses among what a question offers, by its place there. None is no answer, which backends take for a no. It may
    /// take its time, which does not count for the deadline. It is dropped in the middle of that when the backend takes its
    /// question back.
    fn asked(&mut self, question: &Question) -> impl Future<Output = Option<usize>> + Send {
        tracing::debug!(choices = question.choices.len(), "nobody answers questions here");
        std::future::ready(None)
    }
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
    let asking = Asking::default();
    let work = async move { backend.answer(request, &events).await };
    let hear = async {
        let mut bytes = 0;
        while let Some(told) = from.recv().await {
            let event = match told {
                Told::Event(event) => event,
                Told::Question(question, mut answer) => {
                    let _since = asking.begin();
                    let chosen = tokio::select! {
                        chosen = listener.asked(&question) => chosen,
                        () = answer.closed() => {
                            tracing::debug!("a backend took its question back");
                            continue;
                        }
                    };
                    if answer.send(chosen).is_err() {
                        tracing::debug!("a backend did not wait for the answer to its question");
                    }
                    continue;
                }
            };
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
        ended = both => ended,
        () = asking.until(limits.deadline) => Err(Failure::TimedOut),
    }
}

/// How long somebody was asked, which is not the backend's time.
#[derive(Default)]
struct Asking {
    times: Mutex<(Duration, Option<Instant>)>,
    /// Rings when somebody is not asked any more.
    answered: Notify,
}

impl Asking {
    /// Somebody is asked until what comes back is dropped.
    fn begin(&self) -> impl Drop {
        struct Since<'a>(&'a Asking);
        impl Drop for Since<'_> {
            fn drop(&mut self) {
                let mut times = self.0.times();
                if let Some(since) = times.1.take() {
                    times.0 += since.elapsed();
                }
                self.0.answered.notify_one();
            }
        }
        self.times().1 = Some(Instant::now());
        Since(self)
    }

    /// Waits until so much time has passed in which nobody was asked.
    async fn until(&self, limit: Duration) {
        let began = Instant::now();
        loop {
            let (asked, since) = *self.times();
            if since.is_some() {
                self.answered.notified().await;
                continue;
            }
            let left = limit.saturating_add(asked).saturating_sub(began.elapsed());
            if left.is_zero() {
                return;
            }
            // Once that has passed, some of it may have been somebody else's time.
            timeout(left, std::future::pending::<()>()).await.ok();
        }
    }

    fn times(&self) -> MutexGuard<'_, (Duration, Option<Instant>)> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
