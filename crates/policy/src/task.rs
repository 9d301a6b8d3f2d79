//! Tasks: what `/task new …` asks for, when a Task runs, and what becomes of it after a run.
//!
//! Nothing here knows the store or the clock. Every decision leaves a Task that is due later than now, or not at all,
//! so none can be due for ever; and a due time leads to one run at most.

mod decide;
mod due;
mod named;
mod new;
#[cfg(test)]
mod tests;

pub use decide::{After, Counters, Ended, Outcome, after_run, backoff_ms};
pub use due::{Act, Due, Next, Skipped, on_due, on_resume};
pub use named::{Candidate, Named, is_like_id, named};
pub use new::{MAX_NAME_CHARS, MAX_PROMPT_CHARS, NewTask, check_name, check_prompt, parse_new};

use serde::{Deserialize, Serialize};

/// Whether a Task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// By its schedule.
    Active,
    /// Not until somebody resumes it; it can be told to run.
    Paused,
    /// Not any more by itself; it can be told to run.
    Done,
}

impl State {
    /// The word in the store and on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Done => "done",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Done]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// Why a Task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was to run once, and did.
    Ran,
    /// It was to run once, and that failed.
    Failed,
    /// It was to run once, and that run was ended by somebody.
    Cancelled,
    /// It was to run once, when the gateway was down, and that is too long ago.
    Missed,
    /// It ran as often as it was to.
    MaxRuns,
    /// It went well as often as it was to.
    MaxSuccesses,
    /// Its schedule names no further time.
    Over,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Ran,
        Self::Failed,
        Self::Cancelled,
        Self::Missed,
        Self::MaxRuns,
        Self::MaxSuccesses,
        Self::Over,
    ];

    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ran => "ran",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Missed => "missed",
            Self::MaxRuns => "max_runs",
            Self::MaxSuccesses => "max_successes",
            Self::Over => "over",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == text)
    }

    /// For a person, after "done: ".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Ran => "it ran",
            Self::Failed => "its run failed",
            Self::Cancelled => "its run was cancelled",
            Self::Missed => "its time passed while the gateway was down",
            Self::MaxRuns => "it ran as often as it was to",
            Self::MaxSuccesses => "it succeeded as often as it was to",
            Self::Over => "its schedule names no further time",
        }
    }
}

/// When a Task may run, as much of it as decisions need.
#[derive(Debug, Clone, Copy)]
pub struct Timing<'a> {
    /// Its schedule; none for one that runs only when told to, or once at its beginning.
    pub schedule: Option<&'a crate::schedule::Schedule>,
    /// When it was made: elapsed time is counted from there.
    pub anchor_ms: i64,
    /// The zone of its times.
    pub zone: &'a crate::schedule::Zone,
}

impl Timing<'_> {
    /// The first time after `after_ms` that the schedule names.
    #[must_use]
    pub fn next_after(&self, after_ms: i64) -> Option<i64> {
        self.schedule
            .and_then(|schedule| schedule.next_after(self.anchor_ms, after_ms, self.zone))
    }

    /// Does it run once only?
    fn is_once(&self) -> bool {
        self.schedule.is_none_or(crate::schedule::Schedule::is_once)
    }
}
