//! Runs under way, of all accounts: one of a session at a time, and how to end one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

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
    token: CancellationToken,
    why: Arc<OnceLock<Why>>,
}

impl Cancel {
    fn new(run: i64) -> Self {
        Self {
            run,
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
    /// Takes a session for a run; `None` while another run has it.
    pub(crate) fn enter(self: &Arc<Self>, run: i64, session: &str) -> Option<Entered> {
        let mut sessions = self.lock();
        if sessions.contains_key(session) {
            return None;
        }
        let cancel = Cancel::new(run);
        sessions.insert(session.to_owned(), cancel.clone());
        Some(Entered {
            running: Arc::clone(self),
            session: session.to_owned(),
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
