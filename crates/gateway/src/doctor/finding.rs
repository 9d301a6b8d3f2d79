//! What a check found.

use std::path::PathBuf;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Looked at, and well.
    Ok,
    /// Good to know.
    Note,
    /// It works, and may not for long, or not as meant.
    Warning,
    /// It does not work, or keys lie open.
    Problem,
}

impl Level {
    /// The word on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// What `--fix` would do. Nothing is deleted: what is in the way is moved into a backup folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Fix {
    /// Let only the owner read it.
    Mode {
        /// What.
        path: PathBuf,
        /// The permission bits that it has.
        from: u32,
        /// Those that it gets.
        to: u32,
    },
    /// Let only the owner read these files (mode 0600).
    FileModes {
        /// Where they are.
        folder: PathBuf,
        /// Which, and the permission bits that they have.
        files: Vec<(PathBuf, u32)>,
    },
    /// Move a file out of the way. Not done while a gateway holds the state dir.
    MoveAway {
        /// Which.
        path: PathBuf,
    },
    /// Make a folder for the owner alone.
    MakeFolder {
        /// Which.
        path: PathBuf,
    },
}

impl Fix {
    /// What it does, for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Mode { path, from, to } => {
                format!("chmod {to:04o} {} (was {from:04o})", path.display())
            }
            Self::FileModes { folder, files } => {
                format!("chmod 0600 {} files in {}", files.len(), folder.display())
            }
            Self::MoveAway { path } => format!("move {} into a backup folder", path.display()),
            Self::MakeFolder { path } => format!("make the folder {} (mode 0700)", path.display()),
        }
    }
}

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is the matter, in one line.
    pub what: String,
    /// Why it is, or what it leads to; empty where it is plain.
    pub cause: String,
    /// The command that helps; empty where nothing has to be done.
    pub next: String,
    /// What `--fix` would do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

impl Finding {
    pub(super) fn new(
        check: &'static str,
        level: Level,
        what: impl Into<String>,
        cause: impl Into<String>,
    ) -> Self {
        Self {
            check,
            level,
            what: what.into(),
            cause: cause.into(),
            next: String::new(),
            fix: None,
        }
    }

    pub(super) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self::new(check, Level::Ok, what, "")
    }

    pub(super) fn note(check: &'static str, what: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::new(check, Level::Note, what, cause)
    }

    pub(super) fn warning(check: &'static str, what: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::new(check, Level::Warning, what, cause)
    }

    pub(super) fn problem(check: &'static str, what: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::new(check, Level::Problem, what, cause)
    }

    pub(super) fn next(self, next: impl Into<String>) -> Self {
        Self {
            next: next.into(),
            ..self
        }
    }

    /// With what `--fix` would do; that is the next command then.
    pub(super) fn fix(self, fix: Fix) -> Self {
        Self {
            next: "fased doctor --fix".to_owned(),
            fix: Some(fix),
            ..self
        }
    }

    /// In one line, for people: what, why, and what to do.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = self.what.trim_end_matches('.').to_owned();
        if !self.cause.is_empty() {
            line.push_str(": ");
            line.push_str(self.cause.trim_end_matches('.'));
        }
        if !self.next.is_empty() {
            line.push_str(". Next: ");
            line.push_str(&self.next);
        }
        line
    }
}
