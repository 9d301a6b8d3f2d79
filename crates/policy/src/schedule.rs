//! When a Task runs: schedules as people type them, and the times they mean.
//!
//! `every 2h30m` counts elapsed time. Days, weeks and cron follow the clock on the wall: `daily at 9:00` stays at nine
//! across changes of daylight-saving time. A local time that a change leaves out means the first moment after the gap;
//! one that comes twice means the first of the two, so nothing runs twice. A cron expression whose hour is `*`, or
//! names all 24 in another way, means "all the time", so it goes on through a repeated hour.
//! The zone is an argument; no zone is looked up here, and no clock is read.

mod calendar;
mod cron;
mod days;
mod describe;
mod duration;
mod read;
#[cfg(test)]
mod tests;
mod time_of_day;
mod words;

pub use days::Weekdays;
pub use describe::moment;
pub use read::{Limits, parse};
pub(crate) use read::{find, is_meant};

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The zone that times are in.
pub type Zone = TimeZone;

/// The shortest time between two runs, in seconds.
pub const MIN_EVERY_S: u64 = 60;
/// The longest time between two runs, and how far ahead a time may lie, in seconds: a year, with its leap day.
pub const MAX_EVERY_S: u64 = 366 * DAY_S;
pub(crate) const DAY_S: u64 = 86_400;

/// When a Task runs. As JSON it is kept in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// Again after so much elapsed time, counted from the anchor.
    Every {
        /// From [`MIN_EVERY_S`] to [`MAX_EVERY_S`].
        seconds: u64,
    },
    /// Every so many days at the same local time.
    Days {
        /// 1 is daily, 7 weekly; at most 366.
        every: u32,
        /// The local time.
        at: Time,
        /// The day from which days are counted.
        from: Date,
    },
    /// On these days of the week at the same local time.
    Week {
        /// At least one.
        on: Weekdays,
        /// The local time.
        at: Time,
    },
    /// Once.
    At {
        /// In milliseconds since 1970.
        at_ms: i64,
    },
    /// What the five fields of cron say: minute, hour, day of month, month, day of week.
    Cron {
        /// The five fields, with single spaces.
        expression: String,
    },
}

impl Schedule {
    /// The first time after `after_ms` (exclusive), both in milliseconds since 1970. `None` when it never comes.
    /// `anchor_ms` is when the Task was made: elapsed time is counted from there.
    #[must_use]
    pub fn next_after(&self, anchor_ms: i64, after_ms: i64, zone: &Zone) -> Option<i64> {
        let next = match self {
            Self::Every { seconds } => return next_step(*seconds, anchor_ms, after_ms),
            Self::At { at_ms } => return (*at_ms > after_ms).then_some(*at_ms),
            Self::Days { every, at, from } => {
                let every = i32::try_from(*every).ok()?;
                calendar::next_day(timestamp(after_ms)?, zone, *at, |day| {
                    calendar::on_grid(*from, every, day)
                })
            }
            Self::Week { on, at } => {
                calendar::next_day(timestamp(after_ms)?, zone, *at, |day| on.first_from(day))
            }
            Self::Cron { expression } => cron::next(expression, timestamp(after_ms)?, zone),
        };
        // Times lie on whole milliseconds, as zones change on whole seconds.
        next.map(Timestamp::as_millisecond)
    }

    /// Does it run once only?
    #[must_use]
    pub fn is_once(&self) -> bool {
        match self {
            Self::At { .. } => true,
            Self::Every { .. } | Self::Days { .. } | Self::Week { .. } | Self::Cron { .. } => false,
        }
    }
}

/// The first of `anchor + seconds`, `anchor + 2 * seconds`, … after `after_ms`.
fn next_step(seconds: u64, anchor_ms: i64, after_ms: i64) -> Option<i64> {
    let step = i64::try_from(seconds.max(1)).ok()?.checked_mul(1_000)?;
    let passed = after_ms.checked_sub(anchor_ms)?.max(0) / step;
    passed.checked_add(1)?.checked_mul(step)?.checked_add(anchor_ms)
}

fn timestamp(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok()
}
