//! Which conversations have a process. There is one turn at a time in each, and a bounded number of processes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::session;
use crate::{AcpSettings, Done, Events, Failure, Request, process};

/// Most processes at once. Another conversation takes the place of the one nobody has talked to for longest; while all of
/// them are at work, its turn waits.
pub(super) const MOST: usize = 16;

/// A turn on its way to its process. Nobody waits for it any more once `done` is closed.
pub(super) struct Turn {
    pub(super) request: Request,
    pub(super) events: Events,
    pub(super) done: oneshot::Sender<Result<Done, Failure>>,
}

/// The conversations that have a process, or are about to.
pub(super) struct Pool {
    settings: Arc<AcpSettings>,
    /// Ends all of them.
    end: CancellationToken,
    conversations: Mutex<HashMap<String, Conversation>>,
    /// Rings when somebody who waits may have more luck.
    changed: watch::Sender<()>,
}

struct Conversation {
    turns: mpsc::Sender<Box<Turn>>,
    phase: Phase,
    /// Ends this one.
    end: CancellationToken,
}

enum Phase {
    Busy,
    IdleSince(Instant),
    Ending,
}

impl Pool {
    pub(super) fn new(settings: AcpSettings, end: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            settings: Arc::new(settings),
            end,
            conversations: Mutex::default(),
            changed: watch::Sender::new(()),
        })
    }

    /// Hands a turn to the process of its conversation, when that has time for it or can be started.
    pub(super) async fn admit(self: &Arc<Self>, turn: Turn) {
        let mut changed = self.changed.subscribe();
        let mut turn = Box::new(turn);
        while let Err(back) = self.try_admit(turn) {
            turn = back;
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    fn try_admit(self: &Arc<Self>, turn: Box<Turn>) -> Result<(), Box<Turn>> {
        let mut conversations = self.lock();
        let key = &turn.request.session;
        if let Some(conversation) = conversations.get_mut(key) {
            return match conversation.phase {
                Phase::IdleSince(_) => {
                    conversation.phase = Phase::Busy;
                    // There is room, since there is one turn at a time.
                    conversation
                        .turns
                        .try_send(turn)
                        .map_err(mpsc::error::TrySendError::into_inner)
                }
                Phase::Busy | Phase::Ending => Err(turn),
            };
        }
        if conversations.len() == MOST {
            make_room(&mut conversations);
            return Err(turn);
        }
        let (turns, from) = mpsc::channel(1);
        let end = self.end.child_token();
        let place = Place {
            pool: Arc::clone(self),
            key: key.clone(),
            end: end.clone(),
        };
        let conversation = Conversation {
            turns,
            phase: Phase::Busy,
            end,
        };
        let admitted = conversation.turns.try_send(turn);
        conversations.insert(place.key.clone(), conversation);
        let settings = Arc::clone(&self.settings);
        process::keep(|settled| session::live(settings, from, place, settled));
        admitted.map_err(mpsc::error::TrySendError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Conversation>> {
        self.conversations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the process nobody has talked to for longest, unless one is ending already.
fn make_room(conversations: &mut HashMap<String, Conversation>) {
    if conversations
        .values()
        .any(|one| matches!(one.phase, Phase::Ending))
    {
        return;
    }
    let since = |conversation: &Conversation| match conversation.phase {
        Phase::IdleSince(since) => Some(since),
        Phase::Busy | Phase::Ending => None,
    };
    let idle = conversations.values_mut().filter(|one| since(one).is_some());
    if let Some(longest) = idle.min_by_key(|one| since(one)) {
        longest.phase = Phase::Ending;
        longest.end.cancel();
    }
}

/// The place of a conversation. Dropping it gives it up, which has to be after the end of the process.
pub(super) struct Place {
    pool: Arc<Pool>,
    key: String,
    end: CancellationToken,
}

impl Place {
    /// Waits until the process is to end.
    pub(super) async fn is_to_end(&self) {
        self.end.cancelled().await;
    }

    /// Its turn is over.
    pub(super) fn idle(&self) {
        self.set(Phase::IdleSince(Instant::now()));
    }

    /// There will be no more turns, unless one is on its way: then not.
    pub(super) fn retire(&self) -> bool {
        let mut conversations = self.pool.lock();
        match conversations.get_mut(&self.key) {
            Some(conversation) if matches!(conversation.phase, Phase::Busy) => false,
            Some(conversation) => {
                conversation.phase = Phase::Ending;
                true
            }
            None => true,
        }
    }

    /// There will be no more turns, not even one that is on its way.
    pub(super) fn ending(&self) {
        self.set(Phase::Ending);
    }

    fn set(&self, phase: Phase) {
        if let Some(conversation) = self.pool.lock().get_mut(&self.key) {
            conversation.phase = phase;
        }
        self.pool.changed.send_replace(());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.lock().remove(&self.key);
        self.pool.changed.send_replace(());
    }
}
