//! Why a file cannot be sent.

use std::fmt;

/// Why a file cannot be sent: a kind to decide by, a sentence to read, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaError {
    /// What kind of failure.
    pub problem: MediaProblem,
    /// For people. Names the file or host as whoever asked named it.
    pub message: String,
    /// What to do.
    pub next: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaProblem {
    /// Outside of the allowed folders, or an address that must not be asked.
    Refused,
    /// There is no such file, or nothing at the address.
    NotFound,
    /// It is no file, or not what it is to be shown as.
    Unusable,
    /// More bytes than allowed.
    TooLarge,
    /// It did not come in time.
    TimedOut,
    /// A program is missing that is needed to convert it.
    ConverterMissing,
    /// A defect here or on the way; trying again may help.
    Failed,
}

impl MediaProblem {
    /// Its name in records and for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotFound => "not_found",
            Self::Unusable => "unusable",
            Self::TooLarge => "too_large",
            Self::TimedOut => "timed_out",
            Self::ConverterMissing => "converter_missing",
            Self::Failed => "failed",
        }
    }
}

impl MediaError {
    pub(super) fn new(problem: MediaProblem, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            problem,
            message: message.into(),
            next: next.into(),
        }
    }

    /// More bytes than allowed.
    pub(super) fn too_large(what: &str, max_bytes: u64) -> Self {
        Self::new(
            MediaProblem::TooLarge,
            format!(
                "{what} has more than {} MB, the most that is sent",
                max_bytes / MB
            ),
            "send a smaller one, or raise channels.whatsapp.mediaMaxMb",
        )
    }

    /// A defect here or on the way.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::new(
            MediaProblem::Failed,
            message,
            "try again; the gateway's log may say more",
        )
    }
}

/// A megabyte, as `mediaMaxMb` counts them.
pub(super) const MB: u64 = 1024 * 1024;

impl fmt::Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MediaError {}
