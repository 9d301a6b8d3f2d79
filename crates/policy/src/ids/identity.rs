//! One person: what is known of their LID and their phone number.

use super::{Lid, Phone};

/// One person, under every address that is known of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    /// Their hidden id, if it is known.
    pub lid: Option<Lid>,
    /// Their number, if it is known.
    pub phone: Option<Phone>,
    /// Other spellings of their number that WhatsApp takes for the same person.
    pub aliases: Vec<Phone>,
}

impl Identity {
    /// From an address and the other one that a stanza may carry. The first that says something wins.
    #[must_use]
    pub fn from_jids(jid: &str, alt: Option<&str>) -> Self {
        let alt = alt.unwrap_or("");
        Self {
            lid: Lid::from_jid(jid).or_else(|| Lid::from_jid(alt)),
            phone: Phone::from_jid(jid).or_else(|| Phone::from_jid(alt)),
            aliases: Vec::new(),
        }
    }

    /// Is this the same person: the same LID, or one phone in common? Two unknowns are not.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        same(self.lid.as_ref(), other.lid.as_ref())
            || self
                .phones()
                .any(|phone| other.phones().any(|theirs| theirs == phone))
    }

    /// Their number under every spelling.
    pub fn phones(&self) -> impl Iterator<Item = &Phone> {
        self.phone.iter().chain(&self.aliases)
    }

    /// Learns what `other` knows and this one does not; what is known already stays.
    pub fn merge(&mut self, other: &Self) {
        if self.lid.is_none() {
            self.lid.clone_from(&other.lid);
        }
        if self.phone.is_none() {
            self.phone.clone_from(&other.phone);
        }
        for alias in &other.aliases {
            if !self.phones().any(|known| known == alias) {
                self.aliases.push(alias.clone());
            }
        }
    }

    /// Nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lid.is_none() && self.phone.is_none()
    }

    /// For a person to read: the number, else the LID, else `unknown`.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.phone, &self.lid) {
            (Some(phone), Some(_) | None) => phone.to_string(),
            (None, Some(lid)) => lid.to_string(),
            (None, None) => "unknown".to_owned(),
        }
    }
}

impl From<Phone> for Identity {
    fn from(phone: Phone) -> Self {
        Self {
            phone: Some(phone),
            ..Self::default()
        }
    }
}

impl From<Lid> for Identity {
    fn from(lid: Lid) -> Self {
        Self {
            lid: Some(lid),
            ..Self::default()
        }
    }
}

fn same<T: PartialEq>(left: Option<&T>, right: Option<&T>) -> bool {
    left.is_some() && left == right
}
