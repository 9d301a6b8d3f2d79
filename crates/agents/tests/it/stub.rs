//! A small server that answers chat completions as its test says: word by word, late, wrongly, half, or never.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fased_agents::{OpenAiSettings, Settings};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::wait::until;

/// What it does after it has read a request. Then it closes the connection.
pub(crate) type Reply = Vec<Step>;

#[derive(Clone)]
pub(crate) enum Step {
    /// Writes bytes as they are.
    Raw(Vec<u8>),
    /// Writes one chunk of a body in chunks.
    Chunk(Vec<u8>),
    Pause(Duration),
    /// Does nothing until the client hangs up.
    Hang,
    /// Resets the connection.
    Reset,
}

/// A request as it came.
#[derive(Clone)]
pub(crate) struct Asked {
    /// The request line and the headers.
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

#[derive(Default)]
struct Seen {
    asked: Vec<Asked>,
    hung_up: usize,
}

pub(crate) struct Stub {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Stub {
    /// Gives these replies, one a request; the last one again and again.
    pub(crate) async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (replies, shared): (Vec<Reply>, _) = (replies.into_iter().collect(), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, replies.clone(), Arc::clone(&shared)));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn openai(&self) -> OpenAiSettings {
        OpenAiSettings {
            base_url: format!("http://{}/v1", self.address),
            model: "small".to_owned(),
            key: None,
            history_tokens: 1000,
            max_tokens: None,
            temperature: None,
            images: false,
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::OpenAi(self.openai())
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        lock(&self.seen).asked.clone()
    }

    /// Waits for a request.
    pub(crate) async fn was_asked(&self) {
        until("the server is asked", || !lock(&self.seen).asked.is_empty()).await;
    }

    /// Waits, and not for long, until a client hung up on it.
    pub(crate) async fn was_hung_up_on(&self) {
        let hung_up = until("the client hangs up", || lock(&self.seen).hung_up == 1);
        tokio::time::timeout(Duration::from_secs(1), hung_up)
            .await
            .expect("the connection is closed within a second");
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().expect("no test fails while it holds this")
}

async fn serve(mut stream: TcpStream, replies: Vec<Reply>, seen: Arc<Mutex<Seen>>) {
    stream.set_nodelay(true).expect("it is open");
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    let turn = {
        let mut seen = lock(&seen);
        seen.asked.push(asked);
        seen.asked.len() - 1
    };
    for step in replies[turn.min(replies.len() - 1)].clone() {
        let written = match step {
            Step::Raw(bytes) => stream.write_all(&bytes).await,
            Step::Chunk(bytes) => {
                let framed = [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat();
                stream.write_all(&framed).await
            }
            Step::Pause(pause) => {
                let never = std::future::pending::<()>();
                assert!(tokio::time::timeout(pause, never).await.is_err());
                Ok(())
            }
            Step::Hang => {
                let gone = stream.read(&mut [0; 16]).await;
                assert!(matches!(gone, Ok(0) | Err(_)), "nothing more was to come");
                lock(&seen).hung_up += 1;
                return;
            }
            Step::Reset => return stream.set_zero_linger().expect("it is open"),
        };
        if written.is_err() {
            lock(&seen).hung_up += 1;
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is text");
    let mut asked = Asked {
        head,
        body: Value::Null,
    };
    let length: usize = asked
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .expect("a length");
    while bytes.len() < end + length {
        stream.read_buf(&mut bytes).await.ok()?;
    }
    asked.body = serde_json::from_slice(&bytes[end..]).expect("a body is JSON");
    Some(asked)
}

/// The head of a stream of events.
pub(crate) fn stream_head() -> Step {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    Step::Raw(head.into())
}

/// The proper end of a body in chunks.
pub(crate) fn stream_end() -> Step {
    Step::Chunk(Vec::new())
}

/// One event.
pub(crate) fn event(data: impl std::fmt::Display) -> Step {
    Step::Chunk(format!("data: {data}\n\n").into_bytes())
}

/// An event with words of an answer.
pub(crate) fn words(text: &str) -> Step {
    event(
        json!({"model": "small-1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}),
    )
}

/// An event that says how an answer ended.
pub(crate) fn finish(reason: &str) -> Step {
    event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

/// A stream of these events with a proper end.
pub(crate) fn streamed(events: impl IntoIterator<Item = Step>) -> Reply {
    let tail = [event("[DONE]"), stream_end()];
    [stream_head()].into_iter().chain(events).chain(tail).collect()
}

/// A stream that says something and ends well.
pub(crate) fn saying(text: &str) -> Reply {
    streamed([words(text), finish("stop")])
}

/// A document.
pub(crate) fn document(status: u16, headers: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
    );
    vec![Step::Raw((head + body).into_bytes())]
}
