//! What is told: one JSON object.

use serde::Serialize;

use crate::clock;
use crate::store::alert::Alert;

/// What stands before the next command in a notice.
const NEXT: &str = " Next: ";

/// An alert, as a webhook or a program gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The same however often this is told.
    pub id: String,
    /// When it was noticed, RFC 3339 in UTC.
    pub at: String,
    /// The same in Unix milliseconds.
    pub at_ms: i64,
    /// Account id; empty where it is about the gateway.
    pub account: String,
    /// The kind.
    pub kind: String,
    /// The account's state when this is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// For people.
    pub text: String,
    /// The next command, if one helps.
    pub next: Option<String>,
    /// How many earlier ones of this kind it stands for besides itself.
    pub more: u64,
    /// Who tells it: `fased` and its version.
    pub from: String,
}

impl Message {
    /// An alert in words.
    pub(super) fn of(alert: &Alert, state: Option<String>) -> Self {
        let (text, next) = match alert.text.split_once(NEXT) {
            Some((text, next)) => (text.to_owned(), Some(next.to_owned())),
            None => (alert.text.clone(), None),
        };
        let text = match alert.more {
            0 => text,
            more => format!("{text} ({more} more before it)"),
        };
        Self {
            id: alert.id.clone(),
            at: at(alert.at_ms),
            at_ms: alert.at_ms,
            account: alert.account.clone(),
            kind: alert.kind.clone(),
            state,
            text,
            next,
            more: alert.more,
            from: from(),
        }
    }

    /// One to try whether it arrives.
    #[must_use]
    pub fn trial() -> Self {
        let now = clock::now_ms();
        Self {
            id: new_id(),
            at: at(now),
            at_ms: now,
            account: String::new(),
            kind: "test".to_owned(),
            state: None,
            text: "This is a test. If you can read it, alerts arrive.".to_owned(),
            next: None,
            more: 0,
            from: from(),
        }
    }
}

/// An id that no other alert has.
pub(super) fn new_id() -> String {
    let bytes: [u8; 16] = clock::random();
    format!("{:032x}", u128::from_be_bytes(bytes))
}

fn at(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms).map_or_else(|_| String::new(), |at| at.to_string())
}

fn from() -> String {
    concat!("fased ", env!("CARGO_PKG_VERSION")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_told_with_its_next_command_apart() {
        let alert = Alert {
            id: "1f".to_owned(),
            account: "work".to_owned(),
            kind: "state".to_owned(),
            text: "Another process uses this login. Next: fased channels resume --account work".to_owned(),
            at_ms: 1_700_000_000_000,
            more: 2,
            attempts: 0,
            first_ms: 1_699_999_990_000,
        };
        let message = Message::of(&alert, Some("replaced".to_owned()));
        assert_eq!(
            serde_json::to_value(&message).unwrap(),
            serde_json::json!({
                "id": "1f",
                "at": "2023-11-14T22:13:20Z",
                "at_ms": 1_700_000_000_000_i64,
                "account": "work",
                "kind": "state",
                "state": "replaced",
                "text": "Another process uses this login. (2 more before it)",
                "next": "fased channels resume --account work",
                "more": 2,
                "from": concat!("fased ", env!("CARGO_PKG_VERSION")),
            })
        );
        let plain = Message::of(
            &Alert {
                text: "No command helps.".to_owned(),
                more: 0,
                ..alert
            },
            None,
        );
        assert_eq!((plain.text.as_str(), plain.next), ("No command helps.", None));
    }

    #[test]
    fn ids_differ() {
        assert_ne!(new_id(), new_id());
        assert_eq!(new_id().len(), 32);
    }
}
