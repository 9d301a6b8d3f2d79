//! The count: was each message answered exactly once? Asked of both sides, the gateway's journal
//! and the recipients' phones, because only the phones can tell a lost or a doubled answer.
//!
//! Which answer belongs to which message is what the gateway has recorded: an agent need not repeat the question, and
//! may answer several messages together. A message that `/stop` took back has a run that ended, and needs no answer. A run
//! that failed is no answer, though its failure be told; a script that wants it so says how many there are.

use std::collections::{HashMap, HashSet};

use fased_protocol::control::Explanation;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The state of a run that went well.
const OK: &str = "ok";
/// States of a run that did not.
const ERROR: &str = "error";
const INTERRUPTED: &str = "interrupted";
/// The state of a run that was taken back.
const CANCELLED: &str = "cancelled";

/// What a script brings about on purpose.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meant {
    /// Runs that fail.
    pub(super) failures: usize,
    /// The first so many messages may be taken back: those before the last command that ends a run.
    pub(super) stoppable: usize,
    /// The account only observes, so that whoever is let in is not answered.
    pub(super) observes: bool,
}

/// A message that the script sent: of a contact, or of the owner to themselves.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) id: String,
    pub(super) from: String,
}

/// What became of a number of messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Messages sent to the account.
    pub(crate) sent: usize,
    /// Of these, from senders that were let in.
    pub(crate) admitted: usize,
    /// Of these, with a run that went well, and all of its answer on the sender's phone.
    pub(crate) answered: usize,
    /// Of the others let in, those with a run that failed, and what was to be told of it on the sender's phone.
    pub(crate) failed: usize,
    /// How many of these the script wants.
    pub(crate) failures_meant: usize,
    /// Of the others let in, those that the script has taken back before they were answered.
    pub(crate) stopped: usize,
    /// Of the others let in, those that were only observed.
    pub(crate) observed: usize,
    /// Admitted, or not even recorded, and without an answer, or without a part of it: their ids.
    pub(crate) lost: Vec<String>,
    /// Answers that a phone got beyond one for each message, and what else a phone got twice.
    pub(crate) doubled: usize,
    /// Held back or dropped for a recorded reason.
    pub(crate) refused: usize,
}

/// Counts. `explained` has what the gateway knows of each message; `answers` are the messages that phones of contacts got
/// from the account; `unasked` has the ids of those that answer nothing, such as what a command sent, with the Task's run
/// that they are the result of, if they are one.
pub(super) fn tally(
    sent: &[Sent],
    explained: &HashMap<String, Explanation>,
    answers: &[Value],
    unasked: &HashMap<String, Option<i64>>,
    meant: Meant,
) -> Tally {
    let codes: HashSet<&str> = answers
        .iter()
        .filter(|answer| is_pairing(text(answer, "text")))
        .map(|answer| text(answer, "id"))
        .collect();
    let mut on_phones = HashSet::new();
    let (answers, again): (Vec<_>, Vec<_>) = answers
        .iter()
        .map(|answer| (text(answer, "id"), text(answer, "contact"), text(answer, "text")))
        .filter(|(_, _, text)| !is_pairing(text))
        .partition(|(id, contact, _)| on_phones.insert((*id, *contact)));
    let (others, answers): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(id, _, _)| unasked.contains_key(*id));
    let mut tally = Tally {
        sent: sent.len(),
        failures_meant: meant.failures,
        doubled: again.len() + results_twice(&others, unasked),
        ..Tally::default()
    };
    let mut accounted: HashSet<&str> = HashSet::new();
    for (index, message) in sent.iter().enumerate() {
        let Some(explanation) = explained.get(&message.id) else {
            tally.lost.push(message.id.clone());
            continue;
        };
        if explanation
            .verdict
            .as_deref()
            .is_some_and(|verdict| verdict != "admit")
        {
            tally.refused += 1;
            continue;
        }
        tally.admitted += 1;
        let ids: HashSet<&str> = explanation
            .sent
            .iter()
            .map(|sent| sent.message_id.as_str())
            .collect();
        let mut texts = HashSet::new();
        let mut arrived = HashSet::new();
        for (id, contact, text) in &answers {
            if ids.contains(id) && *contact == message.from {
                arrived.insert(id);
                // What answers several messages together is looked at once.
                if accounted.insert(id) && !texts.insert(text) {
                    tally.doubled += 1;
                }
            }
        }
        // Before its verdict a code may have gone out, which is no answer.
        let owed = ids.iter().filter(|id| !codes.contains(*id)).count();
        match explanation.run.as_ref().map(|run| run.state.as_str()) {
            Some(CANCELLED) if owed == arrived.len() && index < meant.stoppable => tally.stopped += 1,
            Some(ERROR | INTERRUPTED) if owed == arrived.len() => tally.failed += 1,
            Some(OK) if owed == arrived.len() && owed > 0 => tally.answered += 1,
            None if meant.observes && owed == 0 => tally.observed += 1,
            Some(_) | None => tally.lost.push(message.id.clone()),
        }
    }
    let senders: HashSet<&str> = sent.iter().map(|message| message.from.as_str()).collect();
    // An answer that belongs to no message is one too many, too.
    tally.doubled += answers
        .iter()
        .filter(|(id, contact, _)| senders.contains(contact) && !accounted.contains(id))
        .count();
    tally
}

/// How often a phone got the same again as the result of one run of a Task. Another run may well say the same.
fn results_twice(others: &[(&str, &str, &str)], unasked: &HashMap<String, Option<i64>>) -> usize {
    let mut results = HashSet::new();
    let of_runs = others
        .iter()
        .filter_map(|(id, contact, text)| Some((unasked.get(*id).copied()??, contact, text)));
    of_runs.filter(|result| !results.insert(*result)).count()
}

impl Tally {
    /// Nothing lost, nothing doubled, and nothing failed but what the script wants.
    pub(super) fn is_clean(&self) -> bool {
        self.lost.is_empty()
            && self.doubled == 0
            && self.failed == self.failures_meant
            && self.answered + self.failed + self.stopped + self.observed == self.admitted
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            sent,
            admitted,
            answered,
            failed,
            failures_meant,
            stopped,
            observed,
            lost,
            doubled,
            refused,
        } = self;
        let lost = lost.len();
        write!(
            f,
            "in {sent} = let in {admitted} + held or dropped {refused} · answered {answered}"
        )?;
        if *failed + *failures_meant > 0 {
            write!(f, " · failed {failed}, expected {failures_meant}")?;
        }
        if *stopped > 0 {
            write!(f, " · stopped {stopped}")?;
        }
        if *observed > 0 {
            write!(f, " · only observed {observed}")?;
        }
        write!(f, " · lost {lost} · doubled {doubled}")
    }
}

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap_or_default()
}

/// The text that hands out a code is no answer.
fn is_pairing(text: &str) -> bool {
    text.contains("fased pairing approve") || text == fased_policy::pairing::approved_text()
}
