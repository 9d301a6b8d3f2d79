//! Runs under way, of all accounts: one of a session at a time, and how to end one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::{QueuedRun, RunKind};

/// Why a run is ended before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Somebody said so.
    Stopped,
    /// A newer message is to be answered together with what this run was to answer.
    Newer,
}

/// Runs under way. Gone with the process: the store knows which were.
#[derive(Debug)]
pub(crate) struct Running {
    sessions: Mutex<HashMap<String, Cancel>>,
    /// Counts the runs that have ended; whoever waits for a session looks again.
    ended: watch::Sender<u64>,
}

impl Default for Running {
    fn default() -> Self {
        Self {
            sessions: Mutex::default(),
            ended: watch::Sender::new(0),
        }
    }
}

/// Ends one run.
#[derive(Debug, Clone)]
pub(crate) struct Cancel {
    run: i64,
    /// The account and chat whose messages it answers; none of a Task or a command.
    answers: Option<(String, String)>,
    token: CancellationToken,
    why: Arc<OnceLock<Why>>,
}

impl Cancel {
    fn new(account: &str, run: &QueuedRun) -> Self {
        let answers = match run.kind {
            RunKind::Message => Some((account.to_owned(), run.chat.clone())),
            RunKind::Command | RunKind::Task => None,
        };
        Self {
            run: run.id,
            answers,
            token: CancellationToken::new(),
            why: Arc::default(),
        }
    }

    /// What the run's work listens to.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Why it was ended, if it was.
    pub(crate) fn why(&self) -> Option<Why> {
        self.why.get().copied()
    }

    fn cancel(&self, why: Why) {
        // The first reason counts.
        self.why.get_or_init(|| why);
        self.token.cancel();
    }
}

/// A run that has its session for itself, until this is dropped.
pub(crate) struct Entered {
    running: Arc<Running>,
    session: String,
    cancel: Cancel,
}

impl Entered {
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.cancel
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.running.lock().remove(&self.session);
        self.running
            .ended
            .send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Running {
    /// Takes the session of a run for it; `None` while another run has it.
    pub(crate) fn enter(self: &Arc<Self>, account: &str, run: &QueuedRun) -> Option<Entered> {
        let mut sessions = self.lock();
        if sessions.contains_key(&run.session) {
            return None;
        }
        let cancel = Cancel::new(account, run);
        sessions.insert(run.session.clone(), cancel.clone());
        Some(Entered {
            running: Arc::clone(self),
            session: run.session.clone(),
            cancel,
        })
    }

    /// Is a run of this session under way?
    pub(crate) fn is_running(&self, session: &str) -> bool {
        self.lock().contains_key(session)
    }

    /// Ends the run of a session. Returns whether there was one.
    pub(crate) fn cancel_session(&self, session: &str, why: Why) -> bool {
        let found = self.lock().get(session).cloned();
        found.map(|cancel| cancel.cancel(why)).is_some()
    }

    /// Ends the run of a session for a newer message, if it answers messages of the same chat: only then can that message's
    /// run answer them, too. Returns whether it does.
    pub(crate) fn supersede(&self, session: &str, account: &str, chat: &str) -> bool {
        let found = self.lock().get(session).cloned();
        let meant = found.filter(|cancel| {
            let answers = cancel.answers.as_ref();
            answers.is_some_and(|(of, at)| of == account && at == chat)
        });
        meant.map(|cancel| cancel.cancel(Why::Newer)).is_some()
    }

    /// Ends a run. Returns whether it was under way.
    pub(crate) fn cancel_run(&self, run: i64, why: Why) -> bool {
        let found = self.lock().values().find(|cancel| cancel.run == run).cloned();
        found.map(|cancel| cancel.cancel(why)).is_some()
    }

    /// Tells of runs that end.
    pub(crate) fn ended(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cancel>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
