//! `fased channels login --json`, step by step.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::process::exit_code;
use crate::state_dir::StateDir;

/// A step of a login comes within this.
const STEP: Duration = Duration::from_secs(40);

/// A login under way; cut off when dropped.
pub struct Login {
    child: Child,
    lines: Receiver<String>,
}

impl Login {
    /// Starts one for an account.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn start(state: &StateDir, account: &str, more: &[&str]) -> Self {
        let mut words = vec![
            "channels",
            "login",
            "--channel",
            "whatsapp",
            "--account",
            account,
            "--json",
        ];
        words.extend(more);
        let mut child = state
            .fased(&words)
            .stdout(Stdio::piped())
            .stderr(state.open_log())
            .spawn()
            .expect("start fased");
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next event.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn event(&self, deadline: Duration) -> Value {
        let line = self
            .lines
            .recv_timeout(deadline)
            .expect("another event of the login");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("an event of a login is JSON: {line}"))
    }

    /// The next event, which has to be of this kind.
    ///
    /// # Panics
    /// When it is another.
    pub fn expect(&self, kind: &str) -> Value {
        self.expect_within(kind, STEP)
    }

    /// The same with a deadline of its own.
    ///
    /// # Panics
    /// When it is another.
    pub fn expect_within(&self, kind: &str, deadline: Duration) -> Value {
        let event = self.event(deadline);
        assert_eq!(event["event"], kind, "the next event of the login: {event}");
        event
    }

    /// The next event, which has to be a code; what it says.
    ///
    /// # Panics
    /// When it is another.
    #[must_use]
    pub fn qr(&self) -> String {
        self.expect("qr")["payload"]
            .as_str()
            .expect("a QR has a payload")
            .to_owned()
    }

    /// Waits for the end; the exit code. No event may be left over.
    ///
    /// # Panics
    /// When it does not end, or says more than was expected.
    #[must_use]
    pub fn end(mut self) -> i32 {
        let code = exit_code(&mut self.child, "the end of the login", STEP);
        let rest: Vec<String> = self.lines.iter().collect();
        assert!(rest.is_empty(), "more events than expected: {rest:?}");
        code
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        // Already gone is fine.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
