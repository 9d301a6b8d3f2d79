//! What runs again and again: `every …`, `hourly`, `daily at 9:00`, `weekdays at 8`.

use jiff::civil::{Time, Weekday};

use super::Now;
use crate::schedule::days::{self, Weekdays};
use crate::schedule::words::{Cursor, Word};
use crate::schedule::{MAX_EVERY_S, MIN_EVERY_S, Schedule, duration, time_of_day};

/// The most days between two runs.
const MAX_DAYS: u32 = 366;

/// `every <duration>`, `every day at 9`, `every Monday and Thursday at 9:00`.
pub(super) fn every(cursor: &mut Cursor<'_, '_>, now: &Now<'_>) -> Result<Option<Schedule>, String> {
    let start = cursor.at;
    cursor.skip(1);
    if let Some(on) = weekdays(cursor) {
        let at = time(cursor)?.unwrap_or(now.minute());
        return Ok(Some(Schedule::Week { on, at }));
    }
    let found = cursor.peek();
    if matches!(found.as_str(), "morning" | "afternoon" | "evening" | "night") {
        cursor.skip(1);
        return match time(cursor)? {
            Some(at) => Ok(Some(daily(1, Some(at), now))),
            None => Err(format!("Say at which time: `every {found} at 8:00`.")),
        };
    }
    months(cursor)?;
    let Some(duration) = duration::read(cursor, true) else {
        return Ok(None);
    };
    let Some(days) = duration.days else {
        if !(MIN_EVERY_S..=MAX_EVERY_S).contains(&duration.seconds) {
            return Err(out_of_range(&cursor.since(start)));
        }
        return Ok(Some(Schedule::Every {
            seconds: duration.seconds,
        }));
    };
    let days = u32::try_from(days)
        .ok()
        .filter(|days| (1..=MAX_DAYS).contains(days));
    let days = days.ok_or_else(|| out_of_range(&cursor.since(start)))?;
    let weeks = days.is_multiple_of(7);
    let mut on = weeks.then(|| on_weekdays(cursor)).flatten();
    let at = time(cursor)?;
    if weeks && on.is_none() {
        on = on_weekdays(cursor);
    }
    if days == 7 {
        return Ok(Some(weekly(on, at, now)));
    }
    Ok(Some(match on {
        Some(on) => every_few_weeks(days, on, at.unwrap_or(now.minute()), now)?,
        None => daily(days, at, now),
    }))
}

fn out_of_range(found: &str) -> String {
    format!("`{found}` is out of range: at least 1 minute, at most 366 days. Example: every 30m.")
}

/// Months differ in length, so they are said as cron does.
fn months(cursor: &Cursor<'_, '_>) -> Result<(), String> {
    let mut ahead = *cursor;
    let number = ahead.peek();
    if number.bytes().all(|byte| byte.is_ascii_digit()) || matches!(number.as_str(), "a" | "other") {
        ahead.skip(1);
    }
    if matches!(
        ahead.peek().as_str(),
        "month" | "months" | "year" | "years" | "quarter"
    ) {
        return Err(MONTHS.into());
    }
    Ok(())
}

pub(super) const MONTHS: &str = "Months and years are said with cron, such as `cron 0 9 1 * * -- Rent: …` for the first of each month at 9:00.";

/// `hourly`, `daily [at <time>]`, `weekly [on <day>] [at <time>]`, `weekdays at <time>`, `mondays at <time>`.
pub(super) fn natural(cursor: &mut Cursor<'_, '_>, now: &Now<'_>) -> Result<Option<Schedule>, String> {
    let word = cursor.peek();
    match word.as_str() {
        "hourly" => {
            cursor.skip(1);
            Ok(Some(Schedule::Every { seconds: 3_600 }))
        }
        "daily" => {
            cursor.skip(1);
            Ok(Some(daily(1, time(cursor)?, now)))
        }
        "weekly" => {
            cursor.skip(1);
            let on = on_weekdays(cursor);
            let at = time(cursor)?;
            let on = on.or_else(|| on_weekdays(cursor));
            Ok(Some(weekly(on, at, now)))
        }
        _another => days_at(cursor),
    }
}

/// `mondays at 9`, `weekdays at 8`, `on mon and thu at 18:00`. One day alone is a day to come; only its plural, or more
/// days, say that it repeats.
fn days_at(cursor: &mut Cursor<'_, '_>) -> Result<Option<Schedule>, String> {
    let mut ahead = *cursor;
    ahead.take(&["on"]);
    let plural = days::is_plural(&ahead.peek());
    let Some(on) = weekdays(&mut ahead).filter(|on| plural || on.names().count() > 1) else {
        return Ok(None);
    };
    let Some(at) = time(&mut ahead)? else {
        return Ok(None);
    };
    *cursor = ahead;
    Ok(Some(Schedule::Week { on, at }))
}

/// The days of `mondays`, `weekdays` or `mon and thu` without a time, as they were typed. A `weekend` is none of them.
pub(super) fn days_alone(cursor: &Cursor<'_, '_>) -> Option<String> {
    let mut ahead = *cursor;
    ahead.take(&["on"]);
    let first = ahead.peek();
    let many = weekdays(&mut ahead)?.names().count() > 1
        && !matches!(first.as_str(), "weekday" | "weekend" | "workday");
    let since = ahead.since(cursor.at);
    (many || days::is_plural(&first))
        .then(|| crate::name::one_line(&since, 40))?
        .map(|days| days.trim_end_matches([',', ':', '.', ';', '!']).to_owned())
}

/// Every so many days: at this time from its next occurrence on, or from now on at the time that it is.
fn daily(every: u32, at: Option<Time>, now: &Now<'_>) -> Schedule {
    let today = now.local.date();
    let Some(at) = at else {
        return Schedule::Days {
            every,
            at: now.minute(),
            from: today,
        };
    };
    let from = if at > now.local.time() || every.is_multiple_of(7) {
        today
    } else {
        today.tomorrow().unwrap_or(today)
    };
    Schedule::Days { every, at, from }
}

/// On these days of the week, or on the one that it is.
fn weekly(on: Option<Weekdays>, at: Option<Time>, now: &Now<'_>) -> Schedule {
    Schedule::Week {
        on: on.unwrap_or(Weekdays::only(now.local.date().weekday())),
        at: at.unwrap_or(now.minute()),
    }
}

/// Every so many days, which are weeks, from the next such day of the week on.
fn every_few_weeks(every: u32, on: Weekdays, at: Time, now: &Now<'_>) -> Result<Schedule, String> {
    if on.names().count() != 1 {
        return Err(
            "Every few weeks goes with one day of the week: `every 2 weeks on monday at 9:00`.".into(),
        );
    }
    let today = now.local.date();
    let first = if at > now.local.time() {
        Some(today)
    } else {
        today.tomorrow().ok()
    };
    let from = first.and_then(|first| on.first_from(first)).unwrap_or(today);
    Ok(Schedule::Days { every, at, from })
}

fn on_weekdays(cursor: &mut Cursor<'_, '_>) -> Option<Weekdays> {
    if cursor.is_past_clause() {
        return None;
    }
    let mut ahead = *cursor;
    ahead.take(&["on"]);
    let days = weekdays(&mut ahead)?;
    *cursor = ahead;
    Some(days)
}

/// `at 9`, `at 9:00`, `9:00`, `6pm`. An hour alone needs the word before it.
fn time(cursor: &mut Cursor<'_, '_>) -> Result<Option<Time>, String> {
    if cursor.is_past_clause() {
        return Ok(None);
    }
    let mut ahead = *cursor;
    let said_at = ahead.take(&["at"]);
    let found = time_of_day::read(&mut ahead, said_at)?;
    if found.is_none() {
        return Ok(None);
    }
    *cursor = ahead;
    if !cursor.is_past_clause() && cursor.word(0).is_some_and(time_of_day::is_zone) {
        return Err(
            "What repeats follows the configured zone, so leave the zone out: `daily at 9:00`.".into(),
        );
    }
    Ok(found)
}

/// `Monday`, `mon, wed and fri`, `mon-fri`, `weekday`, `weekends`.
fn weekdays(cursor: &mut Cursor<'_, '_>) -> Option<Weekdays> {
    let mut found = Weekdays::default();
    let mut ahead = *cursor;
    while let Some(days) = ahead.word(0).and_then(days_of) {
        let more_follows = ahead.word(0).is_some_and(|word| word.text.ends_with(','));
        found = found.and(days);
        ahead.skip(1);
        *cursor = ahead;
        if !ahead.take(&["and", "&", "+"]) && !more_follows {
            break;
        }
        ahead.take(&["and", "&", "+"]);
    }
    (!found.is_empty()).then_some(found)
}

fn days_of(word: &Word<'_>) -> Option<Weekdays> {
    let plain = word.plain();
    match plain.as_str() {
        "weekday" | "weekdays" | "workday" | "workdays" => return Some(Weekdays::WORKING),
        "weekend" | "weekends" => return Some(Weekdays::WEEKEND),
        _another => {}
    }
    if let Some((first, last)) = plain.split_once(['-', '–']) {
        return days::parse(first)
            .zip(days::parse(last))
            .map(|(first, last)| range(first, last));
    }
    let mut found = Weekdays::default();
    for name in plain.split([',', '/']) {
        found = found.and(Weekdays::only(days::parse(name)?));
    }
    Some(found)
}

fn range(first: Weekday, last: Weekday) -> Weekdays {
    let mut found = Weekdays::only(first);
    let mut day = first;
    while day != last {
        day = day.next();
        found = found.and(Weekdays::only(day));
    }
    found
}

impl Now<'_> {
    /// The time of day without its seconds.
    fn minute(&self) -> Time {
        let time = self.local.time();
        Time::new(time.hour(), time.minute(), 0, 0).unwrap_or(Time::midnight())
    }
}
