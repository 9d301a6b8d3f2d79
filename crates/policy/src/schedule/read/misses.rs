//! First words that are a slip of a word of schedules: `evry 2h`, `tomorow at 9`.

use super::{Now, repeating};
use crate::near::is_within;
use crate::schedule::time_of_day;
use crate::schedule::words::Cursor;

/// What nobody writes but by a slip of these is refused whatever follows.
const REPEATING: [&str; 5] = ["every", "daily", "weekly", "hourly", "monthly"];
/// These begin a schedule only where a time follows, and so do slips of them.
const DAYS: [&str; 20] = [
    "tomorrow",
    "today",
    "tonight",
    "weekdays",
    "weekends",
    "everyday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
    "sundays",
];
/// Words and names that are one letter away. They are slips only where a time follows.
const WORDS: [&str; 11] = [
    "ever", "very", "avery", "emery", "dairy", "daisy", "dally", "gaily", "weakly", "meekly", "sourly",
];

/// The word of schedules that the first word is a slip of, if a schedule was meant.
pub(super) fn meant(cursor: &Cursor<'_, '_>, now: &Now<'_>) -> Option<&'static str> {
    let word = cursor.peek();
    let repeating = one_slip_of(&word, &REPEATING);
    let behind = behind(cursor, 1);
    if let Some(meant) = repeating {
        let is_word = WORDS.contains(&word.as_str());
        return (!is_word || is_timed(&behind) || (meant == "every" && takes_every(cursor, now)))
            .then_some(meant);
    }
    if matches!(
        word.as_str(),
        "corn" | "crom" | "crn" | "con" | "crone" | "cronn" | "chron" | "kron"
    ) {
        return is_field(&behind).then_some("cron");
    }
    let (day, behind) = match word.as_str() {
        "on" | "next" => (behind.peek(), self::behind(cursor, 2)),
        _another => (word, behind),
    };
    slip_of_day(&day).filter(|_day| is_timed(&behind))
}

/// The name of a day, or a word like `tomorrow`, that this is one slip away from.
pub(super) fn slip_of_day(word: &str) -> Option<&'static str> {
    one_slip_of(word, &DAYS)
}

fn one_slip_of(word: &str, all: &[&'static str]) -> Option<&'static str> {
    // A word of schedules is no slip of another.
    let is_known = REPEATING.contains(&word) || DAYS.contains(&word);
    let is_meant = |meant: &&&str| !is_known && is_within(word, meant, 1);
    all.iter().find(is_meant).copied()
}

/// Does `at` or a time of day come?
fn is_timed(cursor: &Cursor<'_, '_>) -> bool {
    cursor.peek() == "at" || !matches!(time_of_day::read(&mut cursor.clone(), false), Ok(None))
}

/// Would it be a schedule with `every` in place of the first word?
fn takes_every(cursor: &Cursor<'_, '_>, now: &Now<'_>) -> bool {
    !matches!(repeating::every(&mut cursor.clone(), now), Ok(None))
}

/// Is it a field of cron?
fn is_field(cursor: &Cursor<'_, '_>) -> bool {
    let field = cursor.peek();
    field.starts_with(|c: char| c == '*' || c == '@' || c.is_ascii_digit())
        && cursor
            .word(1)
            .is_some_and(|next| next.text.starts_with(|c: char| c == '*' || c.is_ascii_digit()))
}

fn behind<'w, 'a>(cursor: &Cursor<'w, 'a>, words: usize) -> Cursor<'w, 'a> {
    let mut behind = *cursor;
    behind.skip(words);
    behind
}
