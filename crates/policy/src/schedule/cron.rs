//! Cron expressions. The library reads them and searches as if all was UTC; what a zone makes of a local time is
//! decided here, like that of all other schedules.

use cronexpr::{Crontab, FallbackTimezoneOption, ParseOptions};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{Zone, calendar};

/// The library looks four years ahead. Where the end of a century has no leap day, the next is eight years away.
const SEARCHES: usize = 3;
const SEARCH_YEARS: i16 = 4;
/// Longer expressions than anybody writes are refused, so that reading one stays cheap.
const MAX_LENGTH: usize = 200;

/// The names that stand for an expression.
const NAMED: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// The expression in its plain form: five fields, single spaces. Refuses what has other fields, and what never comes
/// in the years after `now_ms`.
pub(super) fn check(text: &str, now_ms: i64) -> Result<String, String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    if let [name] = fields.as_slice()
        && let Some((_name, expression)) = NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
    {
        return Ok((*expression).to_owned());
    }
    let expression = fields.join(" ");
    if fields.len() != 5 {
        return Err(wrong_count(fields.len()));
    }
    if expression.len() > MAX_LENGTH {
        return Err(format!(
            "A cron expression has at most {MAX_LENGTH} characters. {EXAMPLE}"
        ));
    }
    let crontab = read(&expression).ok_or_else(|| {
        let wrong = (0..5).find(|place| {
            let mut alone = ["*"; 5];
            if let (Some(slot), Some(field)) = (alone.get_mut(*place), fields.get(*place)) {
                *slot = field;
            }
            read(&alone.join(" ")).is_none()
        });
        let (field, allowed) = wrong
            .and_then(|place| FIELDS.get(place))
            .unwrap_or(&("expression", "five fields"));
        let found = wrong.and_then(|place| fields.get(place)).unwrap_or(&"");
        format!("The {field} of the cron expression cannot be {found:?}; it is {allowed}. {EXAMPLE}")
    })?;
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    if search(&crontab, TimeZone::UTC.to_datetime(now)).is_none() {
        return Err(format!(
            "\"{expression}\" never comes: no such day exists. {EXAMPLE}"
        ));
    }
    Ok(expression)
}

/// Says that there are too few fields or too many.
pub(super) fn wrong_count(found: usize) -> String {
    format!(
        "A cron expression has five fields (minute hour day month weekday), and this one has {found}. {EXAMPLE}"
    )
}

const EXAMPLE: &str = "Example: cron 0 9 * * 1-5 -- News: what happened?";
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12 or jan to dec"),
    ("day of the week", "0 to 7 or sun to sat"),
];

/// The first moment after `after` that the expression names.
pub(super) fn next(expression: &str, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let crontab = read(expression)?;
    if expression.split(' ').nth(1).is_some_and(names_every_hour) {
        return next_of_every_hour(&crontab, after, zone);
    }
    let mut local = zone.to_datetime(after);
    loop {
        local = search(&crontab, local)?;
        let moment = calendar::moment_of(local, zone)?;
        if moment > after {
            return Some(moment);
        }
    }
}

/// `*`, and what means the same: `*/1`, `0-23`.
fn names_every_hour(field: &str) -> bool {
    let midnight = jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0);
    field == "*"
        || read(&format!("0 {field} * * *")).is_some_and(|crontab| {
            (0..24).all(|hour| {
                midnight
                    .with()
                    .hour(hour)
                    .build()
                    .is_ok_and(|local| matches(&crontab, local))
            })
        })
}

/// Follows the clock as it goes: between two of its changes local time and moments differ by a fixed offset.
fn next_of_every_hour(crontab: &Crontab, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let mut after = after;
    loop {
        let offset = zone.to_offset(after);
        let found =
            search(crontab, offset.to_datetime(after)).and_then(|local| offset.to_timestamp(local).ok());
        let change = zone.following(after).find(|change| change.offset() != offset);
        match (found, change) {
            (Some(moment), Some(change)) if moment >= change.timestamp() => {
                after = change.timestamp();
                // The moment of the change itself may be one, and the search leaves out where it starts.
                if matches(crontab, change.offset().to_datetime(after)) {
                    return Some(after);
                }
            }
            (found, _) => return found,
        }
    }
}

fn matches(crontab: &Crontab, local: DateTime) -> bool {
    as_utc(local).is_some_and(|local| crontab.matches(local).unwrap_or(false))
}

/// The first local time after this one that the expression names.
fn search(crontab: &Crontab, after: DateTime) -> Option<DateTime> {
    let mut from = after;
    for _ in 0..SEARCHES {
        if let Ok(found) = crontab.find_next(as_utc(from)?) {
            return Some(found.datetime());
        }
        from = from
            .checked_add(jiff::Span::new().try_years(SEARCH_YEARS).ok()?)
            .ok()?;
    }
    None
}

fn as_utc(local: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(local).ok()
}

/// A sixth field would be a zone, which is not to be looked up here.
fn read(expression: &str) -> Option<Crontab> {
    if !expression.is_ascii() || expression.split_ascii_whitespace().count() != 5 {
        return None;
    }
    let mut options = ParseOptions::default();
    options.fallback_timezone_option = FallbackTimezoneOption::UTC;
    cronexpr::parse_crontab_with(expression, options).ok()
}
