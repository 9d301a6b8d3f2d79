//! Answers to what an agent asked in a chat: whose counts, and which texts are one.
//!
//! Only an owner's counts, and only while a question waits in the chat. Everything else is judged as if there were none.

use super::{Facts, Mode, Rules};
use crate::ids::{ChatId, Identity};

/// A number that somebody typed for an answer, against the choices that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The choice at this place, from 0.
    Choice(usize),
    /// There is no choice with this number.
    OutOfRange(usize),
}

/// A longer number is talk: a year, a code, a phone number.
const MOST_DIGITS: usize = 3;

/// The number that a text is as a whole, with a full stop behind it or not.
#[must_use]
pub fn typed_number(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.strip_suffix('.').unwrap_or(text);
    let is_number =
        (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// What a number means among so many choices, which are counted from 1.
#[must_use]
pub fn chosen(number: usize, choices: usize) -> Answer {
    match number.checked_sub(1).filter(|place| *place < choices) {
        Some(place) => Answer::Choice(place),
        None => Answer::OutOfRange(number),
    }
}

impl Facts<'_> {
    /// What this event answers to the question that waits in its chat: a number that an owner typed, and nothing else.
    #[must_use]
    pub fn permission_answer(&self, rules: &Rules) -> Option<Answer> {
        let choices = self.question?;
        let number = typed_number(self.command_text()?)?;
        rules.is_owner(self).then(|| chosen(number, choices))
    }
}

impl Rules {
    /// Whether anybody may be in this chat whose answer would count. Only owners write in a direct chat that is with one; on
    /// a personal account the owner is in all of them. Who is in a group is not known here.
    #[must_use]
    pub fn may_be_answered(&self, chat: &ChatId, own: &Identity) -> bool {
        match chat {
            ChatId::Direct(person) => self.mode == Mode::Personal || self.owns(person, own, false),
            ChatId::SelfChat | ChatId::Group(_) | ChatId::NotAConversation(_) => true,
        }
    }
}
