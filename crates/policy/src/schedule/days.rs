//! Days of the week.

use jiff::civil::{Date, Weekday};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Some days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weekdays(u8);

/// Monday first, each with the word in the store.
const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "mon", "Monday"),
    (Weekday::Tuesday, "tue", "Tuesday"),
    (Weekday::Wednesday, "wed", "Wednesday"),
    (Weekday::Thursday, "thu", "Thursday"),
    (Weekday::Friday, "fri", "Friday"),
    (Weekday::Saturday, "sat", "Saturday"),
    (Weekday::Sunday, "sun", "Sunday"),
];

impl Weekdays {
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b001_1111);
    /// Saturday and Sunday.
    pub const WEEKEND: Self = Self(0b110_0000);
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);

    /// One day.
    #[must_use]
    pub fn only(day: Weekday) -> Self {
        Self(1 << day.to_monday_zero_offset())
    }

    /// These and those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Is none among them?
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Is this day among them?
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & Self::only(day).0 != 0
    }

    /// Their English names, Monday first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        DAYS.into_iter()
            .filter(move |(day, _short, _name)| self.contains(*day))
            .map(|(_day, _short, name)| name)
    }

    /// The first of them that is not before `day`.
    pub(super) fn first_from(self, day: Date) -> Option<Date> {
        let mut found = day;
        for _ in 0..7 {
            if self.contains(found.weekday()) {
                return Some(found);
            }
            found = found.tomorrow().ok()?;
        }
        None
    }
}

/// Reads the name of a day: whole or its usual short forms, one or many (`mondays`), in any case.
pub(super) fn parse(word: &str) -> Option<Weekday> {
    let word = word.to_lowercase();
    let word = word.strip_suffix('.').unwrap_or(&word);
    DAYS.into_iter().find_map(|(day, short, name)| {
        let name = name.to_lowercase();
        let whole = word.strip_suffix('s').is_some_and(|one| one == name) || word == name;
        // mon, tues, thur, thurs
        let cut = word.len() >= short.len() && word.len() <= 5 && name.starts_with(word);
        (whole || cut).then_some(day)
    })
}

/// Is this the name of a day that means all of them: `mondays`? `tues` is short for one.
pub(super) fn is_plural(word: &str) -> bool {
    word.strip_suffix("days")
        .is_some_and(|stem| parse(&format!("{stem}day")).is_some())
}

impl Serialize for Weekdays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            DAYS.into_iter()
                .filter(|(day, _short, _name)| self.contains(*day))
                .map(|(_day, short, _name)| short),
        )
    }
}

impl<'de> Deserialize<'de> for Weekdays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut days = Self::default();
        for word in Vec::<String>::deserialize(deserializer)? {
            let day = DAYS.into_iter().find(|(_day, short, _name)| *short == word);
            let (day, _short, _name) =
                day.ok_or_else(|| D::Error::custom(format!("{word:?} is no day of the week")))?;
            days = days.and(Self::only(day));
        }
        if days.is_empty() {
            return Err(D::Error::custom("no day of the week is given"));
        }
        Ok(days)
    }
}
