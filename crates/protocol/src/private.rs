//! Strings that must never reach a log: their `Debug` shows a length or a short hash.
//!
//! Message text, ids of people, names and QR payloads are wrapped the moment they are parsed, so
//! that `{:?}` of any frame is safe to write to a log.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

/// Text that a person wrote, or a secret such as a QR payload. `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct Private(pub String);

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

impl From<&str> for Private {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A value that may hold people's numbers or texts, such as one of the config. `Debug` shows only of which kind it is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrivateValue(pub serde_json::Value);

impl fmt::Debug for PrivateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            serde_json::Value::Null => "<null>",
            serde_json::Value::Bool(_) => "<bool>",
            serde_json::Value::Number(_) => "<number>",
            serde_json::Value::String(_) => "<text>",
            serde_json::Value::Array(_) => "<list>",
            serde_json::Value::Object(_) => "<object>",
        })
    }
}

/// A WhatsApp address such as `15550100001@s.whatsapp.net`, `100200300@lid` or `…@g.us`, exactly
/// as the library wrote it. `Debug` shows the server part and a short hash of the user part, so
/// that log lines about one chat can be matched without naming the person.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct Jid(pub String);

impl fmt::Debug for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.0.split_once('@').map_or("?", |(_, server)| server);
        write!(f, "{}@{server}", short_hash(&self.0))
    }
}

impl From<&str> for Jid {
    fn from(jid: &str) -> Self {
        Self(jid.to_owned())
    }
}

/// Six hex digits that stand for `text` in a log. Not a secret-keeping hash: it only keeps numbers
/// and texts from being readable at a glance or found by searching for them.
#[must_use]
pub fn short_hash(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:06x}", hasher.finish() & 0x00ff_ffff)
}
