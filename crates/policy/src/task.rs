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
pub use due::{Act, Due, Next, Skipped, nearer, on_due, on_resume};
pub use named::{Candidate, Named, is_like_id, named};
pub use new::{MAX_NAME_CHARS, MAX_PROMPT_CHARS, NewTask, check_name, check_prompt, parse_new};

use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::schedule::Schedule;

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
    /// It was to run once, and that is too long ago.
    Missed,
    /// It was to run once, at a time at which its account sent nothing.
    Held,
    /// It ran as often as it was to.
    MaxRuns,
    /// It went well as often as it was to.
    MaxSuccesses,
    /// Its schedule names no further time.
    Over,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Ran,
        Self::Failed,
        Self::Cancelled,
        Self::Missed,
        Self::Held,
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
            Self::Held => "held",
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
            Self::Missed => "its time passed longer ago than is caught up on",
            Self::Held => "its time passed while its account sent nothing",
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
    pub schedule: Option<&'a Schedule>,
    /// When it was made: elapsed time is counted from there.
    pub anchor_ms: i64,
    /// The zone of its times.
    pub zone: &'a crate::schedule::Zone,
}

impl Timing<'_> {
    /// The first time after `after_ms` that the schedule names.
    #[must_use]
    pub fn next_after(&self, after_ms: i64) -> Option<i64> {
        let schedule = self.schedule?;
        let next = |schedule: &Schedule, anchor_ms| schedule.next_after(anchor_ms, after_ms, self.zone);
        // One that was made while the clock was ahead counts from an earlier moment of the same steps.
        match schedule {
            Schedule::Every { seconds } => {
                let step_ms = i64::try_from(*seconds).ok()?.checked_mul(1_000)?.max(1);
                let ahead_ms = self.anchor_ms.saturating_sub(after_ms).max(0);
                let steps = ahead_ms / step_ms + i64::from(ahead_ms % step_ms > 0);
                next(schedule, self.anchor_ms.checked_sub(steps.checked_mul(step_ms)?)?)
            }
            Schedule::Days { every, at, from } => {
                let after = Timestamp::from_millisecond(after_ms).ok()?;
                let today = self.zone.to_datetime(after).date();
                let step = i32::try_from((*every).max(1)).ok()?;
                let ahead = (*from - today).get_days();
                if ahead <= step {
                    return next(schedule, self.anchor_ms);
                }
                let back = Span::new().try_days((ahead / step).checked_mul(step)?).ok()?;
                let from = from.checked_sub(back).ok()?;
                let earlier = Schedule::Days {
                    every: *every,
                    at: *at,
                    from,
                };
                next(&earlier, self.anchor_ms)
            }
            Schedule::At { .. } | Schedule::Week { .. } | Schedule::Cron { .. } => {
                next(schedule, self.anchor_ms)
            }
        }
    }

    /// Does it run once only?
    fn is_once(&self) -> bool {
        self.schedule.is_none_or(Schedule::is_once)
    }
}
