//! What runs once: `at <time>`, `in <duration>`, `tomorrow at 9:00`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use super::Now;
use crate::schedule::time_of_day::{Day, TIMES, is_zone, read, read_day};
use crate::schedule::words::Cursor;
use crate::schedule::{MAX_EVERY_S, Schedule, Zone, calendar, duration, moment, timestamp};

/// How far ahead a time may lie.
const MAX_AHEAD_YEARS: i64 = 10;

/// `in <duration>`.
pub(super) fn after(cursor: &mut Cursor<'_, '_>, now: &Now<'_>) -> Result<Option<Schedule>, String> {
    let start = cursor.at;
    cursor.skip(1);
    let Some(duration) = duration::read(cursor, false) else {
        return Ok(None);
    };
    if !(1..=MAX_EVERY_S).contains(&duration.seconds) {
        return Err(format!(
            "`{}` is out of range: from 1 second to 366 days. Example: in 20m",
            cursor.since(start)
        ));
    }
    let at_ms = match duration.days {
        // In two days means at this time of day, also when the clock changes until then.
        Some(days) => {
            let days = i64::try_from(days).ok();
            days.and_then(|days| now.local.checked_add(jiff::Span::new().try_days(days).ok()?).ok())
                .and_then(|local| calendar::moment_of(local, now.zone))
                .map(Timestamp::as_millisecond)
        }
        None => i64::try_from(duration.seconds)
            .ok()
            .and_then(|seconds| now.ms.checked_add(seconds.checked_mul(1_000)?)),
    };
    Ok(at_ms.map(|at_ms| Schedule::At { at_ms }))
}

/// `at <time>`, with a day before or after the time.
pub(super) fn at(cursor: &mut Cursor<'_, '_>, now: &Now<'_>) -> Result<Option<Schedule>, String> {
    let start = cursor.at;
    cursor.skip(1);
    let at = match stamp(cursor, now)? {
        Some(at) => Some(at),
        None => {
            let day = read_day(cursor)?;
            when(cursor, now, day)?
        }
    };
    no_other_zone(cursor, start)?;
    Ok(at)
}

/// No zone is looked up here, and one that was typed must not be left out without a word.
fn no_other_zone(cursor: &Cursor<'_, '_>, start: usize) -> Result<(), String> {
    let follows = !cursor.is_past_clause() && cursor.word(0).is_some_and(is_zone);
    if follows || cursor.since(start).contains('[') {
        return Err(
            "A time is in the configured zone; for another, write `at 18:30 UTC` or the distance from UTC: `at 2026-12-24T09:00+01:00`."
                .into(),
        );
    }
    Ok(())
}

/// A day at the beginning with a time after it: `tomorrow at 9:00`, `Friday 6pm`. Where a schedule stands `alone`, a day
/// without a time is an error.
pub(super) fn day(
    cursor: &mut Cursor<'_, '_>,
    now: &Now<'_>,
    alone: bool,
) -> Result<Option<Schedule>, String> {
    let mut ahead = *cursor;
    let Some(day) = read_day(&mut ahead)? else {
        return Ok(None);
    };
    let said_at = ahead.peek() == "at";
    if !alone && !said_at && read(&mut ahead.clone(), false)?.is_none() {
        return Ok(None);
    }
    let found = when(&mut ahead, now, Some(day))?;
    no_other_zone(&ahead, cursor.at)?;
    *cursor = ahead;
    Ok(found)
}

fn when(cursor: &mut Cursor<'_, '_>, now: &Now<'_>, day: Option<Day>) -> Result<Option<Schedule>, String> {
    if let Some(Day::Date(date)) = day
        && let Some(word) = cursor.word(0)
        && let Ok(at) = format!("{date}T{}", word.text.trim_end_matches([',', ':'])).parse::<Timestamp>()
    {
        cursor.skip(1);
        return to_come(at, now).map(Some);
    }
    cursor.take(&["at"]);
    let Some(time) = read(cursor, true)? else {
        return match day {
            Some(_) => Err(format!(
                "Say at which time of that day: {TIMES}. Example: at tomorrow 9:00"
            )),
            None => Ok(None),
        };
    };
    let universal = !cursor.is_past_clause() && cursor.take(&["utc", "gmt"]);
    let day = match day {
        Some(day) => Some(day),
        None if cursor.is_past_clause() => None,
        None => read_day(cursor)?,
    };
    let utc = Zone::UTC;
    let zone = if universal { &utc } else { now.zone };
    moment_on(day, time, zone, now).map(Some)
}

fn moment_on(day: Option<Day>, time: Time, zone: &Zone, now: &Now<'_>) -> Result<Schedule, String> {
    let beyond = || "That time lies beyond all calendars.".to_owned();
    let now_at = timestamp(now.ms).ok_or_else(beyond)?;
    let today = zone.to_datetime(now_at).date();
    let on = |date: Date| calendar::moment_of(date.to_datetime(time), zone).ok_or_else(beyond);
    // Today if that is still to come, else so many days later.
    let today_or_in = |days: i32, first: Date| {
        let at = on(first)?;
        if at > now_at {
            return Ok(at);
        }
        let later = jiff::Span::new()
            .try_days(days)
            .ok()
            .and_then(|days| first.checked_add(days).ok());
        on(later.ok_or_else(beyond)?)
    };
    let at = match day {
        None => today_or_in(1, today)?,
        Some(Day::Today) => on(today)?,
        Some(Day::Tomorrow) => on(today.tomorrow().map_err(|_end| beyond())?)?,
        Some(Day::Weekday(weekday)) => {
            let first = crate::schedule::Weekdays::only(weekday).first_from(today);
            today_or_in(7, first.ok_or_else(beyond)?)?
        }
        Some(Day::Date(date)) => on(date)?,
    };
    to_come(at, now)
}

/// A date and time in one word, with or without its distance from UTC.
fn stamp(cursor: &mut Cursor<'_, '_>, now: &Now<'_>) -> Result<Option<Schedule>, String> {
    let Some(word) = cursor.word(0) else {
        return Ok(None);
    };
    let word = word.text.trim_end_matches([',', ':', ';']);
    if !word.contains(['T', 't']) || !word.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    let local = |local: DateTime| calendar::moment_of(local, now.zone);
    let at = match (word.parse::<Timestamp>(), word.parse::<DateTime>()) {
        (Ok(at), _) => Some(at),
        (Err(_), Ok(civil)) => local(civil),
        (Err(_), Err(_)) => return Ok(None),
    };
    cursor.skip(1);
    at.map(|at| to_come(at, now)).transpose()
}

fn to_come(at: Timestamp, now: &Now<'_>) -> Result<Schedule, String> {
    let at_ms = at.as_millisecond();
    if at_ms <= now.ms {
        return Err(format!(
            "{} is over; it is {} now. Give a time to come, such as at tomorrow 9:00",
            moment(at_ms, now.zone),
            moment(now.ms, now.zone)
        ));
    }
    if at_ms - now.ms > MAX_AHEAD_YEARS * 366 * 86_400_000 {
        return Err(format!(
            "{} is more than {MAX_AHEAD_YEARS} years ahead. Example: at tomorrow 9:00",
            moment(at_ms, now.zone)
        ));
    }
    Ok(Schedule::At { at_ms })
}
