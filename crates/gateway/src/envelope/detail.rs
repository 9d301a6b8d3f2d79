//! What a message holds besides text and files, as agents get it: without keys, and with everything that its sender
//! named on one line and of bounded length.

use fased_policy::name::one_line;
use fased_protocol::private::Private;
use fased_protocol::sidecar::{ContactCard, Detail as Wire};
use serde::{Deserialize, Serialize};

use super::{Earlier, vote};
use crate::known::Known;
use crate::store::StoredMessage;

/// Longest name of a person, a place or a choice, in characters.
const MAX_NAME: usize = 200;
/// Longest question, address or title, in characters.
const MAX_LINE: usize = 1_000;
/// Choices of a poll that are passed on. WhatsApp allows 12.
const MAX_OPTIONS: usize = 50;
/// Contact cards that are passed on, and numbers of each.
const MAX_CARDS: usize = 50;
const MAX_PHONES: usize = 20;

/// What else a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        /// The first of them.
        cards: Vec<Card>,
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
    },
    /// A vote in the poll that the message is about.
    Vote {
        /// The poll's question, if the poll is known.
        question: Option<Private>,
        /// What was chosen; empty when an earlier vote was taken back, null when it cannot be read.
        choices: Option<Vec<Private>>,
        /// How many were chosen that the poll does not have.
        unknown: usize,
        /// Why it cannot be read.
        problem: Option<String>,
    },
    /// A calendar event.
    Event {
        /// What it is called.
        name: Private,
        /// What is said about it.
        description: Option<Private>,
        /// When it begins, Unix seconds.
        starts: Option<i64>,
        /// It was called off.
        cancelled: bool,
    },
}

impl Detail {
    /// Its kind, in one word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Location { .. } => "location",
            Self::Contacts { .. } => "contacts",
            Self::Poll { .. } => "poll",
            Self::Vote { .. } => "vote",
            Self::Event { .. } => "event",
        }
    }
}

/// One contact card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Whose.
    pub name: Option<Private>,
    /// Their numbers, as the card writes them.
    pub phones: Vec<Private>,
}

/// As the journal keeps it.
pub(super) fn wire(message: &StoredMessage) -> Option<Wire> {
    serde_json::from_str(message.detail.as_deref()?).ok()
}

pub(super) fn of(message: &StoredMessage, known: &Known, earlier: Option<&Earlier>) -> Option<Detail> {
    match wire(message)? {
        Wire::Vote { payload, iv } => Some(vote::read(message, known, earlier, &payload, &iv)),
        plain @ (Wire::Location { .. } | Wire::Contacts { .. } | Wire::Poll { .. } | Wire::Event { .. }) => {
            of_plain(plain)
        }
    }
}

/// Of a message that another one is about; what somebody voted in it is not read again.
pub(super) fn of_target(message: &StoredMessage) -> Option<Detail> {
    of_plain(wire(message)?)
}

fn of_plain(wire: Wire) -> Option<Detail> {
    Some(match wire {
        Wire::Location {
            latitude,
            longitude,
            accuracy_m,
            name,
            address,
            caption,
            live,
        } => Detail::Location {
            latitude,
            longitude,
            accuracy_m,
            name: name.and_then(|name| line(&name, MAX_NAME)),
            address: address.and_then(|address| line(&address, MAX_LINE)),
            caption,
            live,
        },
        Wire::Contacts { cards, total } => Detail::Contacts {
            cards: cards.into_iter().take(MAX_CARDS).map(card).collect(),
            total,
        },
        Wire::Poll {
            question,
            options,
            selectable,
            secret: _,
        } => Detail::Poll {
            question: self::question(&question),
            options: options.iter().filter_map(option).take(MAX_OPTIONS).collect(),
            selectable,
        },
        Wire::Vote { .. } => return None,
        Wire::Event {
            name,
            description,
            starts,
            cancelled,
        } => Detail::Event {
            name: line(&name, MAX_LINE).unwrap_or(Private(String::new())),
            description,
            starts,
            cancelled,
        },
    })
}

fn card(card: ContactCard) -> Card {
    Card {
        name: card.name.and_then(|name| line(&name, MAX_NAME)),
        phones: card
            .phones
            .iter()
            .filter_map(|phone| line(phone, MAX_NAME))
            .take(MAX_PHONES)
            .collect(),
    }
}

pub(super) fn question(question: &Private) -> Private {
    line(question, MAX_LINE).unwrap_or(Private(String::new()))
}

/// None for one that shows nothing.
pub(super) fn option(option: &Private) -> Option<Private> {
    line(option, MAX_NAME)
}

fn line(text: &Private, most: usize) -> Option<Private> {
    one_line(&text.0, most).map(Private)
}
