//! The script: one step a line, in words that a person can write without a manual.
//!
//! Parsed as a whole before anything starts, so that a typing error in the last line does not cost
//! a run.

use std::time::Duration;

use fased_protocol::control::PairingWho;
use serde_json::{Map, Value};

use super::words::{duration, quoted, words};

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
    WaitReady,
    Wait(Duration),
    Expect(Expect),
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

/// What an `expect` waits unless it says so: longer than a pause for backoff.
const PATIENCE: Duration = Duration::from_secs(10);

/// The same for a whole burst with kills in it.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(60);

const STEPS: &str = "say, as, burst, approve, deny, drop, fault, kill, wait, expect, config";

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

fn step(line: &str) -> Result<Step, String> {
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match verb {
        "say" => Ok(Step::Say(rest.to_owned())),
        "as" => {
            let (from, text) = rest.split_once(' ').ok_or("write: as +15550100002 TEXT")?;
            Ok(Step::Message {
                from: number(from)?,
                text: text.trim().to_owned(),
            })
        }
        "burst" => burst(rest),
        "approve" => Ok(Step::Approve(who(rest)?)),
        "deny" => Ok(Step::Deny(who(rest)?)),
        "drop" if rest.is_empty() => fault("drop"),
        "fault" => fault(rest),
        "kill" => match rest {
            "gateway" => Ok(Step::KillGateway),
            "sidecar" => Ok(Step::KillSidecar),
            _ => Err(format!(
                "`kill {rest}`: only `kill gateway` and `kill sidecar` are known"
            )),
        },
        "wait" if rest == "ready" => Ok(Step::WaitReady),
        "wait" => Ok(Step::Wait(duration(rest)?)),
        "expect" => expect(rest).map(Step::Expect),
        _ => Err(format!("`{verb}` is no step; known are: {STEPS}")),
    }
}

fn burst(rest: &str) -> Result<Step, String> {
    let usage = "write: burst 20 from +15550100002,+15550100003 TEXT";
    let mut parts = rest.splitn(4, ' ');
    let (Some(count), Some("from"), Some(from), Some(text)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(usage.to_owned());
    };
    let count = count
        .parse()
        .map_err(|_| format!("`{count}` is no number of messages; {usage}"))?;
    let from = from.split(',').map(number).collect::<Result<_, _>>()?;
    Ok(Step::Burst {
        count,
        from,
        text: text.trim().to_owned(),
    })
}

/// `KIND name=value …`; values are JSON, or text where they are no JSON.
fn fault(rest: &str) -> Result<Step, String> {
    let mut body = Map::new();
    for (index, word) in words(rest)?.into_iter().enumerate() {
        if index == 0 {
            body.insert("kind".to_owned(), Value::String(word));
            continue;
        }
        let (name, value) = word
            .split_once('=')
            .ok_or(format!("`{word}`: write NAME=VALUE"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        body.insert(name.to_owned(), value);
    }
    if body.is_empty() {
        Err("write: fault KIND [NAME=VALUE …]".to_owned())
    } else {
        Ok(Step::Fault(body))
    }
}

fn expect(rest: &str) -> Result<Expect, String> {
    let words = words(rest)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let within = |word: &str| duration(word);
    match words.as_slice() {
        ["reply", "to", to, "containing", text] => Ok(Expect::Reply {
            to: number(to)?,
            contains: quoted(text),
            within: PATIENCE,
        }),
        ["reply", "to", to, "containing", text, "within", time] => Ok(Expect::Reply {
            to: number(to)?,
            contains: quoted(text),
            within: within(time)?,
        }),
        ["verdict", reason, "for", sender] => Ok(Expect::Verdict {
            reason: (*reason).to_owned(),
            sender: number(sender)?,
            within: PATIENCE,
        }),
        ["verdict", reason, "for", sender, "within", time] => Ok(Expect::Verdict {
            reason: (*reason).to_owned(),
            sender: number(sender)?,
            within: within(time)?,
        }),
        ["code", "for", sender] => Ok(Expect::Code {
            sender: number(sender)?,
            within: PATIENCE,
        }),
        ["code", "for", sender, "within", time] => Ok(Expect::Code {
            sender: number(sender)?,
            within: within(time)?,
        }),
        ["silence", "for", sender, time] => Ok(Expect::Silence {
            sender: number(sender)?,
            lasting: within(time)?,
        }),
        ["all", "answered"] => Ok(Expect::AllAnswered {
            within: PATIENCE_FOR_ALL,
        }),
        ["all", "answered", "within", time] => Ok(Expect::AllAnswered {
            within: within(time)?,
        }),
        ["no", "violations"] => Ok(Expect::NoViolations),
        _ => Err(format!(
            "`expect {rest}` is not known; write one of: expect reply to +15550100002 containing \"TEXT\" [within 10s] \
             · expect verdict REASON for +15550100002 · expect code for +15550100002 · expect silence for \
             +15550100002 2s · expect all answered [within 60s] · expect no violations"
        )),
    }
}

fn number(word: &str) -> Result<String, String> {
    let digits = word.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(word.to_owned())
    } else {
        Err(format!("`{word}` is no number like +15550100002"))
    }
}

fn who(rest: &str) -> Result<PairingWho, String> {
    if rest.is_empty() {
        return Err("name a code, or the sender as +15550100002".to_owned());
    }
    let is_sender = rest.starts_with('+') || rest.contains('@');
    Ok(if is_sender {
        PairingWho::Sender(rest.to_owned())
    } else {
        PairingWho::Code(rest.to_owned())
    })
}

#[cfg(test)]
mod tests;
