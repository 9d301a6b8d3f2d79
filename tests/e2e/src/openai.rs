//! An endpoint for chat completions (see `tests/openai-stub/README.md`).

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Stdio};

use serde_json::Value;

use crate::process::{command, project};

/// A running endpoint; gone when dropped.
pub struct OpenAi {
    process: Child,
    // It ends when this closes, so that it never outlives a killed test.
    _stdin: ChildStdin,
    /// What goes into `baseUrl`.
    pub url: String,
}

impl OpenAi {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When Node or the stub does not start.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "starting a process is no default")]
    pub fn start() -> Self {
        let mut process = command(std::env::var_os("FASED_NODE").unwrap_or_else(|| "node".into()))
            .arg(project().join("tests/openai-stub/main.js"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start the endpoint; is Node there?");
        let stdin = process.stdin.take().expect("its stdin");
        let mut first = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("its stdout"));
        stdout.read_line(&mut first).expect("read what it says");
        let said: Value = serde_json::from_str(&first).expect("it says one JSON line when it listens");
        Self {
            process,
            _stdin: stdin,
            url: said["url"].as_str().expect("the line names its url").to_owned(),
        }
    }

    /// All that it was asked so far.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn asked(&self) -> Vec<Value> {
        let url = self.url.replace("/v1", "/asked");
        let mut answer = ureq::get(&url).call().expect("ask the endpoint");
        let text = answer.body_mut().read_to_string().expect("an answer");
        let mut asked: Value = serde_json::from_str(&text).expect("it answers in JSON");
        serde_json::from_value(asked["asked"].take()).expect("a list of questions")
    }
}

impl Drop for OpenAi {
    fn drop(&mut self) {
        // Already gone is fine: that is all this is for.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
