//! `/help`: what there is, as far as whoever asks may use it.

use fased_policy::command::{self, Entry};

use super::{Answer, Asked};

pub(super) fn answer(asked: &Asked<'_>, topic: Option<&Entry>) -> Answer {
    match topic {
        Some(entry) if entry.owners_only && !asked.is_owner => super::for_owners(),
        Some(_) | None => Answer::says(command::help(topic, asked.is_owner)),
    }
}
