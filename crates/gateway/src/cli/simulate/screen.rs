//! How a simulation is shown: lines with their times, and on a terminal a prompt below them that
//! moves down as things happen. As JSON there is one object a line.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, IsTerminal};
use std::path::Path;

use fased_protocol::control::{AccountInfo, Explanation, PendingInfo};
use serde_json::json;
use tokio::sync::mpsc::{Receiver, channel};

use crate::cli::{Outcome, channels_status, explain, out, pairing_list};
use crate::simulate::{Entry, Screen};

const PROMPT: &str = "fased> ";

/// Takes back the prompt, and what of a line was typed there; the terminal still has it.
const CLEAR_LINE: &str = "\r\u{1b}[K";

/// Lines that may wait to be obeyed.
const LINES: usize = 16;

pub(super) struct Console {
    json: bool,
    /// A person types and reads.
    terminal: bool,
    colours: bool,
    /// When the first entry was, Unix milliseconds.
    start: Cell<Option<i64>>,
    /// The prompt is the last thing on the terminal.
    prompted: RefCell<bool>,
}

impl Console {
    pub(super) fn new(json: bool) -> Self {
        let terminal = !json && std::io::stdin().is_terminal() && out::is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            json,
            terminal,
            colours: !json && out::is_terminal() && !plain,
            start: Cell::new(None),
            prompted: RefCell::new(false),
        }
    }

    /// Prints above the prompt. A reader that has gone away must not keep the world from being taken
    /// down in order.
    fn above(&self, print: impl FnOnce() -> Outcome) {
        let prompted = self.prompted.replace(false);
        if prompted {
            out::raw(CLEAR_LINE).ok();
        }
        print().ok();
        if prompted {
            self.prompt();
        }
    }

    fn answer(&self, text: &str, value: impl FnOnce() -> serde_json::Value) {
        self.above(|| {
            if self.json {
                out::json(&value())
            } else {
                out::text(text)
            }
        });
    }
}

impl Screen for Console {
    fn lives_in(&self, state_dir: &Path) {
        out::address(Some(state_dir), None);
    }

    fn entry(&self, entry: &Entry) {
        self.above(|| print(self.json, self.colours, entry, &self.start));
    }

    fn text(&self, text: &str) {
        self.answer(text, || json!({ "text": text }));
    }

    fn explained(&self, messages: &[Explanation]) {
        let text: Vec<String> = messages.iter().map(explain::rendered).collect();
        self.answer(&text.join("\n"), || json!({ "messages": messages }));
    }

    fn accounts(&self, accounts: &[AccountInfo]) {
        self.answer(
            &channels_status::rendered(accounts),
            || json!({ "accounts": accounts }),
        );
    }

    fn pending(&self, pending: Vec<PendingInfo>) {
        let value = json!({ "pending": pending });
        let text = pairing_list::rendered(pending);
        // What is to be done next has another form here.
        let text = text.split("next: ").next().unwrap_or_default();
        self.answer(text, || value);
    }

    fn lines(&self) -> Receiver<String> {
        let (tell, lines) = channel(LINES);
        // Reading cannot be interrupted, so it has a thread that ends with the process.
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { break };
                if tell.blocking_send(line).is_err() {
                    break;
                }
            }
        });
        lines
    }

    fn prompt(&self) {
        if self.terminal {
            let prompt = if self.colours {
                format!("\u{1b}[1m{PROMPT}\u{1b}[0m")
            } else {
                PROMPT.to_owned()
            };
            out::raw(&prompt).ok();
            self.prompted.replace(true);
        }
    }

    fn typed(&self, line: &str) {
        self.prompted.replace(false);
        if !self.terminal && !self.json && !line.trim().is_empty() {
            out::text(&format!("\n{PROMPT}{line}")).ok();
        }
    }

    fn is_terminal(&self) -> bool {
        self.terminal
    }
}

pub(super) fn print(as_json: bool, colours: bool, entry: &Entry, start: &Cell<Option<i64>>) -> Outcome {
    let Entry { at_ms, kind, text } = entry;
    if as_json {
        return out::json(&json!({ "at_ms": at_ms, "kind": kind, "text": text }));
    }
    let since = at_ms - start.get().unwrap_or(*at_ms);
    start.set(start.get().or(Some(*at_ms)));
    if *kind == "##" {
        return out::text(&format!("\n── {text}"));
    }
    let line = out::clean(&format!(
        "{:>3}.{:03}  {kind:<6} {text}",
        since / 1000,
        since.rem_euclid(1000)
    ));
    match colour(kind) {
        Some(colour) if colours => out::raw(&format!("\u{1b}[{colour}m{line}\u{1b}[0m\n")),
        _ => out::text(&line),
    }
}

/// What is said stands out; what only goes on steps back.
fn colour(kind: &str) -> Option<&'static str> {
    match kind {
        "in" => Some("36"),
        "out" => Some("32"),
        "code" => Some("33"),
        "FAILED" | "WRONG" => Some("31"),
        "✓" | "✓✓" | "wire" | "why" => Some("2"),
        _ => None,
    }
}
