//! Hidden ids. WhatsApp gives a person a LID instead of their number; only WhatsApp can tell the two together.

use std::fmt;

use super::{IdError, is_digits, last_two, split_jid, text_serde};

/// A hidden id. Its digits are not a phone number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lid(String);

impl Lid {
    /// The longest that is taken for one.
    pub const MAX_DIGITS: usize = 20;

    /// Reads `100000000000001@lid`, with or without a device or a `whatsapp:` prefix.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        let text = text.strip_prefix("whatsapp:").unwrap_or(text);
        Self::from_jid(text).ok_or(IdError::Lid)
    }

    /// Reads an address; its device does not matter.
    #[must_use]
    pub fn from_jid(jid: &str) -> Option<Self> {
        let (user, server) = split_jid(jid)?;
        let valid =
            matches!(server, "lid" | "hosted.lid") && is_digits(user) && user.len() <= Self::MAX_DIGITS;
        valid.then(|| Self(user.to_owned()))
    }

    /// The address to write to.
    #[must_use]
    pub fn to_jid(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Lid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@lid", self.0)
    }
}

impl fmt::Debug for Lid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lid(…{})", last_two(&self.0))
    }
}

text_serde!(Lid);
