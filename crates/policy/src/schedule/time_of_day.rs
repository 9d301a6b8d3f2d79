//! Times of day and days, as people type them.

use jiff::civil::{Date, Time, Weekday};

use super::days;
use super::words::{Cursor, Word};

/// What a time may look like, for messages.
pub(super) const TIMES: &str = "a time such as 18:30, 6pm, noon or 9";

/// Reads a time of day; goes on past it. `Ok(None)` where there is none, an error for one that does not exist.
/// `bare` takes an hour alone (`9`), too.
pub(super) fn read(cursor: &mut Cursor<'_, '_>, bare: bool) -> Result<Option<Time>, String> {
    let word = cursor.peek();
    match word.as_str() {
        "noon" => return Ok(one_word(cursor, Time::constant(12, 0, 0, 0))),
        "midnight" => return Ok(one_word(cursor, Time::midnight())),
        _another => {}
    }
    let Some(Numbers {
        hour,
        minute,
        second,
        rest,
    }) = numbers(&word)
    else {
        return Ok(None);
    };
    let next = cursor.word(1).map(|next| next.plain()).unwrap_or_default();
    let (half, words) = match (rest, half(rest), half(&next)) {
        ("", _, Some(half)) => (Some(half), 2),
        ("", _, None) if next == "o'clock" || next == "o’clock" => (None, 2),
        ("", _, None) if bare || minute.is_some() => (None, 1),
        (_, Some(half), _) => (Some(half), 1),
        (_, None, _) => return Ok(None),
    };
    let wrong = || format!("\"{word}\" is no time of day; write {TIMES}.");
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return Err(wrong()),
        Some(Half::Morning) => hour % 12,
        Some(Half::Afternoon) => hour % 12 + 12,
    };
    let time = Time::new(hour, minute.unwrap_or(0), second, 0).map_err(|_out_of_range| wrong())?;
    cursor.skip(words);
    Ok(Some(time))
}

/// Is this word a time of day, be it an hour alone?
pub(super) fn is_time(word: &str) -> bool {
    let words = super::words::split(word);
    matches!(read(&mut Cursor::new(&words, 0), true), Ok(Some(_)))
}

fn one_word(cursor: &mut Cursor<'_, '_>, time: Time) -> Option<Time> {
    cursor.skip(1);
    Some(time)
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

fn half(word: &str) -> Option<Half> {
    match word {
        "am" | "a.m" => Some(Half::Morning),
        "pm" | "p.m" => Some(Half::Afternoon),
        _neither => None,
    }
}

/// What stands in a word: `6:30pm` is 6, 30 and `pm`.
struct Numbers<'a> {
    hour: i8,
    minute: Option<i8>,
    second: i8,
    rest: &'a str,
}

fn numbers(word: &str) -> Option<Numbers<'_>> {
    let (hour, rest) = two_digits(word)?;
    let found = |minute, second, rest| Numbers {
        hour,
        minute,
        second,
        rest,
    };
    // French style: 18h, 18h30.
    if let Some(minutes) = rest.strip_prefix('h') {
        if minutes.is_empty() {
            return Some(found(Some(0), 0, ""));
        }
        let (minute, rest) = exactly_two(minutes)?;
        return rest.is_empty().then_some(found(Some(minute), 0, rest));
    }
    let Some(after) = rest.strip_prefix([':', '.']) else {
        return Some(found(None, 0, rest));
    };
    let (minute, rest) = exactly_two(after)?;
    match rest.strip_prefix(':') {
        Some(seconds) => {
            let (second, rest) = exactly_two(seconds)?;
            Some(found(Some(minute), second, rest))
        }
        None => Some(found(Some(minute), 0, rest)),
    }
}

fn exactly_two(text: &str) -> Option<(i8, &str)> {
    two_digits(text).filter(|(_number, rest)| text.len() - rest.len() == 2)
}

/// One or two digits, and what follows that is no digit.
fn two_digits(text: &str) -> Option<(i8, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    (1..=2).contains(&end).then_some(())?;
    Some((digits.parse().ok()?, rest))
}

/// A day as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Today,
    Tomorrow,
    Weekday(Weekday),
    Date(Date),
}

/// Reads a day; goes on past it.
pub(super) fn read_day(cursor: &mut Cursor<'_, '_>) -> Result<Option<Day>, String> {
    let mut ahead = *cursor;
    ahead.take(&["on", "next"]);
    let word = ahead.peek();
    let day = match word.as_str() {
        "today" => Day::Today,
        "tomorrow" => Day::Tomorrow,
        name => match (days::parse(name), date(name)?) {
            (Some(day), _) => Day::Weekday(day),
            (None, Some(date)) => Day::Date(date),
            (None, None) => return Ok(None),
        },
    };
    ahead.skip(1);
    *cursor = ahead;
    Ok(Some(day))
}

/// `2026-12-24` or `24.12.2026`. An error for a day that no calendar has.
fn date(word: &str) -> Result<Option<Date>, String> {
    let parts: Vec<&str> = word.split(['-', '.']).collect();
    let [first, month, last] = parts.as_slice() else {
        return Ok(None);
    };
    if parts
        .iter()
        .any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Ok(None);
    }
    let (year, day) = match (first.len(), last.len(), word.contains('.')) {
        (4, 1..=2, false) => (first, last),
        (1..=2, 4, true) => (last, first),
        (_, _, _) => return Ok(None),
    };
    let date = match (year.parse(), month.parse(), day.parse()) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
        (_, _, _) => None,
    };
    date.map(Some)
        .ok_or_else(|| format!("\"{word}\" is no day of the calendar; write a date such as 2026-12-24."))
}

/// Is this word a zone, or a distance from UTC: `CET`, `UTC+2`, `Europe/Berlin`, `+02:00`?
pub(super) fn is_zone(word: &Word<'_>) -> bool {
    const SHORT: [&str; 30] = [
        "utc", "gmt", "cet", "cest", "eet", "eest", "bst", "msk", "edt", "cst", "cdt", "mdt", "pst", "pdt",
        "akst", "akdt", "hst", "jst", "kst", "hkt", "sgt", "aest", "aedt", "acst", "acdt", "awst", "nzst",
        "nzdt", "brt", "wib",
    ];
    // In small letters these are words.
    const CAPITALS: [&str; 12] = [
        "EST", "MST", "IST", "MET", "MEZ", "WET", "WEST", "SAST", "ET", "CT", "MT", "PT",
    ];
    const AREAS: [&str; 11] = [
        "africa",
        "america",
        "antarctica",
        "asia",
        "atlantic",
        "australia",
        "europe",
        "indian",
        "pacific",
        "etc",
        "us",
    ];
    let name = word
        .text
        .trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '+' | '-' | '/'));
    let small = name.to_lowercase();
    let rest = small
        .strip_prefix("utc")
        .or_else(|| small.strip_prefix("gmt"))
        .unwrap_or(&small);
    let distance = rest.strip_prefix(['+', '-', '−']).is_some_and(|distance| {
        let digits = distance.bytes().filter(u8::is_ascii_digit).count();
        let only = distance.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        // A number below zero may be meant for the agent.
        only && (digits >= 3 || (digits > 0 && !rest.starts_with('-')) || (digits > 0 && rest != small))
    });
    let area = small
        .split_once('/')
        .is_some_and(|(area, city)| AREAS.contains(&area) && !city.is_empty());
    distance || area || SHORT.contains(&small.as_str()) || CAPITALS.contains(&name)
}
