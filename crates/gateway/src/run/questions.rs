//! What agents have asked and wait for: which question a number in a chat answers, the oldest of the chat first.
//!
//! Gone with the process: a run that asked is started again by the next gateway, and asks again. One run asks one thing at
//! a time, so there are never more questions than runs that may be under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fased_policy::access::{Answer, chosen};
use tokio::sync::oneshot;

/// A message older than the question by more than this was not written in answer to it, however WhatsApp's clock and ours
/// differ.
const CLOCKS_DIFFER_S: i64 = 30;

/// How long an owner has to answer: the chat is told that it is five minutes.
const PATIENCE: Duration = Duration::from_secs(300);

/// Questions that wait.
#[derive(Debug)]
pub(crate) struct Questions {
    waiting: Mutex<Waiting>,
    /// How long an owner has to answer.
    pub(super) patience: Duration,
}

impl Default for Questions {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            patience: PATIENCE,
        }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    /// In the order in which they were asked.
    questions: Vec<Question>,
    last_id: u64,
}

/// What is asked where.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Account id.
    pub(crate) account: String,
    /// The address of the chat.
    pub(crate) chat: String,
    /// Who asks, as people know it.
    pub(crate) agent: String,
    /// What one may choose, as the chat was told.
    pub(crate) choices: Vec<String>,
    /// When the chat was told, Unix milliseconds.
    pub(crate) asked_ms: i64,
}

#[derive(Debug)]
struct Question {
    id: u64,
    asked: Asked,
    /// The message that was judged to be its answer, by its place in the journal.
    meant_by: Option<i64>,
    answer: Option<oneshot::Sender<usize>>,
}

/// A message that may be an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    /// All addresses of its chat.
    pub(crate) chats: &'a [String],
    /// When it was journaled, Unix milliseconds.
    pub(crate) recorded_ms: i64,
    /// When it was written, Unix seconds.
    pub(crate) timestamp_s: i64,
}

/// The question that waits in a chat, and how many choices it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) id: u64,
    pub(crate) choices: usize,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// This agent goes on with this choice.
    Chosen {
        /// As people know it.
        agent: String,
        /// As the chat was told.
        choice: String,
    },
    /// There is no such choice, and it waits on.
    NoSuchChoice {
        /// As people know it.
        agent: String,
        /// Those that there are.
        choices: Vec<String>,
    },
    /// Nothing waits any more.
    Gone,
}

impl Questions {
    /// Owners have so long.
    #[cfg(test)]
    pub(super) fn with_patience(patience: Duration) -> Self {
        Self {
            patience,
            ..Self::default()
        }
    }

    /// Lets a question wait until what comes back is dropped.
    pub(crate) fn wait(self: &Arc<Self>, asked: Asked) -> (Waits, oneshot::Receiver<usize>) {
        let (answer, answered) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.last_id += 1;
        let id = waiting.last_id;
        waiting.questions.push(Question {
            id,
            asked,
            meant_by: None,
            answer: Some(answer),
        });
        let waits = Waits {
            questions: Arc::clone(self),
            id,
        };
        (waits, answered)
    }

    /// The oldest question in the chat of a message that was there before it.
    pub(crate) fn open(&self, account: &str, message: Candidate<'_>) -> Option<Open> {
        let waiting = self.lock();
        let found = waiting.questions.iter().find(|question| {
            let asked = &question.asked;
            question.answer.is_some()
                && asked.account == account
                && message.chats.contains(&asked.chat)
                && message.recorded_ms >= asked.asked_ms
                && message.timestamp_s >= asked.asked_ms / 1000 - CLOCKS_DIFFER_S
        });
        found.map(|question| Open {
            id: question.id,
            choices: question.asked.choices.len(),
        })
    }

    /// A message was judged to answer this question, and no other that may wait when the answer is carried out.
    pub(crate) fn mean(&self, question: u64, message_seq: i64) {
        let mut waiting = self.lock();
        if let Some(meant) = waiting.questions.iter_mut().find(|known| known.id == question) {
            meant.meant_by = Some(message_seq);
        }
    }

    /// Carries the answer out that a message gives.
    pub(crate) fn answer(&self, message_seq: i64, number: usize) -> Answered {
        let mut waiting = self.lock();
        let meant = |known: &&mut Question| known.meant_by == Some(message_seq) && known.answer.is_some();
        let Some(question) = waiting.questions.iter_mut().find(meant) else {
            return Answered::Gone;
        };
        let agent = question.asked.agent.clone();
        let choices = &question.asked.choices;
        let (place, choice) = match chosen(number, choices.len()) {
            Answer::Choice(place) => (place, choices.get(place).cloned().unwrap_or_default()),
            Answer::OutOfRange(_) => {
                return Answered::NoSuchChoice {
                    agent,
                    choices: choices.clone(),
                };
            }
        };
        match question.answer.take().map(|answer| answer.send(place)) {
            Some(Ok(())) => Answered::Chosen { agent, choice },
            Some(Err(_)) | None => Answered::Gone,
        }
    }

    /// How many wait in the chats of an account.
    pub(crate) fn count(&self, account: &str) -> usize {
        let waiting = self.lock();
        let of_it = waiting.questions.iter();
        of_it
            .filter(|question| question.asked.account == account && question.answer.is_some())
            .count()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question waits as long as there is this.
#[derive(Debug)]
pub(crate) struct Waits {
    questions: Arc<Questions>,
    id: u64,
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.questions
            .lock()
            .questions
            .retain(|question| question.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = "15550100002@s.whatsapp.net";

    fn asked(agent: &str, asked_ms: i64) -> Asked {
        Asked {
            account: "default".to_owned(),
            chat: CHAT.to_owned(),
            agent: agent.to_owned(),
            choices: vec!["Allow".to_owned(), "Reject".to_owned()],
            asked_ms,
        }
    }

    fn at(chats: &[String], ms: i64) -> Candidate<'_> {
        Candidate {
            chats,
            recorded_ms: ms,
            timestamp_s: ms / 1000,
        }
    }

    #[test]
    fn the_oldest_question_of_the_chat_is_answered_first() {
        let questions = Arc::new(Questions::default());
        let chats = [CHAT.to_owned(), "1@lid".to_owned()];
        assert_eq!(questions.open("default", at(&chats, 5_000)), None);
        let (_first, mut heard_first) = questions.wait(asked("first", 1_000));
        let (_second, mut heard_second) = questions.wait(asked("second", 2_000));
        assert_eq!(questions.open("work", at(&chats, 5_000)), None);
        assert_eq!(questions.open("default", at(&chats[1..], 5_000)), None);
        let open = questions.open("default", at(&chats, 5_000)).expect("one waits");
        assert_eq!(open.choices, 2);
        questions.mean(open.id, 7);
        assert_eq!(
            questions.answer(8, 1),
            Answered::Gone,
            "nobody judged that message so"
        );
        assert!(
            matches!(questions.answer(7, 3), Answered::NoSuchChoice { choices, .. } if choices.len() == 2)
        );
        assert!(
            matches!(questions.answer(7, 2), Answered::Chosen { agent, choice }
            if agent == "first" && choice == "Reject")
        );
        assert_eq!(heard_first.try_recv(), Ok(1));
        assert_eq!(questions.answer(7, 2), Answered::Gone, "it was answered");
        let next = questions
            .open("default", at(&chats, 5_000))
            .expect("the second waits");
        assert_ne!(next.id, open.id);
        assert!(heard_second.try_recv().is_err());
        assert_eq!(questions.count("default"), 1);
    }

    /// What was written or came before a chat was asked is no answer, whatever it looks like.
    #[test]
    fn nothing_of_before_the_question_answers_it() {
        let questions = Arc::new(Questions::default());
        let chats = [CHAT.to_owned()];
        let (_waits, _heard) = questions.wait(asked("main", 100_000));
        assert_eq!(questions.open("default", at(&chats, 99_999)), None);
        assert!(questions.open("default", at(&chats, 100_000)).is_some());
        let late = Candidate {
            recorded_ms: 100_000,
            timestamp_s: 69,
            chats: &chats,
        };
        assert_eq!(
            questions.open("default", late),
            None,
            "it was on its way for long"
        );
        let of_another_clock = Candidate {
            timestamp_s: 70,
            ..late
        };
        assert!(questions.open("default", of_another_clock).is_some());
    }

    /// An answer belongs to the question that waited when it was judged, and to no other that came to wait meanwhile.
    #[test]
    fn a_question_that_is_gone_takes_its_answer_along() {
        let questions = Arc::new(Questions::default());
        let chats = [CHAT.to_owned()];
        let (first, _heard) = questions.wait(asked("first", 1_000));
        let (_second, mut heard_second) = questions.wait(asked("second", 1_000));
        let open = questions.open("default", at(&chats, 5_000)).expect("one waits");
        questions.mean(open.id, 7);
        drop(first);
        assert_eq!(questions.answer(7, 1), Answered::Gone);
        assert!(heard_second.try_recv().is_err());
    }
}
