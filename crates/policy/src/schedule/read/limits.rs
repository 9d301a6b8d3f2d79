//! How often a Task runs before it is done: `x5`, `5 times`, `until ok`, `until 3 ok`.

use crate::schedule::Schedule;
use crate::schedule::words::Cursor;

/// The most that can be asked for.
const MAX: u32 = 10_000;

/// After how many runs, or successes, a Task is done. At most 10,000 of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Runs that ended, however they did.
    pub max_runs: Option<u32>,
    /// Runs that went well.
    pub max_successes: Option<u32>,
}

/// Reads limits, which stand right after the schedule.
pub(super) fn read(cursor: &mut Cursor<'_, '_>, schedule: &Schedule) -> Result<Limits, String> {
    let mut limits = Limits::default();
    while !cursor.is_past_clause() {
        if limits.max_runs.is_none()
            && let Some(runs) = runs(cursor)?
        {
            limits.max_runs = Some(runs);
        } else if limits.max_successes.is_none()
            && let Some(successes) = successes(cursor)?
        {
            limits.max_successes = Some(successes);
        } else {
            break;
        }
    }
    if schedule.is_once() && limits != Limits::default() {
        return Err(
            "What has one time runs once; `x5` and `until ok` go with `every`, `daily` or `cron`.".into(),
        );
    }
    Ok(limits)
}

fn runs(cursor: &mut Cursor<'_, '_>) -> Result<Option<u32>, String> {
    let word = cursor.peek();
    let crossed = word
        .strip_prefix(['x', '×'])
        .or_else(|| word.strip_suffix(['x', '×']))
        .filter(|number| is_number(number));
    if let Some(number) = crossed {
        cursor.skip(1);
        return bounded(number).map(Some);
    }
    let times = cursor
        .word(1)
        .is_some_and(|next| matches!(next.plain().as_str(), "times" | "time"));
    if is_number(&word) && times {
        cursor.skip(2);
        return bounded(&word).map(Some);
    }
    Ok(None)
}

fn successes(cursor: &mut Cursor<'_, '_>) -> Result<Option<u32>, String> {
    let mut ahead = *cursor;
    if !ahead.take(&["until"]) {
        return Ok(None);
    }
    let number = ahead.peek();
    let count = if is_number(&number) {
        ahead.skip(1);
        number
    } else {
        "1".to_owned()
    };
    if !ahead.take(&["ok", "okay", "success", "successful"]) {
        return Ok(None);
    }
    *cursor = ahead;
    bounded(&count).map(Some)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn bounded(number: &str) -> Result<u32, String> {
    number
        .parse()
        .ok()
        .filter(|count| (1..=MAX).contains(count))
        .ok_or_else(|| {
            format!("A Task can be limited to 1 to {MAX} runs, not {number}. Example: every 1h x5")
        })
}
