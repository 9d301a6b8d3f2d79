//! From local time to moments.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::AmbiguousOffset;

use super::Zone;

/// The moment of a local time: the first after the gap where a change of the clock leaves it out, the first of two
/// where it comes twice. Later local times are never earlier moments.
pub(super) fn moment_of(local: DateTime, zone: &Zone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(local).ok()
        }
        AmbiguousOffset::Gap { before, after } => {
            // Read with the later offset, a time inside the gap lies before the change.
            let earlier = after.to_timestamp(local).ok()?;
            zone.following(earlier)
                .find(|change| change.offset() != before)
                .map(|change| change.timestamp())
        }
    }
}

/// The first moment after `after` that has this time of day on a day that `first_from` chooses: given a day, it names
/// the first on or after it.
pub(super) fn next_day(
    after: Timestamp,
    zone: &Zone,
    at: Time,
    first_from: impl Fn(Date) -> Option<Date>,
) -> Option<Timestamp> {
    // A gap at midnight takes the evening before to the next day.
    let mut from = zone.to_datetime(after).date().yesterday().ok()?;
    loop {
        let day = first_from(from)?;
        let moment = moment_of(day.to_datetime(at), zone)?;
        if moment > after {
            return Some(moment);
        }
        from = day.tomorrow().ok()?;
    }
}

/// The first of `from`, `from` plus `every` days, … that is not before `day`.
pub(super) fn on_grid(from: Date, every: i32, day: Date) -> Option<Date> {
    let every = every.max(1);
    let passed = (day - from).get_days();
    let steps = if passed <= 0 { 0 } else { (passed - 1) / every + 1 };
    from.checked_add(jiff::Span::new().try_days(steps.checked_mul(every)?).ok()?)
        .ok()
}
