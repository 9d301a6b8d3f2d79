//! Where a message was written.

use std::fmt;
use std::ops::Deref;

use super::{IdError, Identity, last_two, text_serde};

/// Where a message was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ChatId {
    /// With one person.
    Direct(Identity),
    /// A group.
    Group(GroupId),
    /// The linked number's chat with itself.
    SelfChat,
    /// Status updates, broadcast lists, newsletters and whatever else nobody can be answered in.
    NotAConversation(OtherChat),
}

impl ChatId {
    /// From a chat's address, the other one that a stanza may carry, and who we are.
    #[must_use]
    pub fn from_jids(chat: &str, alt: Option<&str>, own: &Identity) -> Self {
        if let Ok(group) = GroupId::parse(chat) {
            return Self::Group(group);
        }
        if Identity::from_jids(chat, None).is_empty() {
            return Self::NotAConversation(OtherChat(chat.to_owned()));
        }
        let person = Identity::from_jids(chat, alt);
        if own.matches(&person) {
            Self::SelfChat
        } else {
            Self::Direct(person)
        }
    }
}

/// The address of a group.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(String);

impl GroupId {
    /// Reads `120363000000000001@g.us`, or the older form with a dash.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let valid = text.strip_suffix("@g.us").is_some_and(|user| {
            user.starts_with(|first: char| first.is_ascii_digit())
                && user.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        });
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::Group)
        }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for GroupId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Groups of the older form hold their founder's number, so a log gets no more than the end.
impl fmt::Debug for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupId(…{})", last_two(self.0.trim_end_matches("@g.us")))
    }
}

text_serde!(GroupId);

/// The address of something that is not a conversation, kept as it came.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OtherChat(String);

impl OtherChat {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for OtherChat {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OtherChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OtherChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.0.rsplit_once('@').map_or("", |(_user, server)| server);
        write!(f, "OtherChat(…@{server})")
    }
}
