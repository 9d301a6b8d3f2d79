//! A backend that does as it is told.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};

use fased_agents::{Backend, Done, Event, Events, Failure, Question, Request};
use tokio::sync::watch;

/// What it does when it is asked something with these words in it.
#[derive(Clone)]
pub(super) enum Act {
    /// Says this.
    Say(Vec<Event>),
    /// Says this, and then works until [`Fake::release`].
    Hold(Vec<Event>),
    /// Fails after having said this.
    Fail(Vec<Event>, Failure),
    /// Asks this, and says what was chosen.
    Ask(Question),
    /// Breaks in two.
    Panic,
}

/// A backend that repeats what it is asked, or does as it is told.
pub(super) struct Fake {
    acts: Vec<(&'static str, Act)>,
    open: watch::Sender<bool>,
    seen: Mutex<Seen>,
}

/// What it saw.
#[derive(Default)]
pub(super) struct Seen {
    /// What it was asked, in order.
    pub(super) asked: Vec<Request>,
    /// Under way now, by session.
    under_way: HashSet<String>,
    /// Most at once.
    pub(super) most: usize,
    /// Sessions of which two were under way at once.
    pub(super) doubled: Vec<String>,
    /// Requests by session.
    pub(super) by_session: HashMap<String, Vec<String>>,
}

impl Fake {
    pub(super) fn new(acts: Vec<(&'static str, Act)>) -> Self {
        Self {
            acts,
            open: watch::Sender::new(false),
            seen: Mutex::default(),
        }
    }

    /// Lets go on what is held.
    pub(super) fn release(&self) {
        self.open.send_replace(true);
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("whole")
    }

    /// The words of all requests.
    pub(super) fn asked(&self) -> Vec<String> {
        self.seen()
            .asked
            .iter()
            .map(|request| request.text.clone())
            .collect()
    }

    pub(super) fn under_way(&self) -> usize {
        self.seen().under_way.len()
    }
}

/// Leaves when it is dropped, as work does that is stopped.
struct UnderWay<'a>(&'a Fake, String);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.seen().under_way.remove(&self.1);
    }
}

impl Backend for Fake {
    fn answer<'a>(
        &'a self,
        request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let session = request.envelope["session"]["key"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            {
                let mut seen = self.seen();
                if !seen.under_way.insert(session.clone()) {
                    seen.doubled.push(session.clone());
                }
                seen.most = seen.most.max(seen.under_way.len());
                seen.asked.push(request.clone());
                seen.by_session
                    .entry(session.clone())
                    .or_default()
                    .push(request.text.clone());
            }
            let _under_way = UnderWay(self, session);
            // Words may begin with the agent that is meant: `ops|`.
            let agent = request.envelope["agent"]["id"].as_str().unwrap_or_default();
            let asked = format!("{agent}|{}", request.text);
            let act = self.acts.iter().find(|(word, _)| asked.contains(word));
            let act = act.map_or_else(
                || Act::Say(vec![Event::Text(format!("re: {}", request.text))]),
                |(_, act)| act.clone(),
            );
            let (said, then) = match act {
                Act::Say(said) => (said, Ok(())),
                Act::Hold(said) => {
                    for event in said {
                        events.tell(event).await;
                    }
                    let mut open = self.open.subscribe();
                    open.wait_for(|open| *open).await.expect("the test goes on");
                    (vec![Event::Text(format!("held: {}", request.text))], Ok(()))
                }
                Act::Fail(said, failure) => (said, Err(failure)),
                Act::Ask(question) => {
                    let chosen = events.ask(question).await;
                    (vec![Event::Text(format!("chosen: {chosen:?}"))], Ok(()))
                }
                Act::Panic => panic!("as it was told"),
            };
            for event in said {
                events.tell(event).await;
            }
            then.map(|()| Done {
                detail: Some("{\"model\":\"fake\"}".to_owned()),
                ..Done::default()
            })
        })
    }
}
