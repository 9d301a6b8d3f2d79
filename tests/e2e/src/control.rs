//! The control socket without a verb's process around each question, to ask very often.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

const DEADLINE: Duration = Duration::from_secs(20);

/// Asks the running gateway one thing; its first answer.
///
/// # Panics
/// When it does not answer.
#[must_use]
pub fn ask(state_dir: &Path, request: &Value) -> Value {
    let mut stream = UnixStream::connect(socket(state_dir)).expect("connect to the gateway");
    stream.set_read_timeout(Some(DEADLINE)).expect("set a deadline");
    stream.set_write_timeout(Some(DEADLINE)).expect("set a deadline");
    stream
        .write_all(format!("{request}\n").as_bytes())
        .expect("ask the gateway");
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .expect("an answer of the gateway");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"))
}

fn socket(state_dir: &Path) -> PathBuf {
    let versions = fs::read_dir(state_dir.join("run")).expect("a running gateway");
    let sockets = versions.flatten().map(|entry| entry.path().join("gateway.sock"));
    let mut there: Vec<PathBuf> = sockets.filter(|socket| socket.exists()).collect();
    assert_eq!(there.len(), 1, "one control socket: {there:?}");
    there.remove(0)
}
