//! Allow lists: strict to read, quick to ask.

use std::collections::HashSet;
use std::fmt;

use super::{Identity, Lid, Phone, text_serde};

/// One entry of an allow list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AllowEntry {
    /// `*`.
    Anyone,
    /// A phone number.
    Phone(Phone),
    /// A hidden id.
    Lid(Lid),
}

/// An entry that is none of what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{entry:?} is not an allow-list entry: write a number in international form (7 to 15 digits, no leading 0, \
     such as \"+15550100001\"), a hidden id such as \"100000000000001@lid\", or \"*\" for anyone"
)]
pub struct EntryError {
    entry: String,
}

impl EntryError {
    /// The entry as it was written.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.entry
    }
}

impl AllowEntry {
    /// Reads one entry.
    pub fn parse(text: &str) -> Result<Self, EntryError> {
        if text.trim() == "*" {
            return Ok(Self::Anyone);
        }
        Lid::parse(text)
            .map(Self::Lid)
            .or_else(|_not_a_lid| Phone::parse(text).map(Self::Phone))
            .map_err(|_neither| EntryError {
                entry: text.to_owned(),
            })
    }
}

impl fmt::Display for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("*"),
            Self::Phone(phone) => phone.fmt(f),
            Self::Lid(lid) => lid.fmt(f),
        }
    }
}

text_serde!(AllowEntry);

/// Who is allowed. Asking takes the same time for ten entries and for ten thousand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList {
    anyone: bool,
    phones: HashSet<Phone>,
    lids: HashSet<Lid>,
}

impl AllowList {
    /// A list of these entries; one that comes twice counts once.
    #[must_use]
    pub fn new(entries: Vec<AllowEntry>) -> Self {
        entries.into_iter().collect()
    }

    /// Is this person on the list?
    #[must_use]
    pub fn admits(&self, person: &Identity) -> bool {
        self.anyone || self.names(person)
    }

    /// Is this person on the list by number or hidden id, rather than by `*`?
    #[must_use]
    pub fn names(&self, person: &Identity) -> bool {
        person.phones().any(|phone| self.phones.contains(phone))
            || person.lid.as_ref().is_some_and(|lid| self.lids.contains(lid))
    }

    /// Does it hold a phone number?
    #[must_use]
    pub fn has_phones(&self) -> bool {
        !self.phones.is_empty()
    }

    /// Its phone numbers, in no particular order.
    pub fn phones(&self) -> impl Iterator<Item = &Phone> {
        self.phones.iter()
    }

    /// Its hidden ids, in no particular order.
    pub fn lids(&self) -> impl Iterator<Item = &Lid> {
        self.lids.iter()
    }

    /// Is nobody on it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.anyone && self.phones.is_empty() && self.lids.is_empty()
    }
}

impl Extend<AllowEntry> for AllowList {
    fn extend<I: IntoIterator<Item = AllowEntry>>(&mut self, entries: I) {
        for entry in entries {
            match entry {
                AllowEntry::Anyone => self.anyone = true,
                AllowEntry::Phone(phone) => {
                    self.phones.insert(phone);
                }
                AllowEntry::Lid(lid) => {
                    self.lids.insert(lid);
                }
            }
        }
    }
}

impl FromIterator<AllowEntry> for AllowList {
    fn from_iter<I: IntoIterator<Item = AllowEntry>>(entries: I) -> Self {
        let mut list = Self::default();
        list.extend(entries);
        list
    }
}

impl<'de> serde::Deserialize<'de> for AllowList {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<AllowEntry>::deserialize(deserializer).map(Self::new)
    }
}
