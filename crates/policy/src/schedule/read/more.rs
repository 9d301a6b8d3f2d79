//! What goes on where a schedule has ended. Half of it must not run and the other half become words for the agent.

use super::misses;
use crate::schedule::words::Cursor;
use crate::schedule::{Schedule, duration, time_of_day};

/// Where a schedule was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Where nothing else may be.
    Alone,
    /// Where one is expected: any word that could belong to it does.
    Expected,
    /// At the end of a sentence: only what is followed by a time or a day belongs to it.
    Trailing,
}

/// Refuses what follows the schedule that begins at `start` and ends here, if it seems to belong to it.
pub(super) fn refuse(
    cursor: &Cursor<'_, '_>,
    start: usize,
    schedule: &Schedule,
    place: Place,
) -> Result<(), String> {
    if cursor.is_at_end() || cursor.is_past_clause() {
        return Ok(());
    }
    let word = cursor.peek();
    let mut next = *cursor;
    next.skip(1);
    let has_time = says_time(cursor, start);
    let any = place != Place::Trailing && !schedule.is_once();
    let instead = match word.as_str() {
        "at" if any || is_time(&next) => at_instead(schedule, has_time),
        "on" if is_unread_day(&next, schedule, place == Place::Trailing || start > 0 || has_time) => {
            "Write a day such as `weekly on friday at 9:00`."
        }
        _name if any && !has_time && takes_time(schedule) && names_a_time(cursor) => {
            "The time comes before the name: `every day at 9:00`."
        }
        "and" | "&" | "+" | "or" if is_half(&next) => "Write `every 1h30m`.",
        "and" | "&" | "+" | "or"
            if (any || has_time)
                && (is_time(&next)
                    || is_day(&next)
                    || duration::read(&mut next.clone(), false).is_some()) =>
        {
            SEVERAL
        }
        "except" | "excluding" if any || is_day(&next) => {
            "Name the days that are left: `every mon-sat at 9:00`."
        }
        "between" | "from" if any || is_time(&next) || is_day(&next) => {
            "Some hours of the day are said with cron: `cron */15 9-17 * * * -- …`."
        }
        _hour if has_time && is_after_comma(cursor) && is_time(cursor) => SEVERAL,
        _hour if any && !has_time && takes_time(schedule) && is_bare_hour(&word) => {
            "Before an hour stands `at`: `every day at 9`."
        }
        _words => return Ok(()),
    };
    let shown = |text: &str| crate::name::one_line(text, 40).unwrap_or_default();
    let colon = match place {
        Place::Alone => "",
        Place::Expected | Place::Trailing => " If that is for the agent, put a colon before it.",
    };
    Err(format!(
        "`{}` cannot go on with `{}`. {instead}{colon}",
        shown(&cursor.since(start)),
        shown(&word)
    ))
}

const SEVERAL: &str = "Several times a day are said with cron: `cron 0 9,17 * * * -- …`.";

fn at_instead(schedule: &Schedule, has_time: bool) -> &'static str {
    match schedule {
        Schedule::Every { .. } => "It counts elapsed time; at a time of day runs `every day at 9:00`.",
        Schedule::At { .. } => "Say day and time together: `tomorrow at 9:00`.",
        Schedule::Days { .. } | Schedule::Week { .. } | Schedule::Cron { .. } if has_time => SEVERAL,
        Schedule::Days { .. } | Schedule::Week { .. } | Schedule::Cron { .. } => {
            "Write a time such as `at 18:30`, `at 6pm` or `at noon`."
        }
    }
}

/// Was a time of day said in the words from `start` on?
fn says_time(cursor: &Cursor<'_, '_>, start: usize) -> bool {
    let from = |at: usize| placed(cursor, at);
    // `in 2h` is no time of day.
    from(start).peek() != "in"
        && (start..cursor.at).any(|at| {
            let word = from(at);
            word.peek() == "at" || matches!(time_of_day::read(&mut word.clone(), false), Ok(Some(_)))
        })
}

fn takes_time(schedule: &Schedule) -> bool {
    match schedule {
        Schedule::Days { .. } | Schedule::Week { .. } => true,
        Schedule::Every { .. } | Schedule::At { .. } | Schedule::Cron { .. } => false,
    }
}

/// Is it a day that cannot be read? Where other words may follow (`loosely`), only what is nearly the name of one.
fn is_unread_day(next: &Cursor<'_, '_>, schedule: &Schedule, loosely: bool) -> bool {
    takes_time(schedule) && !is_day(next) && (!loosely || misses::slip_of_day(&next.peek()).is_some())
}

/// Does a name follow that ends with a time: `news at 9: …`?
fn names_a_time(cursor: &Cursor<'_, '_>) -> bool {
    const MOST: usize = 4;
    (1..=MOST).any(|words| {
        let mut ahead = *cursor;
        ahead.skip(words);
        if ahead.is_past_clause() || !ahead.take(&["at"]) || ahead.is_past_clause() {
            return false;
        }
        matches!(time_of_day::read(&mut ahead, true), Ok(Some(_)))
            && ahead
                .at
                .checked_sub(1)
                .map(|last| placed(cursor, last))
                .is_some_and(|last| last.word(0).is_some_and(|word| word.text.ends_with(':')))
    })
}

fn is_time(cursor: &Cursor<'_, '_>) -> bool {
    matches!(time_of_day::read(&mut cursor.clone(), true), Ok(Some(_)))
}

fn is_day(cursor: &Cursor<'_, '_>) -> bool {
    matches!(time_of_day::read_day(&mut cursor.clone()), Ok(Some(_)))
}

/// `every hour and a half`.
fn is_half(cursor: &Cursor<'_, '_>) -> bool {
    let mut ahead = *cursor;
    ahead.take(&["a", "an"]);
    ahead.peek() == "half"
}

fn is_bare_hour(word: &str) -> bool {
    word.len() <= 2 && word.parse::<u8>().is_ok_and(|hour| hour <= 24)
}

fn is_after_comma(cursor: &Cursor<'_, '_>) -> bool {
    let before = cursor.at.checked_sub(1).map(|at| placed(cursor, at));
    before.is_some_and(|before| before.word(0).is_some_and(|word| word.text.ends_with(',')))
}

fn placed<'w, 'a>(cursor: &Cursor<'w, 'a>, at: usize) -> Cursor<'w, 'a> {
    let mut placed = *cursor;
    placed.at = at;
    placed
}
