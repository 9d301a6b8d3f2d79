//! The gateway's HTTP listener, asked with exactly the bytes that a test means, and its metrics, read line by line.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::PATIENCE;
use crate::state_dir::StateDir;
use crate::wait::wait_for;

const DEADLINE: Duration = Duration::from_secs(20);

/// An answer of the listener.
#[derive(Debug)]
pub struct Page {
    /// Its status.
    pub status: u16,
    /// Its head, in small letters.
    pub head: String,
    /// The cookie that it sets, as it is written.
    pub cookie: Option<String>,
    /// Where it leads, as it is written.
    pub location: Option<String>,
    /// Its body.
    pub body: String,
}

/// Where the gateway listens, once it does.
///
/// # Panics
/// When it does not.
#[must_use]
pub fn address(state: &StateDir) -> String {
    wait_for("the gateway listens over HTTP", PATIENCE, || {
        let status = state.json(&["status"]);
        status["gateway"]["http"]["address"]
            .as_str()
            .map(ToOwned::to_owned)
    })
}

impl Page {
    /// Asks for a path, with these headers besides `Host`.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn get(address: &str, path: &str, headers: &[&str]) -> Self {
        let mut all = vec![format!("Host: {address}")];
        all.extend(headers.iter().map(|header| (*header).to_owned()));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        Self::ask(address, &format!("GET {path} HTTP/1.1"), &all)
    }

    /// Asks with this first line and exactly these headers.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn ask(address: &str, line: &str, headers: &[&str]) -> Self {
        Self::send(address, line, headers, "")
    }

    /// The same, with a body.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn send(address: &str, line: &str, headers: &[&str], body: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("connect to the listener");
        stream.set_read_timeout(Some(DEADLINE)).expect("set a deadline");
        let mut request = format!("{line}\r\nConnection: close\r\n");
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        if !body.is_empty() {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);
        stream.write_all(request.as_bytes()).expect("ask the listener");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("an answer of the listener");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self {
            status: status.expect("a status"),
            cookie: head
                .lines()
                .find_map(|line| line.strip_prefix("set-cookie: "))
                .map(ToOwned::to_owned),
            location: head
                .lines()
                .find_map(|line| line.strip_prefix("location: "))
                .map(ToOwned::to_owned),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// The value of a header, in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The page as metrics: every line is understood, each name is described before its values and once, and none comes twice.
    ///
    /// # Panics
    /// When that is not so.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        assert_eq!(self.status, 200, "{self:?}");
        assert!(self.body.ends_with('\n'), "the last line ends");
        let mut metrics = Metrics::default();
        let mut described: Option<(String, String)> = None;
        let mut helped: Vec<String> = Vec::new();
        for line in self.body.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a name and its help");
                assert!(!help.is_empty() && !helped.contains(&name.to_owned()), "{line}");
                helped.push(name.to_owned());
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a name and its type");
                assert_eq!(
                    helped.last().map(String::as_str),
                    Some(name),
                    "help before type: {line}"
                );
                assert!(matches!(kind, "gauge" | "counter"), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                described = Some((name.to_owned(), kind.to_owned()));
            } else {
                let (sample, value) = line.rsplit_once(' ').expect("a sample and its value");
                let value: f64 = value.parse().expect("a number");
                let (name, labels) = sample.split_once('{').map_or((sample, ""), |(name, labels)| {
                    (name, labels.strip_suffix('}').expect("a closing brace"))
                });
                let (known, _) = described.as_ref().expect("a description before");
                assert_eq!(known, name, "{line}");
                assert!(
                    name.starts_with("fased_") && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                    "{line}"
                );
                let before = metrics.0.insert((name.to_owned(), read_labels(labels)), value);
                assert!(before.is_none(), "twice: {line}");
            }
        }
        metrics
    }
}

fn read_labels(text: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect("a label and its value");
        let (value, after) = after.split_once('"').expect("the end of a value");
        assert!(
            !value.contains('\\'),
            "no value of ours needs to be escaped: {text}"
        );
        labels.insert(name.to_owned(), value.to_owned());
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    labels
}

/// Values by name and labels.
#[derive(Debug, Default)]
pub struct Metrics(BTreeMap<(String, BTreeMap<String, String>), f64>);

impl Metrics {
    /// The sum of all values under a name that have these labels, among others; none if there are none.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let fits = |of: &BTreeMap<String, String>| {
            labels
                .iter()
                .all(|(name, value)| of.get(*name).is_some_and(|of| of == value))
        };
        let mut values = self
            .0
            .iter()
            .filter(|((of, labels), _)| of == name && fits(labels))
            .map(|(_, value)| *value)
            .peekable();
        values.peek()?;
        Some(values.sum())
    }
}
