//! Schedules in texts: at the beginning, at the end, and `every …` anywhere.
//!
//! | form | means |
//! |---|---|
//! | `every 5m`, `every 2h30m`, `every 30 minutes`, `hourly` | elapsed time, counted from when it was made |
//! | `every day`, `daily`, `every 2 days`, `weekly`, `every 2 weeks on Monday` | local days; the time of day is the one at which it was made, unless `at 9:00` follows |
//! | `every mon, wed and fri at 8`, `weekdays at 8`, `mondays at 9` | days of the week |
//! | `at 18:30`, `at 6pm`, `tomorrow at 9`, `at 2026-12-24 09:00`, `at 2026-12-24T09:00+01:00` | once; a time of today that is over means tomorrow |
//! | `in 20m`, `in 2 days` | once |
//! | `cron 0 9 * * 1-5 -- …` | as cron says |
//! | `now: …` | at once, and nothing in the text is taken for a schedule |
//!
//! After what repeats may stand how often: `x5` or `5 times`, and `until ok` or `until 3 ok`.
//! `every …` is found anywhere, and `hourly`, `daily [at 9]`, `weekly` and `mondays at 9` at the end, too. What begins
//! with `every`, `at`, `in` or `cron` has to be a schedule, and so has what is plainly meant as one (`mondays look`,
//! `monthly`), or is a slip of one (`evry 2h`, `tomorow at 9`): it must not start at once. What seems to go on with a schedule (`every day at 9 and 17`) is refused,
//! not left to the agent; a colon parts them.

mod limits;
mod misses;
mod more;
mod once;
mod repeating;
mod slips;

pub use limits::Limits;

use jiff::civil::DateTime;

use self::more::Place;
use super::words::{Cursor, Word, split};
use super::{Schedule, Zone, cron};
use crate::name::is_invisible;

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The schedule; none where there is none, which means now.
    pub(crate) schedule: Option<Schedule>,
    /// When it is to end.
    pub(crate) limits: Limits,
    /// What is left of the text.
    pub(crate) rest: String,
}

/// What times are counted from.
#[derive(Clone, Copy)]
struct Now<'z> {
    ms: i64,
    local: DateTime,
    zone: &'z Zone,
}

/// The forms, for messages.
const FORMS: &str =
    "Write `every 2h`, `every day at 9:00`, `at 18:30`, `in 20m`, or `cron 0 9 * * 1-5 -- …`.";
const OR_NOW: &str = "To start it now, begin with `now:`.";
/// Words at the end of a text among which a schedule is looked for.
const TRAILING_WORDS: usize = 10;

/// What the text is that a schedule may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// A schedule and nothing else.
    Alone,
    /// A Task.
    Task,
    /// What follows the name of a Task: where it only begins like a schedule, it is plain text.
    Named,
}

/// Is this meant as a schedule and nothing else, even if there is a slip in it? For those who leave out what is to
/// change.
pub(crate) fn is_meant(text: &str) -> bool {
    let words = split(text);
    let leading = Now::new(0, &Zone::UTC).and_then(|now| leading(text, &words, &now, Text::Alone));
    is_none(text)
        || match leading {
            Ok(found) => found.is_some_and(|found| found.schedule.is_some()),
            Err(_slip) => true,
        }
}

fn is_none(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    ["none", "never", "manual"]
        .iter()
        .any(|none| bare.eq_ignore_ascii_case(none))
}

/// Reads a text that is a schedule and nothing else, with its limits. `none` is no schedule: the Task runs only when
/// told to. `now_ms` is what `in` and times without a date count from.
pub fn parse(text: &str, now_ms: i64, zone: &Zone) -> Result<(Option<Schedule>, Limits), String> {
    if is_none(text) {
        return Ok((None, Limits::default()));
    }
    let words = split(text);
    let now = Now::new(now_ms, zone)?;
    let found = leading(text, &words, &now, Text::Alone)?
        .ok_or_else(|| format!("{} is no schedule. {FORMS}", quoted(text)))?;
    if !found.rest.is_empty() {
        return Err(format!(
            "{} is no part of a schedule. {FORMS}",
            quoted(&found.rest)
        ));
    }
    Ok((found.schedule, found.limits))
}

/// Looks for a schedule in a text. Behind a name (`named`), what begins like one and is none is plain text.
pub(crate) fn find(text: &str, now_ms: i64, zone: &Zone, named: bool) -> Result<Found, String> {
    let words = split(text);
    let now = Now::new(now_ms, zone)?;
    let kind = if named { Text::Named } else { Text::Task };
    // Whoever meant a plain sentence is told how to say so.
    let found = found_in(text, &words, &now, kind).map_err(|why| {
        let dot = if why.ends_with(['.', '?', '!']) { "" } else { "." };
        format!("{why}{dot} {OR_NOW}")
    })?;
    Ok(found.unwrap_or_else(|| Found {
        schedule: None,
        limits: Limits::default(),
        rest: text.trim().to_owned(),
    }))
}

fn found_in(text: &str, words: &[Word<'_>], now: &Now<'_>, kind: Text) -> Result<Option<Found>, String> {
    if let Some(found) = leading(text, words, now, kind)? {
        return Ok(Some(found));
    }
    if let Some(found) = trailing(text, words, now)? {
        return Ok(Some(found));
    }
    anywhere(text, words, now)
}

impl<'z> Now<'z> {
    fn new(ms: i64, zone: &'z Zone) -> Result<Self, String> {
        let now = super::timestamp(ms).ok_or("The clock shows a time beyond all calendars.")?;
        Ok(Self {
            ms,
            local: zone.to_datetime(now),
            zone,
        })
    }
}

fn leading(text: &str, words: &[Word<'_>], now: &Now<'_>, kind: Text) -> Result<Option<Found>, String> {
    let mut cursor = Cursor::new(words, 0);
    let read = match cursor.peek().as_str() {
        "every" => required(text, repeating::every(&mut cursor, now)),
        "at" => required(text, once::at(&mut cursor, now)),
        "in" => required(text, once::after(&mut cursor, now)),
        "cron" => return cron_line(text, words, now),
        "now" if cursor.word(0).is_some_and(|word| word.text.ends_with(':')) => {
            return Ok(Some(Found {
                schedule: None,
                limits: Limits::default(),
                rest: rest_from(text, words, 1),
            }));
        }
        _another => by_itself(&mut cursor, now, kind),
    };
    let schedule = match read {
        Ok(Some(schedule)) => schedule,
        Ok(None) => return Ok(None),
        Err(_no_schedule) if kind == Text::Named => return Ok(None),
        Err(why) => return Err(why),
    };
    let limits = limits::read(&mut cursor, &schedule)?;
    let place = match kind {
        Text::Alone => Place::Alone,
        Text::Task | Text::Named => Place::Expected,
    };
    more::refuse(&cursor, 0, &schedule, place)?;
    Ok(Some(Found {
        schedule: Some(schedule),
        limits,
        rest: rest_from(text, words, cursor.at),
    }))
}

/// A schedule that no word announces: `daily at 9`, `tomorrow at 9`.
fn by_itself(cursor: &mut Cursor<'_, '_>, now: &Now<'_>, kind: Text) -> Result<Option<Schedule>, String> {
    if let Some(schedule) = repeating::natural(cursor, now)? {
        return Ok(Some(schedule));
    }
    slips::refuse(cursor, now)?;
    once::day(cursor, now, kind == Text::Alone)
}

/// What begins with a word of schedules has to be one: a slip of the finger must not start it at once.
fn required(text: &str, read: Result<Option<Schedule>, String>) -> Result<Option<Schedule>, String> {
    match read? {
        Some(schedule) => Ok(Some(schedule)),
        None => Err(format!(
            "{} begins with no schedule that I can read. {FORMS}",
            quoted(text)
        )),
    }
}

/// `cron <five fields> -- <rest>`; the dashes may be missing, or one long dash that a keyboard made of them.
fn cron_line(text: &str, words: &[Word<'_>], now: &Now<'_>) -> Result<Option<Found>, String> {
    const MOST_FIELDS: usize = 16;
    let is_dash = |word: &Word<'_>| matches!(&*word.text, "--" | "---" | "—" | "–" | "-");
    let dash = words.iter().take(MOST_FIELDS).position(is_dash);
    let named = words
        .get(1)
        .is_some_and(|word| word.text.trim_start_matches(is_quote).starts_with('@'));
    let fields_end = (if named { 2 } else { 6 })
        .min(words.len())
        .min(dash.unwrap_or(usize::MAX));
    let mut cursor = Cursor::new(words, fields_end);
    let fields = words.get(1..fields_end).unwrap_or_default();
    let expression: Vec<&str> = fields
        .iter()
        .map(|word| word.text.trim_matches(is_quote))
        .collect();
    let schedule = Schedule::Cron {
        expression: cron::check(&expression.join(" "), now.ms)?,
    };
    let limits = limits::read(&mut cursor, &schedule)?;
    match dash {
        Some(dash) if cursor.at != dash => Err(cron::wrong_count(dash - 1)),
        Some(_) | None => Ok(Some(Found {
            schedule: Some(schedule),
            limits,
            rest: rest_from(text, words, cursor.at),
        })),
    }
}

fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»'
    )
}

/// `… daily`, `… weekdays at 8`: what ends the text.
fn trailing(text: &str, words: &[Word<'_>], now: &Now<'_>) -> Result<Option<Found>, String> {
    for place in words.len().saturating_sub(TRAILING_WORDS).max(1)..words.len() {
        let mut cursor = Cursor::new(words, place);
        let read = repeating::natural(&mut cursor, now);
        // What follows a name is read once more, by itself.
        let is_named = place.checked_sub(1).and_then(|name| words.get(name));
        if read.is_err() && is_named.is_some_and(|name| name.text.ends_with(':')) {
            continue;
        }
        if let Some(schedule) = read? {
            let limits = limits::read(&mut cursor, &schedule)?;
            if cursor.is_at_end() {
                return Ok(Some(without(text, words, place..cursor.at, schedule, limits)));
            }
            more::refuse(&cursor, place, &schedule, Place::Trailing)?;
        }
    }
    Ok(None)
}

fn anywhere(text: &str, words: &[Word<'_>], now: &Now<'_>) -> Result<Option<Found>, String> {
    for place in 1..words.len() {
        let mut cursor = Cursor::new(words, place);
        if cursor
            .word(0)
            .is_none_or(|word| !word.text.eq_ignore_ascii_case("every"))
        {
            continue;
        }
        if let Some(schedule) = repeating::every(&mut cursor, now)? {
            let limits = limits::read(&mut cursor, &schedule)?;
            more::refuse(&cursor, place, &schedule, Place::Expected)?;
            return Ok(Some(without(text, words, place..cursor.at, schedule, limits)));
        }
    }
    Ok(None)
}

/// The text without the words of its schedule.
fn without(
    text: &str,
    words: &[Word<'_>],
    taken: std::ops::Range<usize>,
    schedule: Schedule,
    limits: Limits,
) -> Found {
    let before_end = taken
        .start
        .checked_sub(1)
        .and_then(|last| words.get(last))
        .map_or(0, |word| word.end);
    let before = text.get(..before_end).unwrap_or_default().trim_start();
    let after = words
        .get(taken.end)
        .map_or("", |word| text.get(word.start..).unwrap_or_default());
    let rest = if after.is_empty() {
        before.trim_end_matches([',', ';']).to_owned()
    } else {
        format!("{before} {after}")
    };
    Found {
        schedule: Some(schedule),
        limits,
        rest: rest.trim().to_owned(),
    }
}

/// The text from this word on; a mark that stands alone before it is left out.
fn rest_from(text: &str, words: &[Word<'_>], from: usize) -> String {
    let is_mark = words
        .get(from)
        .is_some_and(|word| matches!(&*word.text, "-" | "--" | "---" | "–" | "—" | ":" | ","));
    let first = words.get(from + usize::from(is_mark));
    let rest = first.and_then(|word| text.get(word.start..)).unwrap_or_default();
    rest.trim_end().to_owned()
}

/// The beginning of a text, for messages.
fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let line = crate::name::one_line(text, MOST).unwrap_or_default();
    let more = if text.trim().chars().count() > MOST {
        "…"
    } else {
        ""
    };
    format!("\"{line}{more}\"")
}
