//! What a message holds besides its text.

use serde::{Deserialize, Serialize};

use crate::private::Private;

/// What a message holds besides text and media, as its sender wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Detail {
    /// A place.
    Location {
        /// Degrees, −90 to 90.
        latitude: f64,
        /// Degrees, −180 to 180.
        longitude: f64,
        /// In metres.
        accuracy_m: Option<u32>,
        /// What the place is called.
        name: Option<Private>,
        /// Where it is.
        address: Option<Private>,
        /// What was written with it.
        caption: Option<Private>,
        /// It moves.
        live: bool,
    },
    /// Contact cards.
    Contacts {
        /// The first 50 of them.
        cards: Vec<ContactCard>,
        /// How many there are.
        total: u32,
    },
    /// A poll.
    Poll {
        /// The question.
        question: Private,
        /// What can be chosen.
        options: Vec<Private>,
        /// How many may be chosen; 0 means any number.
        selectable: u32,
        /// What votes are encrypted with: 32 bytes in hex.
        secret: Option<Private>,
    },
    /// A vote in the poll that the message is about, encrypted with the poll's secret.
    Vote {
        /// The choice, base64.
        payload: Private,
        /// The nonce, base64.
        iv: Private,
    },
    /// A calendar event.
    Event {
        /// What it is called.
        name: Private,
        /// What is said about it.
        description: Option<Private>,
        /// When it begins, Unix seconds.
        #[cfg_attr(test, ts(type = "number | null"))]
        starts: Option<i64>,
        /// It was called off.
        cancelled: bool,
    },
}

/// One contact card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ContactCard {
    /// Whose.
    pub name: Option<Private>,
    /// Their numbers, as the card writes them; at most 20.
    pub phones: Vec<Private>,
}
