//! First words that are plainly meant as a schedule and are none: they must not start a Task at once.

use super::{Now, repeating};
use crate::schedule::time_of_day;
use crate::schedule::words::Cursor;

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
        _another => match repeating::days_alone(cursor) {
            Some(days) => Err(format!("Say at which time: `{days} at 9:00`.")),
            None => Ok(()),
        },
    }
}
