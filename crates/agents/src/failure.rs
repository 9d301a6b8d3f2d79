//! Why there is no answer.

/// Why a backend gave no answer, or only a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It was told to stop.
    Cancelled,
    /// It took longer than it may.
    TimedOut,
    /// It said more than it may.
    TooLong {
        /// Most bytes of an answer.
        limit: usize,
    },
    /// It could not be started, or not even be asked: a missing program, an unreadable key file, no such host.
    NotStarted(String),
    /// Its process ended badly.
    Exited {
        /// How, such as `exit status: 1` or `signal: 9`.
        status: String,
        /// The end of what it said on stderr.
        stderr: String,
    },
    /// Its server refused.
    Http {
        /// The status code.
        status: u16,
        /// The beginning of what it said.
        body: String,
    },
    /// The connection broke before there was an answer.
    Network(String),
    /// The answer broke off.
    CutOff(String),
    /// It answered something that is no answer.
    BadAnswer(String),
    /// Its process was of no use any more, and was ended.
    Ended {
        /// Why.
        why: Box<Failure>,
        /// The end of what it said on stderr.
        stderr: String,
    },
}

impl Failure {
    /// The kind in one word, for records and scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::TooLong { .. } => "too_long",
            Self::NotStarted(_) => "not_started",
            Self::Exited { .. } => "exited",
            Self::Http { .. } => "http",
            Self::Network(_) => "network",
            Self::CutOff(_) => "cut_off",
            Self::BadAnswer(_) => "bad_answer",
            Self::Ended { why, .. } => why.code(),
        }
    }

    /// The same of a process that was ended because of it, with what that said on stderr, if it said anything. Nobody asks
    /// what one complained of that was told to stop.
    pub(crate) fn beside(self, stderr: String) -> Self {
        if stderr.is_empty() || self == Self::Cancelled {
            return self;
        }
        Self::Ended {
            why: Box::new(self),
            stderr,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cancelled => f.write_str("it was told to stop"),
            Self::TimedOut => f.write_str("it took too long"),
            Self::TooLong { limit } => write!(f, "it said more than {limit} bytes"),
            Self::NotStarted(why) => write!(f, "it could not be asked: {why}"),
            Self::Exited { status, stderr } if stderr.is_empty() => write!(f, "it ended with {status}"),
            Self::Exited { status, stderr } => write!(f, "it ended with {status}: {}", end_of(stderr)),
            Self::Http { status, body } if body.is_empty() => write!(f, "its server answered {status}"),
            Self::Http { status, body } => write!(f, "its server answered {status}: {body}"),
            Self::Network(why) => write!(f, "the connection to it broke: {why}"),
            Self::CutOff(why) => write!(f, "its answer broke off: {why}"),
            Self::BadAnswer(why) => write!(f, "what it answered is no answer: {why}"),
            Self::Ended { why, stderr } => write!(f, "{why}; it complained: {}", end_of(stderr)),
        }
    }
}

impl std::error::Error for Failure {}

/// Most bytes of what a program said that are shown among other words. All that is kept of it is in the failure.
const SHOWN: usize = 4096;

fn end_of(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(SHOWN))..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_much_is_shown() {
        let failure = |stderr: String| Failure::Exited {
            status: "exit status: 1".to_owned(),
            stderr,
        };
        assert_eq!(
            failure("no".to_owned()).to_string(),
            "it ended with exit status: 1: no"
        );
        let shown = failure(format!("begins {} ends", "ü".repeat(SHOWN))).to_string();
        assert!(
            shown.len() < SHOWN + 50 && shown.ends_with("ü ends"),
            "{}",
            shown.len()
        );
    }
}
