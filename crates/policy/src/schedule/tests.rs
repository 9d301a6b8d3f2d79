//! What people type, the times that it means, and how it is told.

mod around_changes;
mod grammar;
mod limited;
mod next;
mod properties;
mod refused;

use jiff::civil::DateTime;
use jiff::tz::TimeZoneDatabase;

use super::*;

/// From a database that is part of the tests, so that no machine's own decides.
fn zone(name: &str) -> Zone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

/// A moment in UTC.
fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

/// The moment of a local time that comes once.
fn local_ms(text: &str, zone: &Zone) -> i64 {
    let local: DateTime = text.parse().unwrap();
    let moment = zone.to_ambiguous_timestamp(local).unambiguous().unwrap();
    moment.as_millisecond()
}

/// A moment as its local time and distance from UTC.
fn shown(at_ms: i64, zone: &Zone) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap().to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}
