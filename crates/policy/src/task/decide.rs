//! A run of a Task has ended.

use super::{State, Timing, Why};

/// How a run of a Task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It went well.
    Ok,
    /// It failed, or ran out of time.
    Error,
    /// Somebody ended it.
    Cancelled,
    /// It was cut off twice.
    Interrupted,
}

impl Outcome {
    fn is_failure(self) -> bool {
        match self {
            Self::Error | Self::Interrupted => true,
            Self::Ok | Self::Cancelled => false,
        }
    }
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Runs that ended.
    pub runs: u32,
    /// Those that went well.
    pub successes: u32,
    /// Failures since the last that went well.
    pub failures: u32,
}

/// A Task when a run of it ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// When it may run.
    pub timing: Timing<'a>,
    /// How the run ended.
    pub outcome: Outcome,
    /// Somebody asked for this run.
    pub by_hand: bool,
    /// What was counted before this run.
    pub counters: Counters,
    /// It is done after so many runs.
    pub max_runs: Option<u32>,
    /// It is done after so many that went well.
    pub max_successes: Option<u32>,
    /// Its state before.
    pub state: State,
    /// Its due time before.
    pub next_ms: Option<i64>,
    /// The Task has no schedule, and this is the run that it was made for.
    pub made_for_it: bool,
    /// Now.
    pub now_ms: i64,
}

/// The Task afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// What is counted now.
    pub counters: Counters,
    /// Its state.
    pub state: State,
    /// Why it is done, if this run ended it. What was written before stays otherwise.
    pub why: Option<Why>,
    /// Its due time: none when it is done.
    pub next_ms: Option<i64>,
    /// The chat is told that it failed: of the first failure in a row, and of whatever somebody asked for.
    pub tell_failure: bool,
}

const MINUTE_MS: i64 = 60_000;
const WAITS_MS: [i64; 4] = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS];
/// The longest wait after failures: a day.
const MAX_WAIT_MS: i64 = 24 * 60 * MINUTE_MS;
/// Times that are so far apart are seldom; a day in which the clock changes has 23 hours.
const SELDOM_MS: i64 = 20 * 60 * MINUTE_MS;
/// The longest wait of what comes seldom.
const MAX_WAIT_SELDOM_MS: i64 = 60 * MINUTE_MS;

/// How long a Task waits at least after so many failures in a row: 1, 5, 15 and 60 minutes, then twice as long each
/// time, up to a day. Nothing after none.
#[must_use]
pub fn backoff_ms(failures: u32) -> i64 {
    let Some(before) = failures.checked_sub(1) else {
        return 0;
    };
    let place = usize::try_from(before).unwrap_or(usize::MAX);
    let last = WAITS_MS.len() - 1;
    match WAITS_MS.get(place) {
        Some(wait) => *wait,
        None => {
            let doublings = u32::try_from(place - last).unwrap_or(u32::MAX).min(16);
            (60 * MINUTE_MS).saturating_mul(1 << doublings).min(MAX_WAIT_MS)
        }
    }
}

/// Decides what becomes of a Task. A time that came during the run and was not looked at yet stays as it is, for
/// [`super::on_due`] to decide about; any other due time is later than now.
#[must_use]
pub fn after_run(ended: &Ended<'_>) -> After {
    let failed = ended.outcome.is_failure();
    let went_well = ended.outcome == Outcome::Ok;
    let counters = Counters {
        runs: ended.counters.runs.saturating_add(1),
        successes: ended.counters.successes.saturating_add(u32::from(went_well)),
        failures: match ended.outcome {
            Outcome::Ok => 0,
            Outcome::Error | Outcome::Interrupted => ended.counters.failures.saturating_add(1),
            Outcome::Cancelled => ended.counters.failures,
        },
    };
    let tell_failure = failed && (counters.failures == 1 || ended.by_hand);
    let done = |why| After {
        counters,
        state: State::Done,
        why,
        next_ms: None,
        tell_failure,
    };
    let goes_on = |state, next_ms| After {
        counters,
        state,
        why: None,
        next_ms,
        tell_failure,
    };
    if ended.state == State::Done {
        return done(None);
    }
    if reached(ended.max_successes, counters.successes) {
        return done(Some(Why::MaxSuccesses));
    }
    if reached(ended.max_runs, counters.runs) {
        return done(Some(Why::MaxRuns));
    }
    if ended.state == State::Paused {
        return goes_on(State::Paused, ended.next_ms);
    }
    // One that only runs when told to goes on until it is told to again.
    if ended.timing.schedule.is_none() && !ended.made_for_it {
        return goes_on(State::Active, ended.next_ms);
    }
    // A one-off whose time is still to come was told to run before it.
    let Some(next_ms) = ended.next_ms else {
        return done(Some(match (ended.timing.is_once(), ended.outcome) {
            (false, _) => Why::Over,
            (true, Outcome::Ok) => Why::Ran,
            (true, Outcome::Cancelled) => Why::Cancelled,
            (true, Outcome::Error | Outcome::Interrupted) => Why::Failed,
        }));
    };
    if !failed || ended.timing.is_once() {
        return goes_on(State::Active, Some(next_ms));
    }
    // Waiting leaves out times of the schedule; it never adds one.
    let earliest_ms = ended.now_ms.saturating_add(wait_ms(ended, counters.failures));
    match ended.timing.next_after(earliest_ms.saturating_sub(1)) {
        Some(later) => goes_on(State::Active, Some(later.max(next_ms))),
        None => done(Some(Why::Over)),
    }
}

/// How long to wait after a failure. A wait of a day from the end of a run would leave out every other time of what is
/// daily, which helps nobody: what comes so seldom waits an hour at most.
fn wait_ms(ended: &Ended<'_>, failures: u32) -> i64 {
    let wait_ms = backoff_ms(failures);
    let first = ended.timing.next_after(ended.now_ms);
    let second = first.and_then(|first| ended.timing.next_after(first));
    match first.zip(second) {
        Some((first, second)) if second - first >= SELDOM_MS => wait_ms.min(MAX_WAIT_SELDOM_MS),
        Some(_) | None => wait_ms,
    }
}

fn reached(limit: Option<u32>, count: u32) -> bool {
    limit.is_some_and(|limit| count >= limit)
}
