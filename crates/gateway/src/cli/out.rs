//! Where verbs print: stdout for what was asked for, stderr for what went wrong.
//!
//! Names and texts come from strangers, so what could steer a terminal is replaced. A reader that
//! has gone away (`fased status | head -1`) is no error.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use fased_protocol::control::{ControlError, ErrorCode};
use serde::Serialize;
use serde_json::json;

use super::{Failure, Outcome};

/// Options that a command has to be given to mean this installation, with a space before each.
static OPTIONS: RwLock<String> = RwLock::new(String::new());

/// Verbs of commands that are suggested to people.
const VERBS: [&str; 18] = [
    "gateway",
    "channels",
    "chats",
    "pairing",
    "groups",
    "agents",
    "alerts",
    "message",
    "outbox",
    "tasks",
    "directory",
    "config",
    "status",
    "health",
    "verdicts",
    "logs",
    "doctor",
    "explain",
];

/// From now on the commands that are shown name this state dir and config, so that they can be pasted.
pub(super) fn address(state_dir: Option<&Path>, config: Option<&Path>) {
    let dirs = [("--state-dir", state_dir), ("--config", config)];
    let named = dirs.iter().filter_map(|(option, path)| Some((option, (*path)?)));
    let options = named.map(|(option, path)| format!(" {option} {}", quoted(&path.display().to_string())));
    *OPTIONS.write().unwrap_or_else(PoisonError::into_inner) = options.collect();
}

fn quoted(path: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+@:".contains(character);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// With commands that name this installation.
pub(super) fn addressed(text: &str) -> String {
    with_options(text, &OPTIONS.read().unwrap_or_else(PoisonError::into_inner))
}

fn with_options(text: &str, options: &str) -> String {
    if options.is_empty() {
        return text.to_owned();
    }
    VERBS.iter().fold(text.to_owned(), |text, verb| {
        text.replace(&format!("fased {verb}"), &format!("fased{options} {verb}"))
    })
}

/// Prints lines for people.
pub(super) fn text(text: &str) -> Outcome {
    raw(&format!("{}\n", clean(addressed(text).trim_end())))
}

/// Prints one JSON value on one line.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    let line = serde_json::to_string(value).map_err(|error| {
        Failure::Error(ControlError {
            code: ErrorCode::Internal,
            message: format!("cannot write the answer as JSON: {error}"),
            next: "try without --json".to_owned(),
        })
    })?;
    raw(&format!("{line}\n"))
}

/// Writes as it is, escapes and all.
pub(super) fn raw(text: &str) -> Outcome {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| {
            if error.kind() == ErrorKind::BrokenPipe {
                return Failure::PipeClosed;
            }
            Failure::Error(ControlError {
                code: ErrorCode::Internal,
                message: format!("cannot write to stdout: {error}"),
                next: "look where the output goes".to_owned(),
            })
        })
}

/// Tells an error. There is nowhere left to report that stderr is closed.
pub(super) fn error(error: &ControlError, as_json: bool) {
    let error = &ControlError {
        next: addressed(&error.next),
        message: addressed(&error.message),
        code: error.code,
    };
    let told = if as_json {
        format!("{}\n", json!({ "error": error }))
    } else {
        let next = if error.next.is_empty() {
            String::new()
        } else {
            format!("next: {}\n", error.next)
        };
        clean(&format!("error: {}\n{next}", error.message))
    };
    std::io::stderr().write_all(told.as_bytes()).ok();
}

/// A remark beside the output, which stays as it is for programs that read it.
pub(super) fn hint(text: &str) {
    std::io::stderr()
        .write_all(clean(&format!("{}\n", addressed(text))).as_bytes())
        .ok();
}

/// Is there a person at the other end?
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Replaces control characters (but for line ends) and those that turn the direction of text.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{clean, quoted, with_options};

    #[test]
    fn a_command_is_shown_with_the_options_that_it_needs() {
        let next = "see: fased config validate, or: fased pairing list";
        assert_eq!(with_options(next, ""), next);
        assert_eq!(
            with_options(next, " --state-dir /s"),
            "see: fased --state-dir /s config validate, or: fased --state-dir /s pairing list"
        );
        assert_eq!(quoted("/tmp/a b"), "'/tmp/a b'");
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(
            clean("a\u{1b}[2Jb\u{202e}c\nd\u{9b}"),
            "a\u{fffd}[2Jb\u{fffd}c\nd\u{fffd}"
        );
        assert_eq!(clean("Zoë ✓✓ +15550100002"), "Zoë ✓✓ +15550100002");
    }
}
