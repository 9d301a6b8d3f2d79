//! Somebody who is told: a small HTTP server, which takes what it gets or not, as the test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::PATIENCE;
use crate::wait::wait_for;

/// What it got once.
#[derive(Debug, Clone)]
pub struct Told {
    /// The head of the request, in small letters.
    pub head: String,
    /// The body as it came.
    pub body: String,
    /// The body as JSON.
    pub message: Value,
    /// What was answered; 0 for nothing.
    pub status: u16,
}

/// A running server. It answers 204, unless it was told otherwise.
pub struct Webhook {
    /// Its address.
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    told: Vec<Told>,
    next: Vec<u16>,
    silent: bool,
    /// Kept open, so that whoever waits for an answer goes on waiting.
    open: Vec<TcpStream>,
}

impl Webhook {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "starting a server is no default")]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::<Mutex<Shared>>::default();
        let theirs = Arc::clone(&shared);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &theirs);
            }
        });
        Self {
            url: format!("http://{address}/alerts?key=hidden-key"),
            shared,
        }
    }

    fn with<T>(&self, what: impl FnOnce(&mut Shared) -> T) -> T {
        what(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// It answers with these first.
    pub fn answer(&self, statuses: &[u16]) {
        self.with(|shared| shared.next = statuses.to_vec());
    }

    /// It takes what comes and says nothing, or no longer.
    pub fn be_silent(&self, silent: bool) {
        self.with(|shared| {
            shared.silent = silent;
            shared.open.clear();
        });
    }

    /// All that it got so far.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        self.with(|shared| shared.told.clone())
    }

    /// Waits until it got so many.
    pub fn until(&self, count: usize) -> Vec<Told> {
        wait_for(&format!("{count} alerts"), PATIENCE, || {
            Some(self.told()).filter(|told| told.len() >= count)
        })
    }
}

fn answer(stream: TcpStream, shared: &Mutex<Shared>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if line.trim().is_empty() {
            break;
        }
        let line = if head.is_empty() {
            line
        } else {
            line.to_ascii_lowercase()
        };
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let status = match (shared.silent, shared.next.is_empty()) {
        (true, _) => 0,
        (false, true) => 204,
        (false, false) => shared.next.remove(0),
    };
    shared.told.push(Told {
        head,
        message: serde_json::from_str(&body).unwrap_or(Value::Null),
        body,
        status,
    });
    let mut stream = reader.into_inner();
    if status == 0 {
        shared.open.push(stream);
        return;
    }
    drop(shared);
    let answer = format!(
        "HTTP/1.1 {status} So\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    // A gateway that was killed meanwhile does not read it.
    stream.write_all(answer.as_bytes()).ok();
}
