//! The last lines of the log's files.

use std::io::IsTerminal;

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, MAX_LOG_BYTES, MAX_LOG_LINES};
use fased_protocol::private::PrivateValue;
use serde_json::Value;

use super::internal;
use crate::log::{self, Level, Recent};
use crate::paths::Paths;

pub(super) async fn answer(
    paths: &Paths,
    lines: u32,
    level: Option<&str>,
) -> Result<ControlResponse, ControlError> {
    let level = level.map(read).transpose()?;
    let dir = paths.logs_dir();
    let wanted = lines.min(MAX_LOG_LINES) as usize;
    let looked = tokio::task::spawn_blocking(move || {
        log::recent(&dir, wanted, MAX_LOG_BYTES, |line| {
            level.is_none_or(|level| line.level() <= level)
        })
    });
    let found = looked.await.map_err(|error| internal(&error.into()))?;
    let found = found.map_err(|error| ControlError {
        code: ErrorCode::Internal,
        message: format!("cannot read the log in {}: {error}", paths.logs_dir().display()),
        next: format!("look at the folder: ls -l {}", paths.logs_dir().display()),
    })?;
    Ok(told(found, log::is_to_files(), std::io::stderr().is_terminal()))
}

fn read(word: &str) -> Result<Level, ControlError> {
    Level::parse(word).ok_or_else(|| ControlError {
        code: ErrorCode::Usage,
        message: format!("{word:?} is no level of the log"),
        next: "use one of: error, warn, info, debug, trace".to_owned(),
    })
}

/// `to_files`: this gateway writes its log there. `terminal`: it runs in one.
fn told(found: Option<Recent>, to_files: bool, terminal: bool) -> ControlResponse {
    let Recent { lines, is_cut } = found.unwrap_or_default();
    let elsewhere = || {
        let place = if terminal {
            "the terminal that it was started in"
        } else {
            "its stderr; under systemd see journalctl --user -u fased, in a container the container's log"
        };
        let here = if lines.is_empty() {
            ""
        } else {
            " The lines here are of one before it."
        };
        format!(
            "This gateway does not log to files but to {place}.{here} To have it here: fased config set logging.toFile \
             always, then fased gateway restart"
        )
    };
    let cut = || "Only the newest part of the log was looked at; all of it: fased logs".to_owned();
    let note = match (to_files, is_cut) {
        (false, _) => Some(elsewhere()),
        (true, true) => Some(cut()),
        (true, false) => None,
    };
    ControlResponse::Log {
        lines: lines
            .iter()
            .map(|line| PrivateValue(Value::Object(line.json().clone())))
            .collect(),
        note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Line;

    #[test]
    fn it_is_said_where_the_log_goes_when_it_is_not_in_files() {
        let found = |is_cut: bool| {
            let line = Line::parse(r#"{"level":"INFO","message":"m"}"#).expect("a line");
            Some(Recent {
                lines: vec![line],
                is_cut,
            })
        };
        for (found, to_files, terminal, words) in [
            (None, false, true, Some("the terminal")),
            (None, false, false, Some("journalctl")),
            (found(false), false, false, Some("one before it")),
            (found(true), true, false, Some("newest part")),
            (found(false), true, false, None),
            (None, true, true, None),
        ] {
            let ControlResponse::Log { lines: _, note } = told(found, to_files, terminal) else {
                panic!("another answer");
            };
            match words {
                Some(words) => assert!(
                    note.as_deref().is_some_and(|note| note.contains(words)),
                    "{note:?}"
                ),
                None => assert_eq!(note, None),
            }
        }
        assert!(read("loud").is_err() && read("WARN").is_ok());
    }
}
