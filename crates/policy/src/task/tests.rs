//! When a Task runs, and what becomes of it.

mod after;
mod due;
mod names;
mod properties;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::schedule::{Schedule, parse};

static UTC: TimeZone = TimeZone::UTC;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A moment of 2026-02-08 in UTC, or of a day that is named.
fn at(text: &str) -> i64 {
    let text = if text.contains('-') {
        text.to_owned()
    } else {
        format!("2026-02-08T{text}")
    };
    format!("{text}:00Z")
        .parse::<Timestamp>()
        .unwrap()
        .as_millisecond()
}

/// The time of day of a moment, with the day if it is another.
fn clock(at_ms: i64) -> String {
    let told = Timestamp::from_millisecond(at_ms)
        .unwrap()
        .strftime("%Y-%m-%dT%H:%M")
        .to_string();
    told.strip_prefix("2026-02-08T")
        .map_or(told.clone(), str::to_owned)
}

/// A schedule made at midnight; empty for none.
fn schedule(text: &str) -> Option<Schedule> {
    if text.is_empty() {
        return None;
    }
    parse(text, at("00:00"), &TimeZone::UTC).unwrap().0
}

fn timing(schedule: Option<&Schedule>) -> Timing<'_> {
    Timing {
        schedule,
        anchor_ms: at("00:00"),
        zone: &UTC,
    }
}
