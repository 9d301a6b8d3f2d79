//! Runs under way, of all accounts: one of a session at a time, and how to end one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::{Patience, QueuedRun, RunKind};

/// Why a run is ended before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A newer message is to be answered together with what this run was to answer.
    Newer = 1,
    /// Somebody said so. This holds whatever else was wished, before or after.
    Stopped = 2,
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
    /// The account and chat whose messages it answers; none of a Task, a command, or one of several agents, which newer
    /// messages never end.
    answers: Option<(String, String)>,
    token: CancellationToken,
    /// The strongest [`Why`] that there was; 0 is none.
    why: Arc<AtomicU8>,
    /// How often newer messages may still end it; none until it works. What comes before that is taken over when it
    /// starts, or waits for its end.
    patience: Arc<OnceLock<Patience>>,
}

impl Cancel {
    fn new(account: &str, run: &QueuedRun) -> Self {
        let answers = match run.kind {
            RunKind::Message if run.fork_of.is_none() => Some((account.to_owned(), run.chat.clone())),
            RunKind::Message | RunKind::Command | RunKind::Task | RunKind::Broadcast => None,
        };
        Self {
            run: run.id,
            answers,
            token: CancellationToken::new(),
            why: Arc::default(),
            patience: Arc::default(),
        }
    }

    /// What the run's work listens to.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Why it was ended, if it was.
    pub(crate) fn why(&self) -> Option<Why> {
        match self.why.load(Ordering::SeqCst) {
            0 => None,
            1 => Some(Why::Newer),
            _stronger => Some(Why::Stopped),
        }
    }

    /// It works from now on, and newer messages may end it this often.
    pub(super) fn works(&self, patience: Patience) {
        self.patience.get_or_init(|| patience);
    }

    fn cancel(&self, why: Why) {
        self.why.fetch_max(why as u8, Ordering::SeqCst);
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

    /// Ends the run of a session for a newer message, if it works, answers messages of the same chat (only then can that
    /// message's run answer them, too), and was not ended like this too often. Returns whether it does.
    pub(crate) fn supersede(&self, session: &str, account: &str, chat: &str, now_ms: i64) -> bool {
        let found = self.lock().get(session).cloned();
        let meant = found.filter(|cancel| {
            let answers = cancel.answers.as_ref();
            let patience = cancel.patience.get();
            answers.is_some_and(|(of, at)| of == account && at == chat)
                && patience.is_some_and(|patience| patience.allows(now_ms))
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
