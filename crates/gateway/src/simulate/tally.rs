//! The count: was each message answered exactly once? Asked of both sides, the gateway's journal
//! and the recipients' phones, because only the phones can tell a lost or a doubled answer.
//!
//! Which answer belongs to which message is what the gateway has recorded: an agent need not repeat the question, and
//! may answer several messages together. A message that `/stop` took back has a run that ended, and needs no answer.

use std::collections::{HashMap, HashSet};

use fased_protocol::control::Explanation;
use serde_json::Value;

/// States of a run that has not ended.
const QUEUED: &str = "queued";
const RUNNING: &str = "running";
/// The state of a run that was taken back.
const CANCELLED: &str = "cancelled";

/// A message that the script sent.
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
    /// Of these, with a run that ended, and all of its answer on the sender's phone.
    pub(crate) answered: usize,
    /// Of the others let in, those that were taken back before they were answered.
    pub(crate) stopped: usize,
    /// Admitted, or not even recorded, and without an answer, or without a part of it: their ids.
    pub(crate) lost: Vec<String>,
    /// Answers that a phone got beyond one for each message.
    pub(crate) doubled: usize,
    /// Held back or dropped for a recorded reason.
    pub(crate) refused: usize,
}

/// Counts. `explained` has what the gateway knows of each message; `answers` are the messages that
/// phones of contacts got from the account, and `unasked` the ids of those that answer nothing, such as what a command sent.
pub(super) fn tally(
    sent: &[Sent],
    explained: &HashMap<String, Explanation>,
    answers: &[Value],
    unasked: &HashSet<String>,
) -> Tally {
    let codes: HashSet<&str> = answers
        .iter()
        .filter(|answer| is_pairing(text(answer, "text")))
        .map(|answer| text(answer, "id"))
        .collect();
    let answers: Vec<(&str, &str, &str)> = answers
        .iter()
        .map(|answer| (text(answer, "id"), text(answer, "contact"), text(answer, "text")))
        .filter(|(id, _, text)| !is_pairing(text) && !unasked.contains(*id))
        .collect();
    let mut tally = Tally {
        sent: sent.len(),
        ..Tally::default()
    };
    let mut accounted: HashSet<&str> = HashSet::new();
    for message in sent {
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
            Some(CANCELLED) if owed == arrived.len() => tally.stopped += 1,
            Some(QUEUED | RUNNING) | None => tally.lost.push(message.id.clone()),
            Some(_) if owed == arrived.len() && owed > 0 => tally.answered += 1,
            Some(_) => tally.lost.push(message.id.clone()),
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

impl Tally {
    /// Nothing lost, nothing doubled.
    pub(super) fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.doubled == 0 && self.answered + self.stopped == self.admitted
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            sent,
            admitted,
            answered,
            stopped,
            lost,
            doubled,
            refused,
        } = self;
        let lost = lost.len();
        write!(
            f,
            "in {sent} = let in {admitted} + held or dropped {refused} · answered {answered}"
        )?;
        if *stopped > 0 {
            write!(f, " · stopped {stopped}")?;
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

#[cfg(test)]
mod tests {
    use fased_protocol::control::{RunInfo, SentInfo};
    use serde_json::json;

    use super::*;

    fn sent(id: &str) -> Sent {
        Sent {
            id: id.to_owned(),
            from: "+15550100002".to_owned(),
        }
    }

    fn explained(verdict: &str, answers: &[&str]) -> Explanation {
        let sent = |id: &&str| SentInfo {
            message_id: (*id).to_owned(),
            chat: String::new(),
            state: "delivered".to_owned(),
            error_code: None,
            updated_ms: 0,
        };
        Explanation {
            account: "default".to_owned(),
            direction: "in".to_owned(),
            content: "text".to_owned(),
            verdict: Some(verdict.to_owned()),
            run: (verdict == "admit").then(|| run("ok")),
            sent: answers.iter().map(sent).collect(),
            ..Explanation::default()
        }
    }

    fn run(state: &str) -> RunInfo {
        RunInfo {
            kind: "message".to_owned(),
            state: state.to_owned(),
            ..RunInfo::default()
        }
    }

    fn answer(id: &str, text: &str) -> Value {
        json!({ "type": "message", "id": id, "contact": "+15550100002", "text": text })
    }

    fn count(explanations: &[(&str, Explanation)], answers: &[Value]) -> Tally {
        let messages = [sent("A"), sent("B")];
        let explained = explanations
            .iter()
            .map(|(id, e)| ((*id).to_owned(), e.clone()))
            .collect();
        tally(&messages, &explained, answers, &HashSet::from(["U".to_owned()]))
    }

    #[test]
    fn one_answer_each_is_clean_also_in_parts_and_with_a_code_before() {
        let held = explained("hold", &["C"]);
        let code = answer("C", "Ask the owner: fased pairing approve whatsapp ABCD2345");
        let both = count(
            &[("A", explained("admit", &["R1", "R2"])), ("B", held)],
            &[code, answer("R1", "one"), answer("R2", "two")],
        );
        assert!(both.is_clean(), "{both}");
        assert_eq!((both.admitted, both.answered, both.refused), (1, 1, 1));
    }

    #[test]
    fn what_answers_nothing_is_neither_an_answer_nor_one_too_many() {
        let both = [
            ("A", explained("admit", &["R1"])),
            ("B", explained("admit", &["R2"])),
        ];
        let clean = count(
            &both,
            &[answer("R1", "a"), answer("R2", "b"), answer("U", "by a command")],
        );
        assert!(clean.is_clean(), "{clean}");
        let lost = count(&both, &[answer("R1", "a"), answer("U", "by a command")]);
        assert_eq!(lost.lost, ["B"]);
    }

    #[test]
    fn messages_that_are_answered_together_share_their_answer() {
        let both = count(
            &[
                ("A", explained("admit", &["R1", "R2"])),
                ("B", explained("admit", &["R1", "R2"])),
            ],
            &[answer("R1", "one"), answer("R2", "two")],
        );
        assert!(both.is_clean(), "{both}");
        assert_eq!(both.answered, 2);
    }

    #[test]
    fn a_run_has_to_end_and_all_of_its_answer_to_arrive() {
        let mut open = explained("admit", &["R1"]);
        open.run = Some(run("running"));
        let answers = [answer("R1", "a"), answer("R2", "b")];
        let part = count(&[("A", open), ("B", explained("admit", &["R2", "R3"]))], &answers);
        assert_eq!(part.lost, ["A", "B"]);
        let silent = count(
            &[("A", explained("admit", &[])), ("B", explained("admit", &["R2"]))],
            &answers[1..],
        );
        assert_eq!(silent.lost, ["A"], "an agent that says nothing has not answered");
    }

    #[test]
    fn what_was_taken_back_needs_no_answer() {
        let mut stopped = explained("admit", &[]);
        stopped.run = Some(run("cancelled"));
        let both = count(
            &[("A", stopped), ("B", explained("admit", &["R1"]))],
            &[answer("R1", "stopped")],
        );
        assert!(both.is_clean(), "{both}");
        assert_eq!((both.answered, both.stopped), (1, 1));
    }

    #[test]
    fn a_missing_answer_is_lost_and_so_is_an_unrecorded_message() {
        let tally = count(&[("A", explained("admit", &["R1"]))], &[]);
        assert_eq!(tally.lost, ["A", "B"]);
        assert!(!tally.is_clean());
    }

    #[test]
    fn a_second_answer_is_doubled_whether_the_gateway_knows_of_it_or_not() {
        let known = count(
            &[
                ("A", explained("admit", &["R1", "R2"])),
                ("B", explained("admit", &["R3"])),
            ],
            &[answer("R1", "same"), answer("R2", "same"), answer("R3", "same")],
        );
        assert_eq!(known.doubled, 1);
        let unknown = count(
            &[
                ("A", explained("admit", &["R1"])),
                ("B", explained("admit", &["R3"])),
            ],
            &[answer("R1", "a"), answer("R2", "a"), answer("R3", "b")],
        );
        assert_eq!(unknown.doubled, 1);
    }
}
