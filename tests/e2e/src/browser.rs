//! What a browser does with the control page, without one: exactly the requests that a test means.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::state_dir::StateDir;
use crate::web::Page;

const DEADLINE: Duration = Duration::from_secs(40);

/// One that may be logged in.
pub struct Browser {
    /// Where the gateway listens.
    pub address: String,
    /// Its cookie, as it sends it.
    pub cookie: String,
    /// What the page keeps of its session.
    pub key: String,
}

impl Browser {
    /// Has the page opened: the browser, not logged in, and the path of the link.
    ///
    /// # Panics
    /// When there is no link.
    #[must_use]
    pub fn link(state: &StateDir) -> (Self, String) {
        let link = state.json(&["dashboard"]);
        let url = link["url"].as_str().expect("a link");
        let rest = url.strip_prefix("http://").expect("an address");
        let (address, path) = rest.split_once('/').expect("a path");
        let browser = Self {
            address: address.to_owned(),
            cookie: String::new(),
            key: String::new(),
        };
        (browser, format!("/{path}"))
    }

    /// One that is logged in.
    ///
    /// # Panics
    /// When it does not come in.
    #[must_use]
    pub fn open(state: &StateDir) -> Self {
        let (mut browser, path) = Self::link(state);
        let entered = browser.enter(&path);
        assert!(!browser.key.is_empty(), "{entered:?}");
        browser
    }

    /// Follows a link and keeps the cookie that it gets.
    pub fn enter(&mut self, path: &str) -> Page {
        let entered = self.get(path, &[]);
        self.keep(&entered);
        entered
    }

    /// Keeps the cookie of an answer, if it sets one, and the key that comes with it.
    pub fn keep(&mut self, answer: &Page) {
        if let Some(cookie) = &answer.cookie {
            let value = cookie.split(';').next().unwrap_or_default();
            self.cookie = value.to_owned();
        }
        let led = answer
            .location
            .as_deref()
            .and_then(|place| place.strip_prefix("/#key="));
        let told: Option<Value> = serde_json::from_str(&answer.body).ok();
        let told = told.as_ref().and_then(|told| told["key"].as_str());
        if let Some(key) = led.or(told) {
            self.key = key.to_owned();
        }
    }

    /// Asks for a path.
    #[must_use]
    pub fn get(&self, path: &str, headers: &[&str]) -> Page {
        let cookie = format!("Cookie: {}", self.cookie);
        let key = format!("X-Fased: {}", self.key);
        let own = [cookie.as_str(), key.as_str()];
        Page::get(&self.address, path, &[&own, headers].concat())
    }

    /// Sends something as the page does, with these headers besides.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Page {
        let own = self.own();
        let mut all: Vec<&str> = own.iter().map(String::as_str).collect();
        all.extend(headers);
        Page::send(&self.address, &format!("{method} {path} HTTP/1.1"), &all, body)
    }

    fn own(&self) -> [String; 4] {
        [
            format!("Host: {}", self.address),
            format!("Origin: http://{}", self.address),
            format!("Cookie: {}", self.cookie),
            format!("X-Fased: {}", self.key),
        ]
    }

    /// Asks the control handlers.
    ///
    /// # Panics
    /// When there is no answer of theirs.
    #[must_use]
    pub fn control(&self, request: &Value) -> Value {
        let headers = ["Content-Type: application/json"];
        let answer = self.send("POST", "/control", &headers, &request.to_string());
        assert_eq!(answer.status, 200, "{request}: {answer:?}");
        serde_json::from_str(&answer.body).expect("JSON")
    }

    /// Follows what happens.
    #[must_use]
    pub fn events(&self) -> Stream {
        Stream::open(&self.address, "GET /events HTTP/1.1", &self.own(), "")
    }

    /// Starts a login of an account.
    #[must_use]
    pub fn login(&self, account: &str) -> Stream {
        let request = json!({ "verb": "channels_login", "account": account, "method": { "type": "qr" } });
        let mut headers = self.own().to_vec();
        for header in ["Accept: text/event-stream", "Content-Type: application/json"] {
            headers.push(header.to_owned());
        }
        Stream::open(
            &self.address,
            "POST /control HTTP/1.1",
            &headers,
            &request.to_string(),
        )
    }
}

/// An answer that goes on; the browser leaves when it is dropped.
pub struct Stream {
    lines: BufReader<TcpStream>,
}

impl Stream {
    fn open(address: &str, line: &str, headers: &[String], body: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("connect to the listener");
        stream.set_read_timeout(Some(DEADLINE)).expect("set a deadline");
        let headers = headers.join("\r\n");
        let request = format!(
            "{line}\r\nConnection: close\r\n{headers}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("ask the listener");
        Self {
            lines: BufReader::new(stream),
        }
    }

    /// Its first line.
    ///
    /// # Panics
    /// When there is no answer.
    pub fn status(&mut self) -> u16 {
        let line = self.line().expect("an answer");
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.expect("a status")
    }

    /// The next event's data; none when the answer ends.
    ///
    /// # Panics
    /// When neither comes.
    pub fn told(&mut self) -> Option<Value> {
        // One comes each 15 seconds while there is nothing to tell, so that no read takes too long.
        let mut comments = 0;
        loop {
            let line = self.line()?;
            if let Some(data) = line.strip_prefix("data: ").filter(|data| *data != "{}") {
                return Some(serde_json::from_str(data).expect("data is JSON"));
            }
            comments += u32::from(line.starts_with(':') || line == "event: alive");
            assert!(comments < 4, "nothing is told");
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
            // The gateway was killed, or closed with something unread.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("the stream gives nothing: {error}"),
        }
    }
}
