//! One line of a script, or of a person at the prompt.

use fased::nearest::nearest;
use fased_policy::ids::GroupId;
use fased_protocol::control::PairingWho;
use serde_json::{Map, Value};

use super::expect::expect;
use super::{Author, Own, Reader, Source, Step, Word};
use crate::simulate::words::{self, duration, quoted, words};

/// All words that a step begins with.
pub(in crate::simulate) const STEPS: [&str; 21] = [
    "say", "as", "in", "me", "group", "burst", "approve", "deny", "drop", "fault", "kill", "stop", "start",
    "pause", "resume", "link", "wait", "clock", "fased", "let", "expect",
];

pub(in crate::simulate) fn step(line: &str) -> Result<Step, String> {
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match verb {
        "say" => Ok(Step::Say(rest.to_owned())),
        "as" => {
            let (from, text) = from_and_text(rest, "write: as +15550100002 TEXT")?;
            Ok(match from {
                Author::Owner => Step::Me { to: None, text },
                Author::Member(from) => Step::Message { from, text },
            })
        }
        "in" => in_group(rest),
        "me" => me(rest),
        "group" => group(rest),
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
        "stop" if rest == "gateway" => Ok(Step::StopGateway),
        "start" if rest == "gateway" => Ok(Step::StartGateway),
        "stop" | "start" => Err(format!("write: {verb} gateway")),
        "pause" if rest.is_empty() => Ok(Step::Pause),
        "resume" if rest.is_empty() => Ok(Step::Resume),
        "link" if rest.is_empty() => Ok(Step::Link),
        "drop" | "pause" | "resume" | "link" => Err(format!("`{verb}` stands alone")),
        "wait" if rest == "ready" => Ok(Step::WaitReady),
        "wait" => Ok(Step::Wait(duration(rest)?)),
        "clock" => match rest.strip_prefix('+') {
            Some(by) => Ok(Step::Clock(duration(by)?)),
            None => Err("time only goes on; write: clock +1m".to_owned()),
        },
        "fased" => Ok(Step::Fased(arguments(rest)?)),
        "let" => take(rest),
        "expect" => expect(rest).map(Step::Expect),
        _ => Err(match nearest(verb, STEPS) {
            Some(meant) => format!("`{verb}` is no step; did you mean `{meant}`?"),
            None => format!("`{verb}` is no step; known are: {}", STEPS.join(", ")),
        }),
    }
}

/// Who, and what they write. A number may be written without a text, but not a text without one.
fn from_and_text(rest: &str, usage: &str) -> Result<(Author, String), String> {
    let (from, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let from = match from {
        "" => return Err(usage.to_owned()),
        "me" => Author::Owner,
        from => Author::Member(number(from)?),
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("the text is missing; {usage}"));
    }
    Ok((from, text.to_owned()))
}

fn group(rest: &str) -> Result<Step, String> {
    let mut words = rest.split_whitespace();
    let name = group_name(words.next().unwrap_or_default())?;
    // So that a config which names a group can be tried as it is.
    let mut words = words.peekable();
    let address = words
        .next_if(|word| word.contains('@'))
        .map(group_address)
        .transpose()?;
    let members: Vec<String> = words.map(number).collect::<Result<_, _>>()?;
    if members.is_empty() {
        return Err(format!(
            "name its members: group {name} +15550100002 +15550100003"
        ));
    }
    Ok(Step::Group {
        name,
        address,
        members,
    })
}

fn group_address(word: &str) -> Result<String, String> {
    let no_address = |_error| format!("`{word}` is no address like 120363000000000001@g.us");
    GroupId::parse(word)
        .map(|_group| word.to_owned())
        .map_err(no_address)
}

fn in_group(rest: &str) -> Result<Step, String> {
    let usage = "write: in GROUP as +15550100002 TEXT";
    let (group, rest) = rest.split_once(char::is_whitespace).ok_or(usage)?;
    let rest = rest
        .trim_start()
        .strip_prefix("as")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .ok_or(usage)?;
    let (from, text) = from_and_text(rest.trim(), usage)?;
    Ok(Step::InGroup {
        group: group_name(group)?,
        from,
        text,
    })
}

/// `TEXT`, `to self TEXT` or `to +15550100002 TEXT`.
fn me(rest: &str) -> Result<Step, String> {
    let missing = "write: me TEXT, me to self TEXT, or me to +15550100002 TEXT";
    let (to, text) = match rest.split_once(char::is_whitespace) {
        Some(("to", "self")) => return Err(missing.to_owned()),
        Some(("to", rest)) => match rest.trim_start().split_once(char::is_whitespace) {
            Some(("self", text)) => (Some(Own::ToSelf), text),
            Some((to, text)) if to.starts_with('+') => (Some(Own::Chat(number(to)?)), text),
            None if rest.trim_start().starts_with('+') => return Err(missing.to_owned()),
            // A sentence that begins with “to”.
            _ => (None, rest),
        },
        _ => (None, rest),
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(missing.to_owned());
    }
    let text = if to.is_none() { rest.trim() } else { text };
    Ok(Step::Me {
        to,
        text: text.to_owned(),
    })
}

fn group_name(word: &str) -> Result<String, String> {
    let named = word.chars().any(char::is_alphanumeric) && !word.starts_with('+');
    if named {
        Ok(word.to_owned())
    } else {
        Err(format!(
            "`{word}` is no name for a group; write one word, as: family"
        ))
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

/// `NAME = word after "TEXT" in reply to +15550100002`, `… in reply in GROUP` or `… in output`.
fn take(rest: &str) -> Result<Step, String> {
    let words = words(rest)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (name, after, source) = match words.as_slice() {
        [name, "=", "word", "after", after, "in", "output"] => (name, after, Source::Output),
        [name, "=", "word", "after", after, "in", "reply", place, whose] => {
            (name, after, Source::Reply(reader(place, whose)?))
        }
        _ => {
            return Err(
                "write: let NAME = word after \"TEXT\" in reply to +15550100002 (or: in output)".to_owned(),
            );
        }
    };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!("`{name}` is no name; write letters only, as: task"));
    }
    Ok(Step::Let {
        name: (*name).to_owned(),
        word: Word {
            after: quoted(after),
            source,
        },
    })
}

/// `to +15550100002` or `in GROUP`.
pub(super) fn reader(place: &str, whose: &str) -> Result<Reader, String> {
    match place {
        "to" | "for" => Ok(Reader::Contact(number(whose)?)),
        "in" => Ok(Reader::Group(group_name(whose)?)),
        _ => Err(format!(
            "`{place} {whose}`: write `to +15550100002` or `in GROUP`"
        )),
    }
}

/// What follows `fased` on a line, as a shell would take it.
pub(super) fn arguments(rest: &str) -> Result<Vec<String>, String> {
    let arguments = words::arguments(rest)?;
    match arguments.first() {
        Some(_) => Ok(arguments),
        None => Err("write a command, as: fased status".to_owned()),
    }
}

pub(in crate::simulate) fn number(word: &str) -> Result<String, String> {
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
