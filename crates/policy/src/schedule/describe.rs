//! Schedules in short words, as one reads them on a phone.

use jiff::Timestamp;
use jiff::civil::Time;

use super::{DAY_S, Limits, Schedule, Weekdays, Zone};

impl Schedule {
    /// In short words, with the zone where a time of day is in it: `every 2h30m`,
    /// `daily at 09:00 (Europe/Berlin)`.
    #[must_use]
    pub fn describe(&self, zone: &Zone) -> String {
        let phrase = self.phrase(zone);
        match self {
            Self::Every { .. } => phrase,
            Self::Days { .. } | Self::Week { .. } | Self::At { .. } | Self::Cron { .. } => {
                format!("{phrase} ({})", zone_name(zone))
            }
        }
    }

    /// The same without the zone, as it could be typed.
    #[must_use]
    pub fn phrase(&self, zone: &Zone) -> String {
        match self {
            Self::Every { seconds } => format!("every {}", duration(*seconds)),
            Self::Days { every: 1, at, .. } => format!("daily at {}", clock(*at)),
            Self::Days { every, at, from } if every.is_multiple_of(7) => {
                let day = Weekdays::only(from.weekday());
                let day = day.names().next().unwrap_or_default();
                format!("every {} weeks on {day} at {}", every / 7, clock(*at))
            }
            Self::Days { every, at, .. } => format!("every {every} days at {}", clock(*at)),
            Self::Week { on, at } => format!("{} at {}", days(*on), clock(*at)),
            Self::At { at_ms } => format!("at {}", local(*at_ms, zone)),
            Self::Cron { expression } => format!("cron {expression}"),
        }
    }
}

impl Limits {
    /// A schedule in words, and behind it how often it runs at most: `every 1m, 3 times`, `every 1m, until it went well
    /// once`.
    #[must_use]
    pub fn after(self, schedule: &str) -> String {
        let mut parts = vec![schedule.to_owned()];
        parts.extend(self.max_runs.map(times));
        let until = |successes| format!("until it went well {}", times(successes));
        parts.extend(self.max_successes.map(until));
        parts.join(", ")
    }
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        many => format!("{many} times"),
    }
}

/// A moment in local time with its zone: `2026-12-24 09:00 (Europe/Berlin)`.
#[must_use]
pub fn moment(at_ms: i64, zone: &Zone) -> String {
    format!("{} ({})", local(at_ms, zone), zone_name(zone))
}

fn local(at_ms: i64, zone: &Zone) -> String {
    let Ok(at) = Timestamp::from_millisecond(at_ms) else {
        return "a time beyond all calendars".to_owned();
    };
    let local = zone.to_datetime(at);
    let told = format!("{} {}", local.date(), clock(local.time()));
    // A local time that comes twice says which of the two it is.
    if zone.to_ambiguous_timestamp(local).is_ambiguous() {
        format!("{told}{}", at.to_zoned(zone.clone()).strftime("%:z"))
    } else {
        told
    }
}

fn clock(time: Time) -> String {
    let form = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.strftime(form).to_string()
}

fn zone_name(zone: &Zone) -> String {
    match (zone.iana_name(), zone.to_fixed_offset()) {
        (Some(name), _) => name.to_owned(),
        (None, Ok(offset)) => format!("UTC{offset}"),
        (None, Err(_)) => "local time".to_owned(),
    }
}

fn days(on: Weekdays) -> String {
    if on == Weekdays::ALL {
        return "daily".to_owned();
    }
    if on == Weekdays::WORKING {
        return "weekdays".to_owned();
    }
    if on == Weekdays::WEEKEND {
        return "weekends".to_owned();
    }
    let names: Vec<&str> = on.names().collect();
    match names.as_slice() {
        [one] => format!("every {one}"),
        many => {
            let short: Vec<&str> = many.iter().filter_map(|name| name.get(..3)).collect();
            format!("every {}", short.join(", "))
        }
    }
}

/// `2h30m`, `36h`, `90s`; days only where nothing is left over.
pub(super) fn duration(seconds: u64) -> String {
    if seconds > 0 && seconds.is_multiple_of(DAY_S) {
        // As hours, because days are local days elsewhere.
        return format!("{}h", seconds / 3_600);
    }
    let parts = [
        (seconds / 3_600, 'h'),
        (seconds % 3_600 / 60, 'm'),
        (seconds % 60, 's'),
    ];
    parts
        .into_iter()
        .filter(|(count, _unit)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect()
}
