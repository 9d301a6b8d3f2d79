//! Where verbs print: stdout for what was asked for, stderr for what went wrong.
//!
//! Names and texts come from strangers, so what could steer a terminal is replaced. A reader that
//! has gone away (`fased status | head -1`) is no error.

use std::io::{ErrorKind, IsTerminal, Write};

use fased_protocol::control::{ControlError, ErrorCode};
use serde::Serialize;
use serde_json::json;

use super::{Failure, Outcome};

/// Prints lines for people.
pub(super) fn text(text: &str) -> Outcome {
    raw(&format!("{}\n", clean(text.trim_end())))
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
        .write_all(clean(&format!("{text}\n")).as_bytes())
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
    use super::clean;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(
            clean("a\u{1b}[2Jb\u{202e}c\nd\u{9b}"),
            "a\u{fffd}[2Jb\u{fffd}c\nd\u{fffd}"
        );
        assert_eq!(clean("Zoë ✓✓ +15550100002"), "Zoë ✓✓ +15550100002");
    }
}
