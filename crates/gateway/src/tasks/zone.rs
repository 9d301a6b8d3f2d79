//! The zones of Tasks' times.

use jiff::tz::TimeZone;

use super::TaskError;
use crate::config::TaskSettings;

/// Its name where the system does not tell one.
const FALLBACK: &str = "UTC";

/// The configured zone, or else the system's; with its name.
#[must_use]
pub fn configured(settings: &TaskSettings) -> (TimeZone, String) {
    let named = settings.zone.as_deref().and_then(|name| get(name).ok());
    let zone = named.unwrap_or_else(TimeZone::system);
    match zone.iana_name() {
        Some(name) if !zone.is_unknown() => {
            let name = name.to_owned();
            (zone, name)
        }
        Some(_) | None => (TimeZone::UTC, FALLBACK.to_owned()),
    }
}

/// A zone by the name that somebody gave, with its proper name.
///
/// # Errors
/// When there is no such zone.
pub fn named(name: &str) -> Result<(TimeZone, String), TaskError> {
    let zone = get(name).map_err(|_unknown| {
        TaskError::Wrong(format!(
            "{name:?} is no time zone; name one as Europe/Berlin or America/New_York"
        ))
    })?;
    let name = zone.iana_name().unwrap_or(FALLBACK).to_owned();
    Ok((zone, name))
}

/// The zone of a stored Task. One that this machine does not know any more is UTC.
#[must_use]
pub fn stored(name: &str) -> TimeZone {
    get(name).unwrap_or_else(|error| {
        tracing::warn!("the zone of a Task is not known here, so UTC is taken: {error}");
        TimeZone::UTC
    })
}

fn get(name: &str) -> Result<TimeZone, jiff::Error> {
    TimeZone::get(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_name_in_any_case() {
        let (_, name) = named(" europe/berlin ").expect("a zone");
        assert_eq!(name, "Europe/Berlin");
        let error = named("Middle/Earth").expect_err("no zone");
        assert!(error.to_string().contains("Middle/Earth"), "{error}");
        assert_eq!(stored("Middle/Earth"), TimeZone::UTC);
    }

    #[test]
    fn the_configured_zone_is_taken_and_otherwise_one_with_a_name() {
        let settings = TaskSettings {
            zone: Some("Asia/Tokyo".to_owned()),
            ..TaskSettings::default()
        };
        assert_eq!(configured(&settings).1, "Asia/Tokyo");
        let (zone, name) = configured(&TaskSettings::default());
        assert_eq!(stored(&name).iana_name(), zone.iana_name());
    }
}
