//! Who and where: addresses, parsed once and compared as types.
//!
//! A phone number, a hidden id (LID) and a group are not strings. A device suffix is gone as soon as one of
//! these types exists, and the digits of a LID can never meet the digits of a phone. Everything that prints
//! for a log (`Debug`) hides all but the last two digits; `Display` is what a person types and reads.

mod account;
mod allow;
mod chat;
mod identity;
mod lid;
mod phone;
mod target;
#[cfg(test)]
mod tests;

pub use account::AccountId;
pub use allow::{AllowEntry, AllowList, EntryError};
pub use chat::{ChatId, GroupId, OtherChat};
pub use identity::Identity;
pub use lid::Lid;
pub use phone::Phone;
pub use target::Target;

/// Why a text is not the id it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not an account id.
    #[error("an account id is 1 to 32 of a-z, 0-9, _ and -, and starts with a letter or a digit")]
    Account,
    /// Not a phone number.
    #[error(
        "a phone number is 7 to 15 digits in international form, without a leading 0, such as +15550100001"
    )]
    Phone,
    /// Not a LID.
    #[error("a LID is digits followed by @lid, such as 100000000000001@lid")]
    Lid,
    /// Not a group.
    #[error("a group is digits and dashes followed by @g.us, such as 120363000000000001@g.us")]
    Group,
    /// Nobody who can be written to.
    #[error(
        "a target is a number in international form, such as +15550100001, a hidden id, such as \
         100000000000001@lid, or a group, such as 120363000000000001@g.us"
    )]
    Target,
}

/// Serialises as what `Display` prints and reads through `parse`, so that a config can hold the type itself.
macro_rules! text_serde {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
use text_serde;

/// Splits an address into user and server, without the device (`:3`) and agent (`_1`) marks of the user.
fn split_jid(jid: &str) -> Option<(&str, &str)> {
    let (user, server) = jid.split_once('@')?;
    let user = strip_mark(user, ':')?;
    let user = strip_mark(user, '_')?;
    Some((user, server))
}

fn strip_mark(user: &str, mark: char) -> Option<&str> {
    match user.split_once(mark) {
        None => Some(user),
        Some((bare, number)) => is_digits(number).then_some(bare),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The end of a number, for logs.
fn last_two(digits: &str) -> &str {
    digits.get(digits.len().saturating_sub(2)..).unwrap_or("")
}
