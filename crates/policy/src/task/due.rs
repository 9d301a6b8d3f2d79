//! A Task's time has come.

use super::{State, Timing, Why, backoff_ms};

/// A Task is late only after this long, whatever `catchUpMinutes` says: no timer is exact.
const GRACE_MS: i64 = 60_000;

/// A Task whose time has come.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    /// When it may run.
    pub timing: Timing<'a>,
    /// The time that has come.
    pub due_ms: i64,
    /// Now.
    pub now_ms: i64,
    /// How late it may run, as `tasks.catchUpMinutes` says.
    pub catch_up_ms: i64,
    /// A run of it waits or is under way.
    pub busy: bool,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Its time has not come: nothing.
    Wait,
    /// Queue one run for this due time, however many were missed before it.
    Run {
        /// The latest time that has come.
        due_ms: i64,
    },
    /// Record a run `skipped`.
    Skip {
        /// The latest time that has come.
        due_ms: i64,
        /// Why.
        reason: Skipped,
    },
    /// Record a run `missed`: it came too long ago to be caught up on.
    Missed {
        /// The latest time that has come.
        due_ms: i64,
    },
}

/// Why a due time led to no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// The run before it is not over.
    Overlap,
}

impl Skipped {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
        }
    }

    /// For a person.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Overlap => "The run before it was still under way.",
        }
    }
}

/// What is to be done, and what the Task is like afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// What to do.
    pub act: Act,
    /// Its next due time, later than now. None while its last run is to come or under way, and when it is done.
    pub next_ms: Option<i64>,
    /// Its state.
    pub state: State,
    /// Why it is done.
    pub why: Option<Why>,
}

/// Decides about an active Task that has a due time.
#[must_use]
pub fn on_due(due: &Due<'_>) -> Next {
    if due.due_ms > due.now_ms {
        return active(Act::Wait, Some(due.due_ms));
    }
    let next_ms = due.timing.next_after(due.now_ms);
    let due_ms = latest(due);
    let late_ms = due.now_ms.saturating_sub(due_ms);
    if due.busy {
        let reason = Skipped::Overlap;
        // The run under way is then its last, and ends it.
        return active(Act::Skip { due_ms, reason }, next_ms);
    }
    if late_ms <= due.catch_up_ms.max(GRACE_MS) {
        return active(Act::Run { due_ms }, next_ms);
    }
    let act = Act::Missed { due_ms };
    if next_ms.is_some() {
        return active(act, next_ms);
    }
    Next {
        act,
        next_ms: None,
        state: State::Done,
        why: Some(if due.timing.is_once() {
            Why::Missed
        } else {
            Why::Over
        }),
    }
}

fn active(act: Act, next_ms: Option<i64>) -> Next {
    Next {
        act,
        next_ms,
        state: State::Active,
        why: None,
    }
}

/// The latest time that the schedule names from the due time to now. Later moments never have earlier next times, so
/// halving finds it in a few steps, also after a year of being down.
fn latest(due: &Due<'_>) -> i64 {
    let has_come = |after_ms| due.timing.next_after(after_ms).filter(|next| *next <= due.now_ms);
    let Some(mut found) = has_come(due.due_ms) else {
        return due.due_ms;
    };
    let (mut low, mut high) = (found, due.now_ms);
    while low < high {
        let middle = low + (high - low) / 2;
        match has_come(middle) {
            Some(later) => {
                found = later;
                low = later;
            }
            None => high = middle,
        }
    }
    found
}

/// The next time of an active Task whose due time is later than its schedule and its failures explain, as after a clock
/// that was ahead and is right again. A clock that is set back a little repeats nothing.
#[must_use]
pub fn nearer(timing: &Timing<'_>, next_ms: i64, failures: u32, now_ms: i64) -> Option<i64> {
    if timing.is_once() {
        return None;
    }
    let first = timing.next_after(now_ms)?;
    let after_wait = timing.next_after(now_ms.saturating_add(backoff_ms(failures)))?;
    // Without a further time, nothing is later than the first.
    let second = timing.next_after(first).unwrap_or(first);
    (next_ms > second.max(after_wait)).then_some(first)
}

/// When a Task that was paused or done runs next, if its schedule names a time to come. What came while it was paused
/// is not caught up on.
#[must_use]
pub fn on_resume(timing: &Timing<'_>, now_ms: i64) -> Option<i64> {
    timing.next_after(now_ms)
}
