//! Phone numbers in E.164. Two spellings of one number are one value; anything doubtful is refused.

use std::fmt;

use super::{IdError, last_two, split_jid, text_serde};

/// A phone number in international form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

impl Phone {
    /// Reads what a person writes: `+1 (555) 010-0001`, `15550100001`, `whatsapp:+15550100001`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        let text = text.strip_prefix("whatsapp:").unwrap_or(text).trim_start();
        let text = text.strip_prefix('+').unwrap_or(text);
        let mut digits = String::with_capacity(15);
        for character in text.chars() {
            match character {
                '0'..='9' => digits.push(character),
                ' ' | '-' | '.' | '(' | ')' => {}
                _ => return Err(IdError::Phone),
            }
        }
        Self::from_digits(&digits).ok_or(IdError::Phone)
    }

    /// Reads an address such as `15550100001:3@s.whatsapp.net`; its device does not matter.
    #[must_use]
    pub fn from_jid(jid: &str) -> Option<Self> {
        let (user, server) = split_jid(jid)?;
        matches!(server, "s.whatsapp.net" | "c.us" | "hosted")
            .then(|| Self::from_digits(user))
            .flatten()
    }

    fn from_digits(digits: &str) -> Option<Self> {
        let valid = (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self(digits.to_owned()))
    }

    /// The digits, without `+`.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The address to write to.
    #[must_use]
    pub fn to_jid(&self) -> String {
        format!("{}@s.whatsapp.net", self.0)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(…{})", last_two(&self.0))
    }
}

text_serde!(Phone);
