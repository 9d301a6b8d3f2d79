//! First words that are plainly meant as a schedule and are none: they must not start a Task at once.

use super::{Now, misses, repeating};
use crate::schedule::words::{Cursor, Word};
use crate::schedule::{duration, time_of_day};

/// Refuses them, with what to write instead.
pub(super) fn refuse(cursor: &Cursor<'_, '_>, now: &Now<'_>) -> Result<(), String> {
    let word = cursor.peek();
    let next = cursor.word(1).map(|next| next.plain()).unwrap_or_default();
    let mut ahead = *cursor;
    ahead.skip(1);
    match word.as_str() {
        "monthly" | "yearly" | "annually" | "quarterly" => Err(repeating::MONTHS.to_owned()),
        "fortnightly" | "biweekly" => Err("Write `every 2 weeks on monday at 9:00`.".to_owned()),
        "next" if matches!(next.as_str(), "week" | "month" | "year") => {
            Err("Say on which day, such as `monday at 9:00` or `at 2026-12-24 09:00`.".to_owned())
        }
        "tonight" => Err("Say at which time: `at 20:00`.".to_owned()),
        "remind" if next == "me" && is_when(cursor.word(2)) => {
            Err("Begin with the time, such as `at 18:30`, and leave out \"remind me\".".to_owned())
        }
        "each" if !matches!(repeating::every(&mut cursor.clone(), now), Ok(None)) => {
            Err("Write `every`, not `each`: `every 5m`.".to_owned())
        }
        "everyday" if next == "at" || !matches!(time_of_day::read(&mut ahead, false), Ok(None)) => {
            Err("Write `every day at 9:00`.".to_owned())
        }
        joined
            if joined
                .strip_prefix("every")
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) =>
        {
            Err("Put a space after `every`: `every 5m`.".to_owned())
        }
        _another => {
            if let Some(days) = repeating::days_alone(cursor) {
                return Err(format!("Say at which time: `{days} at 9:00`."));
            }
            if let Some(meant) = misses::meant(cursor, now) {
                let typed = crate::name::one_line(&word, 40).unwrap_or_default();
                return Err(format!("Is `{typed}` a slip? Did you mean `{meant}`?"));
            }
            joined(cursor)?;
            clock_time(cursor)
        }
    }
}

/// What `remind me` goes on with where it means a time.
fn is_when(word: Option<&Word<'_>>) -> bool {
    let word = word.map(Word::plain).unwrap_or_default();
    matches!(
        word.as_str(),
        "at" | "in" | "on" | "tomorrow" | "today" | "tonight"
    )
}

/// `in20m`, `at18:30`.
fn joined(cursor: &Cursor<'_, '_>) -> Result<(), String> {
    let word = cursor.peek();
    let digits = |text: &&str| text.starts_with(|c: char| c.is_ascii_digit());
    if let Some(length) = word.strip_prefix("in").filter(digits)
        && duration::is_compact(length)
    {
        return Err(format!("Put a space after `in`: `in {length}`."));
    }
    if let Some(time) = word.strip_prefix("at").filter(digits)
        && time_of_day::is_time(time)
    {
        return Err(format!("Put a space after `at`: `at {time}`."));
    }
    Ok(())
}

/// A time of day without `at` before it. Words for one, and numbers with a dot, may be meant otherwise.
fn clock_time(cursor: &Cursor<'_, '_>) -> Result<(), String> {
    let mut ahead = *cursor;
    let read = time_of_day::read(&mut ahead, false);
    let typed = ahead.since(cursor.at);
    let typed = typed.trim_end_matches([',', ':', ';', '.', '!']);
    if !matches!(read, Ok(Some(_))) || typed.contains('.') || !typed.starts_with(|c: char| c.is_ascii_digit())
    {
        return Ok(());
    }
    Err(format!(
        "Before a time stands `at`: `at {typed}`, or `every day at {typed}`."
    ))
}
