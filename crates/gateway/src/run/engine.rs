//! What the runs of all accounts share: who works, how many may, and the backends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use fased_agents::{Backend, Settings};

use super::questions::Questions;
use super::running::{Running, Why};
use super::slots::Slots;
use crate::clock;
use crate::config::Agents;
use crate::store::Store;

/// What the runs of all accounts share.
pub(crate) struct Engine {
    /// Runs under way.
    pub(crate) running: Arc<Running>,
    /// What agents have asked, and who waits for the answer.
    pub(crate) questions: Arc<Questions>,
    pub(super) slots: Arc<Slots>,
    backends: Mutex<Backends>,
}

/// Backends by agent, each with the settings that it was made by.
type Backends = HashMap<String, (Settings, Arc<dyn Backend>)>;

/// What `/stop` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// A run was under way.
    pub(crate) was_running: bool,
    /// Runs that waited.
    pub(crate) waiting: u64,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            running: Arc::default(),
            questions: Arc::default(),
            slots: Slots::new(Agents::default().max_concurrent),
            backends: Mutex::default(),
        }
    }
}

impl Engine {
    /// Puts changed settings in force.
    pub(crate) fn apply(&self, agents: &Agents) {
        self.slots.resize(agents.max_concurrent);
        self.lock().retain(|agent, (settings, _)| {
            agents
                .list
                .get(agent)
                .is_some_and(|agent| agent.backend == *settings)
        });
    }

    /// Ends what is under way in a session, or in several at once, and drops what waits there.
    ///
    /// # Errors
    /// What SQLite said; then nothing was ended.
    pub(crate) async fn stop(&self, store: &Store, sessions: &[&str]) -> Result<Stopped> {
        // First what waits, so that none of it starts when the other ends.
        let waiting = store
            .drop_waiting(sessions, super::STOPPED, clock::now_ms())
            .await?;
        let mut was_running = false;
        for session in sessions {
            was_running |= self.running.cancel_session(session, Why::Stopped);
        }
        Ok(Stopped { was_running, waiting })
    }

    /// The backend of an agent. As long as its settings stay the same it stays the same, with its connections.
    pub(super) fn backend(&self, agent: &str, settings: &Settings) -> Arc<dyn Backend> {
        let mut backends = self.lock();
        match backends.get(agent) {
            Some((made_by, backend)) if made_by == settings => Arc::clone(backend),
            Some(_) | None => {
                let backend = fased_agents::backend(settings);
                backends.insert(agent.to_owned(), (settings.clone(), Arc::clone(&backend)));
                backend
            }
        }
    }

    /// Lets this backend answer for an agent with these settings.
    #[cfg(test)]
    pub(crate) fn put_backend(&self, agent: &str, settings: Settings, backend: Arc<dyn Backend>) {
        self.lock().insert(agent.to_owned(), (settings, backend));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Backends> {
        self.backends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
