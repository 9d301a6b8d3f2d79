//! What `/task new` makes of a text, and when it runs then.

use fased_policy::task::parse_new;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use serde::Deserialize;

use super::{check, same};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    zone: String,
    now: DateTime,
    text: String,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expected {
    schedule: Option<String>,
    name: Option<String>,
    prompt: String,
    max_runs: Option<u32>,
    max_successes: Option<u32>,
    next: Vec<String>,
    error: Option<String>,
}

fn found(given: &Given, zone: &TimeZone, times: usize) -> Result<Expected, String> {
    let now = given
        .now
        .to_zoned(zone.clone())
        .map_err(|error| error.to_string())?;
    let now_ms = now.timestamp().as_millisecond();
    let task = parse_new(&given.text, now_ms, zone)?;
    let mut next = Vec::new();
    let mut after_ms = now_ms;
    while next.len() < times {
        let schedule = task.schedule.as_ref().ok_or("no schedule")?;
        after_ms = schedule
            .next_after(now_ms, after_ms, zone)
            .ok_or("no further time")?;
        let moment = Timestamp::from_millisecond(after_ms).map_err(|error| error.to_string())?;
        next.push(
            Zoned::new(moment, zone.clone())
                .strftime("%Y-%m-%dT%H:%M%:z")
                .to_string(),
        );
    }
    Ok(Expected {
        schedule: task.schedule.map(|schedule| schedule.describe(zone)),
        name: task.name,
        prompt: task.prompt,
        max_runs: task.max_runs,
        max_successes: task.max_successes,
        next,
        error: None,
    })
}

#[test]
fn cases_of_schedules() {
    // No machine's own list of zones decides.
    let zones = TimeZoneDatabase::bundled();
    check("schedules.json", |given: &Given, expected: &Expected| {
        let zone = zones.get(&given.zone).map_err(|error| error.to_string())?;
        match (found(given, &zone, expected.next.len()), &expected.error) {
            (Err(why), Some(words)) if why.contains(words) => Ok(()),
            (Err(why), _) => Err(why),
            (Ok(found), _) => same(&found, expected),
        }
    });
}
