//! Why something could not be done with a Task.

use std::fmt;

use fased_protocol::control::{ControlError, ErrorCode};

use crate::control::internal;

/// Why something could not be done with a Task. Its `Display` is one sentence, for a phone.
#[derive(Debug)]
pub enum TaskError {
    /// There is no Task with this id.
    NotFound(String),
    /// There is no Task with this id, and none or more than one with this name.
    Unclear {
        /// What was typed.
        typed: String,
        /// Those that may be meant, with their names: `74h9 (tea)`.
        near: Vec<String>,
    },
    /// There is no run of a Task with this number.
    RunNotFound(i64),
    /// No run of this Task has taken place and ended.
    NotRun(String),
    /// What was asked for makes no sense.
    Wrong(String),
    /// It is understood and declined.
    Refused {
        /// Why.
        why: String,
        /// The next command on the command line.
        next: String,
    },
    /// The store failed.
    Store(anyhow::Error),
}

impl TaskError {
    /// For whoever asked on the control socket by `fased tasks <verb>`.
    #[must_use]
    pub fn told_of(&self, verb: &str) -> ControlError {
        let told = self.told();
        match self {
            Self::Wrong(_) => ControlError {
                next: format!("see how it is typed: fased tasks {verb} --help"),
                ..told
            },
            Self::NotFound(_)
            | Self::Unclear { .. }
            | Self::RunNotFound(_)
            | Self::NotRun(_)
            | Self::Refused { .. }
            | Self::Store(_) => told,
        }
    }

    /// For whoever asked on the control socket.
    #[must_use]
    pub fn told(&self) -> ControlError {
        let (code, next) = match self {
            Self::NotFound(_) | Self::Unclear { .. } => {
                (ErrorCode::NotFound, "list them: fased tasks list all".to_owned())
            }
            Self::RunNotFound(_) => (
                ErrorCode::NotFound,
                "see the runs of a Task: fased tasks runs ID".to_owned(),
            ),
            Self::NotRun(id) => (ErrorCode::NotFound, format!("run it now: fased tasks run {id}")),
            Self::Wrong(_) => (
                ErrorCode::Usage,
                "see how it is typed: fased tasks --help".to_owned(),
            ),
            Self::Refused { next, .. } => (ErrorCode::Refused, next.clone()),
            Self::Store(error) => return internal(error),
        };
        ControlError {
            code,
            message: self.to_string(),
            next,
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(id) => write!(f, "Task not found: {id}"),
            Self::Unclear { typed, near } => {
                write!(f, "Task not found: {typed}. Did you mean {}?", near.join(" or "))
            }
            Self::RunNotFound(run) => write!(f, "Run not found: {run}"),
            Self::NotRun(id) => write!(f, "Task {id} has not run yet"),
            Self::Wrong(why) | Self::Refused { why, .. } => f.write_str(why),
            Self::Store(error) => write!(f, "the store failed: {error:#}"),
        }
    }
}

impl std::error::Error for TaskError {}

impl From<anyhow::Error> for TaskError {
    fn from(error: anyhow::Error) -> Self {
        Self::Store(error)
    }
}
