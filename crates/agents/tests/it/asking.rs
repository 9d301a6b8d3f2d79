//! Questions of backends: what waiting for their answers costs, which is nothing.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use fased_agents::{
    Backend, Choice, ChoiceKind, Done, Event, Events, Failure, Limits, Listener, Question, Request, run,
};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

const LIMITS: Limits = Limits {
    deadline: Duration::from_secs(10),
    output_bytes: 1024,
};

/// Passes the time, which is paused and costs none.
async fn passes(seconds: u64) {
    let never = std::future::pending::<()>();
    assert!(timeout(Duration::from_secs(seconds), never).await.is_err());
}

/// Asks before, between and after its work.
struct Asks {
    /// The work between questions, in seconds.
    work: Vec<u64>,
}

impl Backend for Asks {
    fn answer<'a>(
        &'a self,
        _request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            for seconds in &self.work {
                let chosen = events.ask(question()).await;
                events.tell(Event::Text(format!("{chosen:?} "))).await;
                passes(*seconds).await;
            }
            Ok(Done::default())
        })
    }
}

fn question() -> Question {
    Question {
        text: "May I?".to_owned(),
        choices: vec![Choice {
            name: "Yes".to_owned(),
            kind: ChoiceKind::AllowOnce,
        }],
    }
}

/// Thinks about each question for so long.
struct Thinks {
    seconds: u64,
    heard: String,
}

impl Listener for Thinks {
    async fn heard(&mut self, event: Event) -> Result<(), Failure> {
        if let Event::Text(text) = event {
            self.heard.push_str(&text);
        }
        Ok(())
    }

    async fn asked(&mut self, question: &Question) -> Option<usize> {
        assert_eq!(question.choices.len(), 1);
        passes(self.seconds).await;
        Some(0)
    }
}

async fn turn(work: &[u64], seconds: u64) -> (Result<Done, Failure>, Duration, String) {
    let backend = Asks { work: work.to_vec() };
    let mut thinks = Thinks {
        seconds,
        heard: String::new(),
    };
    let began = Instant::now();
    let ended = run(
        &backend,
        &Request::default(),
        LIMITS,
        &CancellationToken::new(),
        &mut thinks,
    )
    .await;
    (ended, began.elapsed(), thinks.heard)
}

#[tokio::test(start_paused = true)]
async fn the_time_for_an_answer_is_not_the_backends() {
    let (ended, took, heard) = turn(&[4, 5], 300).await;
    assert!(ended.is_ok(), "{ended:?}");
    assert_eq!(took.as_secs(), 609);
    assert_eq!(heard, "Some(0) Some(0) ");
}

#[tokio::test(start_paused = true)]
async fn its_own_time_still_counts() {
    let (ended, took, heard) = turn(&[4, 5, 6], 300).await;
    assert_eq!(ended, Err(Failure::TimedOut));
    assert_eq!(took.as_secs(), 910);
    assert_eq!(heard, "Some(0) Some(0) Some(0) ");
}

#[tokio::test]
async fn who_cannot_answer_says_no() {
    let backend = Asks { work: vec![0] };
    let mut said = String::new();
    let mut listener = |event| {
        if let Event::Text(text) = event {
            said.push_str(&text);
        }
        async { Ok(()) }
    };
    let ended = run(
        &backend,
        &Request::default(),
        LIMITS,
        &CancellationToken::new(),
        &mut listener,
    )
    .await;
    assert!(ended.is_ok(), "{ended:?}");
    assert_eq!(said, "None ");
}
