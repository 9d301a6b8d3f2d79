//! The script: one step a line, in words that a person can write without a manual.
//!
//! Parsed as a whole before anything starts, so that a typing error in the last line does not cost
//! a run.

use std::fmt;
use std::time::Duration;

use fased_protocol::control::PairingWho;
use serde_json::{Map, Value};

pub(super) use self::step::{STEPS, number, step};

mod expect;
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
    /// Programs that are written beside the config, such as an agent's.
    pub(crate) files: Vec<File>,
    /// What to do, in order.
    pub(crate) lines: Vec<Line>,
}

/// A program that the script brings along.
#[derive(Debug, PartialEq)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) text: String,
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
    /// Makes a group of the account and these members, under this address or one of the server's.
    Group {
        name: String,
        address: Option<String>,
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
    StopGateway,
    StartGateway,
    KillSidecar,
    Pause,
    Link,
    Resume,
    WaitReady,
    Wait(Duration),
    /// Moves the wall clock on.
    Clock(Duration),
    /// A command of the command line, with its arguments.
    Fased(Vec<String>),
    /// Keeps a word under a name, for later lines.
    Let {
        name: String,
        word: Word,
    },
    Expect(Expect),
}

impl Step {
    /// Is it there to find something, rather than to do it?
    pub(crate) fn is_expected(&self) -> bool {
        matches!(self, Self::Expect(_) | Self::WaitReady)
    }
}

/// A word and where it is read.
#[derive(Debug, PartialEq)]
pub(crate) struct Word {
    /// The text that it follows.
    pub(crate) after: String,
    pub(crate) source: Source,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Source {
    /// What the last command printed.
    Output,
    /// The reply that was expected last.
    Reply(Reader),
}

/// Who reads a reply.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Reader {
    /// A contact, on their phone.
    Contact(String),
    /// The members of a group, by its name.
    Group(String),
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(number) => write!(f, "to {number}"),
            Self::Group(name) => write!(f, "in {name}"),
        }
    }
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
        reader: Reader,
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
        reader: Reader,
        lasting: Duration,
    },
    /// What the last command printed.
    Output {
        contains: String,
    },
    /// A command that ends with this exit code.
    Exit {
        code: i32,
        arguments: Vec<String>,
    },
    /// So many messages since the last [`Expect::AllAnswered`] have a run that failed.
    Failures {
        count: usize,
        within: Duration,
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
        let mut files: Vec<File> = Vec::new();
        let mut lines = Vec::new();
        // The line where a program began that is still going on.
        let mut began = None;
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            if let (Some(_), Some(program)) = (began, files.last_mut()) {
                if line.trim() == FILE_END {
                    began = None;
                } else {
                    program.text.push_str(line);
                    program.text.push('\n');
                }
                continue;
            }
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(part) = line.strip_prefix("config ").or((line == "config").then_some("")) {
                config.push_str(part);
                config.push('\n');
                continue;
            }
            if let Some(name) = line.strip_prefix("file ") {
                let name = file_name(name.trim()).map_err(|what| format!("{file}:{number}: {what}"))?;
                files.push(File {
                    name,
                    text: String::new(),
                });
                began = Some(number);
                continue;
            }
            let step = step(line).map_err(|what| format!("{file}:{number}: {what}"))?;
            lines.push(Line {
                number,
                text: line.to_owned(),
                step,
            });
        }
        if let Some(number) = began {
            return Err(format!(
                "{file}:{number}: the line `{FILE_END}` is missing that ends this file"
            ));
        }
        let config = (!config.is_empty()).then_some(config);
        Ok(Self {
            file: file.to_owned(),
            config,
            files,
            lines,
        })
    }
}

/// Ends a program.
const FILE_END: &str = "end file";

/// A plain name, which cannot lead out of the folder, nor to the config or the store.
fn file_name(name: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let taken = name.starts_with(['.', '-']) || name.starts_with("fased") || name == "gateway.lock";
    if name.is_empty() || taken || !name.chars().all(is_plain) {
        return Err(format!(
            "`{name}` is no name for a file; write, for example: file agent.sh"
        ));
    }
    Ok(name.to_owned())
}
