//! What holds for every backend.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fased_agents::{
    Backend, Done, Event, Events, Failure, Limits, Listener, Request, Settings, backend, run,
};
use tokio_util::sync::CancellationToken;

const LIMITS: Limits = Limits {
    deadline: Duration::from_secs(10),
    output_bytes: 16,
};

struct Collector {
    said: String,
}

impl Listener for Collector {
    async fn heard(&mut self, event: Event) -> Result<(), Failure> {
        tokio::task::yield_now().await;
        if let Event::Text(text) = event {
            self.said.push_str(&text);
        }
        Ok(())
    }
}

fn asked(text: &str) -> Request {
    Request {
        text: text.to_owned(),
        ..Request::default()
    }
}

/// Owns all that it needs, as a run of the gateway does.
async fn turn(settings: Settings, request: Request) -> Result<String, Failure> {
    let backend: Arc<_> = backend(&settings);
    let mut collector = Collector { said: String::new() };
    run(
        &*backend,
        &request,
        LIMITS,
        &CancellationToken::new(),
        &mut collector,
    )
    .await?;
    Ok(collector.said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_spawned() {
    let said = tokio::spawn(turn(Settings::Echo, asked("hello"))).await.unwrap();
    assert_eq!(said, Ok("hello".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_a_closure_can_be_spawned() {
    let (to, mut from) = tokio::sync::mpsc::channel(4);
    let running = tokio::spawn(async move {
        let backend = backend(&Settings::Echo);
        let mut listener = |event| {
            let to = to.clone();
            async move { to.send(event).await.map_err(|_| Failure::Cancelled) }
        };
        run(
            &*backend,
            &asked("hello"),
            LIMITS,
            &CancellationToken::new(),
            &mut listener,
        )
        .await
    });
    assert!(running.await.unwrap().is_ok());
    assert!(matches!(from.recv().await, Some(Event::Text(text)) if text == "hello"));
}

#[tokio::test]
async fn more_than_the_cap_is_refused() {
    let said = turn(Settings::Echo, asked("seventeen bytes!!")).await;
    assert_eq!(said, Err(Failure::TooLong { limit: 16 }));
}

#[tokio::test]
async fn what_a_listener_refuses_ends_the_run() {
    let backend = backend(&Settings::Echo);
    let mut listener = |_| async { Err(Failure::BadAnswer("not that".to_owned())) };
    let ended = run(
        &*backend,
        &asked("hello"),
        LIMITS,
        &CancellationToken::new(),
        &mut listener,
    )
    .await;
    assert_eq!(ended, Err(Failure::BadAnswer("not that".to_owned())));
}

/// Tells three words, and then fails.
struct Failing;

impl Backend for Failing {
    fn answer<'a>(
        &'a self,
        _request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            for word in ["one", "two", "three"] {
                events.tell(Event::Text(word.to_owned())).await;
            }
            Err(Failure::CutOff("that is all".to_owned()))
        })
    }
}

#[tokio::test]
async fn what_was_told_before_a_failure_is_heard() {
    let mut collector = Collector { said: String::new() };
    let ended = run(
        &Failing,
        &asked("hello"),
        LIMITS,
        &CancellationToken::new(),
        &mut collector,
    )
    .await;
    assert_eq!(ended, Err(Failure::CutOff("that is all".to_owned())));
    assert_eq!(collector.said, "onetwothree");
}
