//! To whom, as a person writes it: a number, a hidden id or a group. Strict, because what is misread here is
//! read by a stranger: a device of somebody, a list or a status is no target.

use std::fmt;

use super::{GroupId, IdError, Lid, Phone, text_serde};

/// Somebody or some group that can be written to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A person, by number.
    Phone(Phone),
    /// A person, by hidden id.
    Lid(Lid),
    /// A group.
    Group(GroupId),
}

impl Target {
    /// Reads a number in any spelling that a list takes, an address of a person or a group, each with or
    /// without `whatsapp:`, and groups also with `group:`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        let text = text.strip_prefix("whatsapp:").unwrap_or(text).trim_start();
        if let Some(group) = text.strip_prefix("group:") {
            return GroupId::parse(group)
                .map(Self::Group)
                .map_err(|_not_a_group| IdError::Target);
        }
        let found = match text.rsplit_once('@') {
            None => Phone::parse(text).ok().map(Self::Phone),
            Some((user, _server)) if user.contains([':', '_']) => None,
            Some((_user, "g.us")) => GroupId::parse(text).ok().map(Self::Group),
            Some(_person) => Lid::from_jid(text)
                .map(Self::Lid)
                .or_else(|| Phone::from_jid(text).map(Self::Phone)),
        };
        found.ok_or(IdError::Target)
    }

    /// The address to write to.
    #[must_use]
    pub fn to_jid(&self) -> String {
        match self {
            Self::Phone(phone) => phone.to_jid(),
            Self::Lid(lid) => lid.to_jid(),
            Self::Group(group) => group.to_string(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(phone) => phone.fmt(f),
            Self::Lid(lid) => lid.fmt(f),
            Self::Group(group) => group.fmt(f),
        }
    }
}

text_serde!(Target);
