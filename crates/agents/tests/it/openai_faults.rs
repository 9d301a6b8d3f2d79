//! What a model's server does wrong, and what is made of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fased_agents::{Failure, Limits, Request, Role, Said};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use crate::stub::{Reply, Step, Stub, document, event, finish, saying, stream_head, streamed, words};
use crate::turn::{AMPLE, question, turn, turn_within, within};

/// What came of these replies, how often it was asked, and how long it took.
async fn asked(replies: impl IntoIterator<Item = Reply>) -> (Result<String, Failure>, usize, Duration) {
    let stub = Stub::new(replies).await;
    let before = tokio::time::Instant::now();
    let turn = turn(&stub.settings(), &question("what is the code?")).await;
    let said = turn.ended.map(|_| turn.heard.parts.concat());
    (said, stub.asked().len(), before.elapsed())
}

fn http(status: u16, body: &str) -> Failure {
    let body = body.to_owned();
    Failure::Http { status, body }
}

#[tokio::test]
async fn too_many_requests_are_repeated_when_the_server_says() {
    let busy = document(429, "retry-after: 1\r\n", r#"{"error":{"message":"slow down"}}"#);
    let (said, times, took) = asked([busy, saying("Yes.")]).await;
    assert_eq!((said, times), (Ok("Yes.".to_owned()), 2));
    assert!(took >= Duration::from_secs(1), "{took:?}");

    let at = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:38 GMT\r\n";
    let (said, times, took) = asked([document(503, at, ""), saying("Yes.")]).await;
    assert_eq!((said, times), (Ok("Yes.".to_owned()), 2));
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn a_fault_that_passes_is_none() {
    for status in [500, 502, 503, 504] {
        let (said, times, _) = asked([document(status, "", ""), saying("Yes.")]).await;
        assert_eq!((said, times), (Ok("Yes.".to_owned()), 2));
    }
}

#[tokio::test]
async fn a_fault_that_stays_is_told_after_four_tries() {
    let failing = document(500, "retry-after: 0\r\n", r#"{"error":"out of memory"}"#);
    let (said, times, _) = asked([failing]).await;
    assert_eq!((said, times), (Err(http(500, "out of memory")), 4));
}

#[tokio::test]
async fn other_refusals_are_told_at_once_and_without_what_was_sent() {
    let said = |role, text: &str| Said {
        role,
        text: text.to_owned(),
    };
    let request = Request {
        system_prompt: Some("You are the keeper.".to_owned()),
        history: vec![
            said(Role::User, "Where is the key?"),
            said(Role::Assistant, "Under the mat."),
            said(Role::User, "Which mat is it?"),
        ],
        ..question("what is the code?")
    };
    for status in [401, 403, 404, 413] {
        // One of them lies where the failure is shortened.
        let filler = "x".repeat(440);
        let body = format!(
            "no: You are the keeper. Where is the key? Under the mat. Which mat is it?\n\nwhat is the code? {filler} what is the code?"
        );
        for body in [json!({"error": {"message": body}}).to_string(), body] {
            let stub = Stub::new([document(status, "", &body)]).await;
            let failure = turn(&stub.settings(), &request).await.failure();
            let clean = format!("no: … … … …\n\n… {filler} …");
            assert_eq!((failure, stub.asked().len()), (http(status, &clean), 1));
        }
    }
}

/// A model that is being loaded, or reads a long question, says nothing for a long time.
#[tokio::test(start_paused = true)]
async fn only_the_deadline_of_the_run_ends_the_wait_for_an_answer() {
    let wait = || Step::Pause(Duration::from_secs(900));
    let late = |mut reply: Reply, at: usize| {
        reply.insert(at, wait());
        reply
    };
    let body = json!({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}).to_string();
    for reply in [
        late(saying("Yes."), 0),
        late(saying("Yes."), 1),
        late(document(200, "", &body), 0),
    ] {
        let stub = Stub::new([reply]).await;
        let limits = within(Duration::from_secs(1000));
        let cancel = CancellationToken::new();
        let turn = turn_within(&stub.settings(), &question("?"), limits, &cancel).await;
        assert_eq!(turn.said(), "Yes.");
        assert_eq!(stub.asked().len(), 1);
    }
}

#[tokio::test]
async fn counts_that_a_server_does_not_know_are_not_asked_for_again() {
    let refuse = || document(400, "", r#"{"detail":"extra fields not permitted"}"#);
    let stub = Stub::new([refuse(), saying("Yes.")]).await;
    assert_eq!(turn(&stub.settings(), &question("?")).await.said(), "Yes.");
    let bodies: Vec<_> = stub.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies[0]["stream_options"], json!({"include_usage": true}));
    assert_eq!(bodies[1].get("stream_options"), None);

    let (said, times, _) = asked([refuse()]).await;
    assert_eq!((said, times), (Err(http(400, "extra fields not permitted")), 2));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Stub::new([saying("Stolen.")]).await;
    let location = format!("location: {}\r\n", elsewhere.openai().base_url);
    let (said, times, _) = asked([document(307, &location, "")]).await;
    assert!(
        matches!(&said, Err(Failure::Http { status: 307, body }) if body.contains("base URL")),
        "{said:?}"
    );
    assert_eq!((times, elsewhere.asked().len()), (1, 0));
}

#[tokio::test]
async fn nobody_listening_is_told_after_tries() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = Stub::new([saying("")]).await.openai();
    settings.base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let settings = fased_agents::Settings::OpenAi(settings);
    let before = tokio::time::Instant::now();
    let failure = turn(&settings, &question("?")).await.failure();
    assert!(
        matches!(&failure, Failure::Network(why) if why.contains("refused")),
        "{failure:?}"
    );
    assert!(
        before.elapsed() >= Duration::from_secs(2),
        "it was not tried again"
    );
}

#[tokio::test]
async fn what_speaks_no_tls_is_told_at_once() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = Stub::new([saying("")]).await.openai();
    settings.base_url = format!("https://{}", listener.local_addr().unwrap());
    let settings = fased_agents::Settings::OpenAi(settings);
    let connections = AtomicUsize::new(0);
    let answering = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            connections.fetch_add(1, Ordering::Relaxed);
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .unwrap();
        }
    };
    let request = question("?");
    let failure = tokio::select! {
        turn = turn(&settings, &request) => turn.failure(),
        () = answering => unreachable!(),
    };
    if let Failure::Network(why) = &failure {
        assert!(why.contains("corrupt message"), "{why}");
        assert_eq!(connections.into_inner(), 1);
    } else {
        // Where the system has no certificates there is nothing to compare with, and no client.
        let told = failure.to_string();
        assert!(told.contains("there is no HTTP client"), "{told}");
        assert_eq!(connections.into_inner(), 0);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_first_word_is_made_again() {
    let breaking: [Reply; 4] = [
        vec![Step::Reset],
        Vec::new(),
        vec![stream_head(), Step::Reset],
        vec![stream_head(), Step::Chunk(b": ping\n\n".to_vec())],
    ];
    for reply in breaking {
        let (said, times, _) = asked([reply, saying("Yes.")]).await;
        assert_eq!((said, times), (Ok("Yes.".to_owned()), 2));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_asked_for_again() {
    let broken: [Reply; 3] = [
        vec![stream_head(), words("Once upon")],
        vec![
            stream_head(),
            words("Once upon"),
            Step::Pause(Duration::from_millis(100)),
            Step::Reset,
        ],
        vec![
            Step::Raw(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_vec(),
            ),
            Step::Raw(b"data: {\"choices\":[{\"delta\":{\"content\":\"Once upon\"}}]}\n\n".to_vec()),
        ],
    ];
    for reply in broken {
        let (said, times, _) = asked([reply, saying("Yes.")]).await;
        assert!(matches!(said, Err(Failure::CutOff(_))), "{said:?}");
        assert_eq!(times, 1);
    }
}

#[tokio::test]
async fn an_error_in_the_stream_is_a_failure() {
    let busy = || event(json!({"error": {"message": "overloaded", "code": 503}}));
    let (said, times, _) = asked([streamed([busy()]), saying("Yes.")]).await;
    assert_eq!((said, times), (Ok("Yes.".to_owned()), 2));

    let (said, times, _) = asked([streamed([words("Once"), busy()]), saying("Yes.")]).await;
    assert_eq!((said, times), (Err(http(503, "overloaded")), 1));

    let error = json!({"error": "the runner has stopped", "choices": [{"delta": {"content": ""}, "finish_reason": "error"}]});
    let (said, _, _) = asked([streamed([words("Once"), event(error)])]).await;
    assert_eq!(
        said,
        Err(Failure::CutOff(
            "its server said: the runner has stopped".to_owned()
        ))
    );
}

#[tokio::test]
async fn what_is_no_answer_is_told_without_what_it_says() {
    let wrong: [Reply; 4] = [
        streamed([event("secret")]),
        document(200, "", "{\"secret\": 1}"),
        document(200, "", "{secret"),
        vec![
            stream_head(),
            Step::Chunk(b"data: \xFF\xFFsecret\n\n".to_vec()),
            Step::Hang,
        ],
    ];
    for reply in wrong {
        let (said, times, _) = asked([reply]).await;
        assert!(
            matches!(&said, Err(Failure::BadAnswer(why)) if !why.contains("secret")),
            "{said:?}"
        );
        assert_eq!(times, 1);
    }
}

#[tokio::test]
async fn an_event_without_an_end_is_not_gathered_for_ever() {
    let piece = || Step::Chunk(vec![b'x'; 64 * 1024]);
    let endless = [stream_head(), Step::Chunk(b"data: ".to_vec())].into_iter();
    let (said, _, _) = asked([endless.chain((0..40).map(|_| piece())).collect()]).await;
    assert!(
        matches!(&said, Err(Failure::BadAnswer(why)) if why.contains("longer than")),
        "{said:?}"
    );
}

/// Silence in each of the places where there may be some.
fn silences() -> [Reply; 3] {
    [
        vec![Step::Hang],
        vec![stream_head(), Step::Hang],
        vec![stream_head(), words("Once"), Step::Hang],
    ]
}

#[tokio::test]
async fn the_deadline_ends_an_answer_that_never_ends() {
    for reply in silences() {
        let stub = Stub::new([reply]).await;
        let limits = within(Duration::from_millis(400));
        let turn = turn_within(
            &stub.settings(),
            &question("?"),
            limits,
            &CancellationToken::new(),
        )
        .await;
        assert_eq!(turn.failure(), Failure::TimedOut);
        stub.was_hung_up_on().await;
    }
}

#[tokio::test]
async fn cancelling_ends_an_answer_that_never_ends() {
    for reply in silences() {
        let stub = Stub::new([reply]).await;
        let (settings, request, cancel) = (stub.settings(), question("?"), CancellationToken::new());
        let cancelling = async {
            stub.was_asked().await;
            cancel.cancel();
        };
        let (turn, ()) = tokio::join!(turn_within(&settings, &request, AMPLE, &cancel), cancelling);
        assert_eq!(turn.failure(), Failure::Cancelled);
        stub.was_hung_up_on().await;
    }
}

#[tokio::test]
async fn the_deadline_ends_a_wait_for_another_try() {
    let stub = Stub::new([document(429, "retry-after: 50\r\n", "")]).await;
    let limits = within(Duration::from_millis(400));
    let turn = turn_within(
        &stub.settings(),
        &question("?"),
        limits,
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(turn.failure(), Failure::TimedOut);
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn saying_too_much_ends_it() {
    let mut on_and_on: Reply = vec![stream_head()];
    on_and_on.extend((0..2000).map(|_| words(&"x".repeat(1000))));
    on_and_on.push(finish("stop"));
    on_and_on.push(Step::Hang);
    let stub = Stub::new([on_and_on]).await;
    let limits = Limits {
        output_bytes: 50_000,
        ..AMPLE
    };
    let turn = turn_within(
        &stub.settings(),
        &question("?"),
        limits,
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(turn.failure(), Failure::TooLong { limit: 50_000 });
    stub.was_hung_up_on().await;
}
