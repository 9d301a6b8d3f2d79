//! A number: an owner's choice among what an agent asked in the chat. It is no command, but is carried out like one.

use super::{Answer, Asked, for_owners};
use crate::run::question::numbered;
use crate::run::questions::Answered;

/// Carried out twice it finds that nothing waits any more, so this need not be one with its answer.
pub(super) fn answer(asked: &Asked<'_>, number: usize) -> Answer {
    // Who owns the account may have changed since the verdict.
    if !asked.is_owner {
        return for_owners();
    }
    Answer::says(match asked.shared.engine.questions.answer(asked.seq, number) {
        Answered::Chosen { agent, choice, wish } => format!("{agent} goes on: {choice} ({wish})."),
        Answered::NoSuchChoice { agent, choices } => format!(
            "There is no choice {number}. {agent} waits for one of these:\n{}",
            numbered(&choices)
        ),
        Answered::Gone => "Nothing waits for an answer here any more.".to_owned(),
    })
}
