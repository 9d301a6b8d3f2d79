//! Durations: `5m`, `2h30m`, `1 day`, `30 minutes`, `2 hours and 30 minutes`, `half an hour`.

use super::DAY_S;
use super::words::Cursor;

/// A duration as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Duration {
    /// Its length, with days of 24 hours. Too long to count is the longest there is.
    pub(super) seconds: u64,
    /// So many days, where it was given in whole days and weeks only.
    pub(super) days: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "s" | "sec" | "secs" | "second" | "seconds" => Some(Self::Second),
            "m" | "min" | "mins" | "minute" | "minutes" => Some(Self::Minute),
            "h" | "hr" | "hrs" | "hour" | "hours" => Some(Self::Hour),
            "d" | "day" | "days" => Some(Self::Day),
            "w" | "wk" | "wks" | "week" | "weeks" => Some(Self::Week),
            _no_unit => None,
        }
    }

    fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => DAY_S,
            Self::Week => 7 * DAY_S,
        }
    }

    fn is_calendar(self) -> bool {
        match self {
            Self::Day | Self::Week => true,
            Self::Second | Self::Minute | Self::Hour => false,
        }
    }
}

/// Thousandths of a unit.
type Part = (u64, Unit);

/// Reads a duration; goes on past it. `None` where there is none. `bare` takes a unit without a number, too:
/// `every day`.
pub(super) fn read(cursor: &mut Cursor<'_, '_>, bare: bool) -> Option<Duration> {
    let mut parts = first_parts(cursor, bare)?;
    while !cursor.is_past_clause() {
        let mut ahead = *cursor;
        ahead.take(&["and"]);
        let Some(more) = more_parts(&mut ahead) else { break };
        let (Some((_, last)), Some((_, next))) = (parts.last(), more.first()) else {
            break;
        };
        if next >= last {
            break;
        }
        parts.extend(more);
        *cursor = ahead;
    }
    Some(sum(&parts))
}

fn sum(parts: &[Part]) -> Duration {
    let thousandths = parts.iter().fold(0_u64, |sum, (count, unit)| {
        sum.saturating_add(count.saturating_mul(unit.seconds()))
    });
    let whole_days = parts
        .iter()
        .all(|(count, unit)| unit.is_calendar() && count.is_multiple_of(1_000));
    Duration {
        seconds: thousandths / 1_000,
        days: whole_days.then_some(thousandths / 1_000 / DAY_S),
    }
}

fn first_parts(cursor: &mut Cursor<'_, '_>, bare: bool) -> Option<Vec<Part>> {
    let word = cursor.peek();
    if word == "half" {
        let mut ahead = *cursor;
        ahead.skip(1);
        ahead.take(&["an", "a"]);
        let unit = Unit::parse(&ahead.peek())?;
        ahead.skip(1);
        *cursor = ahead;
        return Some(vec![(500, unit)]);
    }
    let one = match word.as_str() {
        "a" | "an" | "one" => Some(1_000),
        "other" if bare => Some(2_000),
        _another => None,
    };
    if let Some(count) = one {
        let next = cursor.word(1)?.plain();
        let unit = Unit::parse(&next)?;
        cursor.skip(2);
        return Some(vec![(count, unit)]);
    }
    if bare && let Some(unit) = Unit::parse(&word).filter(|_| word.len() > 2) {
        cursor.skip(1);
        return Some(vec![(1_000, unit)]);
    }
    more_parts(cursor)
}

/// `2h30m` or `2 hours`.
fn more_parts(cursor: &mut Cursor<'_, '_>) -> Option<Vec<Part>> {
    let word = cursor.peek();
    if let Some(parts) = compact(&word) {
        cursor.skip(1);
        return Some(parts);
    }
    let (count, rest) = number(&word)?;
    if !rest.is_empty() {
        return None;
    }
    let unit = Unit::parse(&cursor.word(1)?.plain())?;
    cursor.skip(2);
    Some(vec![(count, unit)])
}

/// Is this word a duration: `2h30m`?
pub(super) fn is_compact(word: &str) -> bool {
    compact(word).is_some()
}

/// Numbers with their units in one word, the larger units first.
fn compact(word: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let (count, after) = number(rest)?;
        let letters = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let unit = Unit::parse(unit)?;
        if parts.last().is_some_and(|(_, before)| unit >= *before) {
            return None;
        }
        parts.push((count, unit));
        rest = after;
    }
    (!parts.is_empty()).then_some(parts)
}

/// A number at the beginning in thousandths, and what follows it: `1.5h` is 1500 and `h`.
fn number(text: &str) -> Option<(u64, &str)> {
    let (whole, rest) = digits(text);
    if whole.is_empty() {
        return None;
    }
    let whole = whole.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000);
    let Some(after) = rest.strip_prefix(['.', ',']) else {
        return Some((whole, rest));
    };
    let (fraction, rest) = digits(after);
    if fraction.is_empty() || fraction.len() > 3 {
        return None;
    }
    let thousandths: u64 = format!("{fraction:0<3}").parse().ok()?;
    Some((whole.saturating_add(thousandths), rest))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
