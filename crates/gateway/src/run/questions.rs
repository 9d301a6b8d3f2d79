//! What agents have asked and wait for: which question a number in a chat answers. One is put to a chat at a time, so that a
//! number is never ambiguous, and nothing answers it that was written before it could be read.
//!
//! Gone with the process: a run that asked is started again by the next gateway, and asks again. One run asks one thing at
//! a time, so there are never more questions than runs that may be under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fased_policy::access::{Answer, chosen};
use tokio::sync::{oneshot, watch};

use crate::clock;

/// A message written earlier than this before WhatsApp took the question was not written in answer to it. WhatsApp tells
/// whole seconds.
const WRITTEN_BEFORE_S: i64 = 1;

/// Nobody reads a question sooner than this after WhatsApp took it, in milliseconds. What comes before that was written to
/// something else.
const READ_AFTER_MS: i64 = 1_000;

/// How long an owner has to answer: the chat is told that it is five minutes.
const PATIENCE: Duration = Duration::from_secs(300);

/// Questions that wait.
#[derive(Debug)]
pub(crate) struct Questions {
    waiting: Mutex<Waiting>,
    /// Rings when one is over, and another may be put to its chat.
    over: watch::Sender<()>,
    /// How long an owner has to answer.
    pub(super) patience: Duration,
}

impl Default for Questions {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            over: watch::Sender::default(),
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
    /// What one may choose, as the chat is told.
    pub(crate) choices: Vec<String>,
    /// What it wants to do, in a few words.
    pub(crate) wish: String,
}

/// A question that WhatsApp has taken.
#[derive(Debug)]
struct Put {
    /// Its messages.
    ids: Vec<String>,
    /// When they had all been taken, Unix milliseconds.
    at_ms: i64,
}

impl Put {
    /// Could its writer have read the question before?
    fn precedes(&self, message: Candidate<'_>) -> bool {
        let quotes_it = |id: &str| self.ids.iter().any(|known| known == id);
        message.recorded_ms >= self.at_ms + READ_AFTER_MS
            && message.timestamp_s >= self.at_ms / 1000 - WRITTEN_BEFORE_S
            && message.quoted_id.is_none_or(quotes_it)
    }
}

#[derive(Debug)]
struct Question {
    id: u64,
    asked: Asked,
    /// None before WhatsApp has taken it: until then nothing answers it.
    put: Option<Put>,
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
    /// The message that it replies to.
    pub(crate) quoted_id: Option<&'a str>,
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
        /// What it wants to do, in a few words.
        wish: String,
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

    /// Lets a question wait, first for its turn in its chat, until what comes back is dropped.
    pub(crate) fn wait(self: &Arc<Self>, asked: Asked) -> (Waits, oneshot::Receiver<usize>) {
        let (answer, answered) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.last_id += 1;
        let id = waiting.last_id;
        waiting.questions.push(Question {
            id,
            asked,
            put: None,
            meant_by: None,
            answer: Some(answer),
        });
        let waits = Waits {
            questions: Arc::clone(self),
            id,
        };
        (waits, answered)
    }

    /// The question in the chat of a message that may have been read before it was written.
    pub(crate) fn open(&self, account: &str, message: Candidate<'_>) -> Option<Open> {
        let waiting = self.lock();
        let found = waiting.questions.iter().find(|question| {
            let asked = &question.asked;
            question.answer.is_some()
                && asked.account == account
                && message.chats.contains(&asked.chat)
                && question.put.as_ref().is_some_and(|put| put.precedes(message))
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
        let wish = question.asked.wish.clone();
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
            Some(Ok(())) => Answered::Chosen { agent, choice, wish },
            Some(Err(_)) | None => Answered::Gone,
        }
    }

    /// How many could be answered now in the chats of an account.
    pub(crate) fn count(&self, account: &str) -> usize {
        let waiting = self.lock();
        let now = clock::now_ms();
        let is_open = |question: &&Question| {
            let put = question.put.as_ref();
            question.asked.account == account
                && question.answer.is_some()
                && put.is_some_and(|put| put.at_ms + READ_AFTER_MS <= now)
        };
        waiting.questions.iter().filter(is_open).count()
    }

    /// Is there none before it in its chat?
    fn is_its_turn(&self, id: u64) -> bool {
        let waiting = self.lock();
        let place = |known: &Question| (known.asked.account.clone(), known.asked.chat.clone());
        let own = waiting.questions.iter().find(|known| known.id == id).map(place);
        let mut before = waiting.questions.iter().take_while(|known| known.id != id);
        before.all(|known| Some(place(known)) != own)
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

impl Waits {
    /// Waits until those that were asked in the chat before are over. Each of them has its deadline.
    pub(super) async fn turn(&self) {
        let mut over = self.questions.over.subscribe();
        while !self.questions.is_its_turn(self.id) {
            if over.changed().await.is_err() {
                return;
            }
        }
    }

    /// WhatsApp has just taken all of its messages, so from now on it may be answered.
    pub(super) fn put(&self, ids: Vec<String>, at_ms: i64) {
        let mut waiting = self.questions.lock();
        if let Some(question) = waiting.questions.iter_mut().find(|known| known.id == self.id) {
            question.put = Some(Put { ids, at_ms });
        }
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.questions
            .lock()
            .questions
            .retain(|question| question.id != self.id);
        self.questions.over.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = "15550100002@s.whatsapp.net";

    fn asked(agent: &str) -> Asked {
        Asked {
            account: "default".to_owned(),
            chat: CHAT.to_owned(),
            agent: agent.to_owned(),
            choices: vec!["Allow".to_owned(), "Reject".to_owned()],
            wish: "rm -r build".to_owned(),
        }
    }

    fn at(chats: &[String], ms: i64) -> Candidate<'_> {
        Candidate {
            chats,
            recorded_ms: ms,
            timestamp_s: ms / 1000,
            quoted_id: None,
        }
    }

    #[test]
    fn a_number_answers_the_question_that_it_was_judged_to_mean() {
        let questions = Arc::new(Questions::default());
        let chats = [CHAT.to_owned(), "1@lid".to_owned()];
        assert_eq!(questions.open("default", at(&chats, 5_000)), None);
        let (waits, mut heard) = questions.wait(asked("first"));
        assert_eq!(
            questions.open("default", at(&chats, 5_000)),
            None,
            "it was not put yet"
        );
        waits.put(vec!["A".to_owned()], 1_000);
        assert_eq!(questions.open("work", at(&chats, 5_000)), None);
        assert_eq!(questions.open("default", at(&chats[1..], 5_000)), None);
        let open = questions.open("default", at(&chats, 5_000)).expect("one waits");
        assert_eq!((open.choices, questions.count("default")), (2, 1));
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
            matches!(questions.answer(7, 2), Answered::Chosen { agent, choice, wish }
            if agent == "first" && choice == "Reject" && wish == "rm -r build")
        );
        assert_eq!(heard.try_recv(), Ok(1));
        assert_eq!(questions.answer(7, 2), Answered::Gone, "it was answered");
        assert_eq!(questions.count("default"), 0);
    }

    /// What was written or came before somebody could read the question is no answer, whatever it looks like.
    #[test]
    fn nothing_of_before_the_question_answers_it() {
        let questions = Arc::new(Questions::default());
        let chats = [CHAT.to_owned()];
        let (waits, _heard) = questions.wait(asked("main"));
        waits.put(vec!["A".to_owned(), "B".to_owned()], 100_000);
        let opens = |message| questions.open("default", message).is_some();
        assert!(!opens(at(&chats, 100_999)), "nobody reads as fast");
        let answer = at(&chats, 101_000);
        assert!(opens(answer));
        let written = |timestamp_s| Candidate {
            timestamp_s,
            ..answer
        };
        assert!(!opens(written(98)), "it was on its way for long");
        assert!(opens(written(99)));
        let replies = |id| Candidate {
            quoted_id: Some(id),
            ..answer
        };
        assert!(opens(replies("B")));
        assert!(!opens(replies("C")), "it replies to another message");
    }

    #[tokio::test]
    async fn the_next_question_of_a_chat_is_put_when_the_one_before_is_over() {
        let questions = Arc::new(Questions::default());
        let (first, _heard_first) = questions.wait(asked("first"));
        let (second, _heard_second) = questions.wait(asked("second"));
        let (elsewhere, _heard) = questions.wait(Asked {
            chat: "15550100003@s.whatsapp.net".to_owned(),
            ..asked("third")
        });
        first.turn().await;
        elsewhere.turn().await;
        let mut turn = std::pin::pin!(second.turn());
        assert!(futures_util::poll!(&mut turn).is_pending());
        drop(first);
        turn.await;
    }

    /// An answer belongs to the question that waited when it was judged, and to no other that came to wait meanwhile.
    #[test]
    fn a_question_that_is_gone_takes_its_answer_along() {
        let questions = Arc::new(Questions::default());
        let chats = [CHAT.to_owned()];
        let (first, _heard) = questions.wait(asked("first"));
        let (second, mut heard_second) = questions.wait(asked("second"));
        first.put(Vec::new(), 1_000);
        let open = questions.open("default", at(&chats, 5_000)).expect("one waits");
        questions.mean(open.id, 7);
        drop(first);
        second.put(Vec::new(), 1_000);
        assert_eq!(questions.answer(7, 1), Answered::Gone);
        assert!(heard_second.try_recv().is_err());
    }
}
