//! The script: one step a line, in words that a person can write without a manual.
//!
//! Parsed as a whole before anything starts, so that a typing error in the last line does not cost
//! a run.

use std::time::Duration;

use fased_protocol::control::PairingWho;
use serde_json::{Map, Value};

pub(super) use self::step::{STEPS, number, step};

mod step;
#[cfg(test)]
mod tests;

/// A parsed script.
#[derive(Debug)]
pub(crate) struct Script {
    /// For messages: the file's name as it was given.
    pub(crate) file: String,
    /// The gateway's config file, if the script has one.
    pub(crate) config: Option<String>,
    /// What to do, in order.
    pub(crate) lines: Vec<Line>,
}

/// One step and where it stands.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) text: String,
    pub(crate) step: Step,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    Say(String),
    Message {
        from: String,
        text: String,
    },
    /// Makes a group of the account and these members.
    Group {
        name: String,
        members: Vec<String>,
    },
    InGroup {
        group: String,
        from: Author,
        text: String,
    },
    /// The owner writes on the phone that the account belongs to.
    Me {
        to: Option<Own>,
        text: String,
    },
    Burst {
        count: u32,
        from: Vec<String>,
        text: String,
    },
    Approve(PairingWho),
    Deny(PairingWho),
    Fault(Map<String, Value>),
    KillGateway,
    KillSidecar,
    Pause,
    Link,
    Resume,
    WaitReady,
    Wait(Duration),
    Expect(Expect),
}

/// Who writes in a group.
#[derive(Debug, PartialEq)]
pub(crate) enum Author {
    Owner,
    Member(String),
}

/// Where the owner writes, if not where somebody wrote last.
#[derive(Debug, PartialEq)]
pub(crate) enum Own {
    ToSelf,
    Chat(String),
}

#[derive(Debug, PartialEq)]
pub(crate) enum Expect {
    Reply {
        to: String,
        contains: String,
        within: Duration,
    },
    Verdict {
        reason: String,
        sender: String,
        within: Duration,
    },
    Code {
        sender: String,
        within: Duration,
    },
    Silence {
        sender: String,
        lasting: Duration,
    },
    AllAnswered {
        within: Duration,
    },
    NoViolations,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// `file:line: what is wrong and what is allowed`.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, String> {
        let mut config = String::new();
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(part) = line.strip_prefix("config ").or((line == "config").then_some("")) {
                config.push_str(part);
                config.push('\n');
                continue;
            }
            let step = step(line).map_err(|what| format!("{file}:{number}: {what}"))?;
            lines.push(Line {
                number,
                text: line.to_owned(),
                step,
            });
        }
        let config = (!config.is_empty()).then_some(config);
        Ok(Self {
            file: file.to_owned(),
            config,
            lines,
        })
    }
}
