//! Tells watchers what happens. Watching is a convenience: the store is the record, so a slow
//! watcher misses events rather than slowing anything down.

use fased_protocol::control::{WatchEvent, Watched};
use tokio::sync::broadcast;

use crate::clock;

/// Events that one watcher may lag behind. A slower one is told how many it missed.
const WATCH_QUEUE: usize = 1024;

/// Where events are told.
#[derive(Debug, Clone)]
pub struct Watchers {
    sender: broadcast::Sender<WatchEvent>,
}

impl Default for Watchers {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(WATCH_QUEUE).0,
        }
    }
}

impl Watchers {
    /// Tells whoever watches.
    pub fn tell(&self, account: &str, what: Watched) {
        if self.sender.receiver_count() == 0 {
            return;
        }
        let event = WatchEvent {
            at_ms: clock::now_ms(),
            account: account.to_owned(),
            what,
        };
        if self.sender.send(event).is_err() {
            tracing::trace!("the last watcher left");
        }
    }

    /// Is anyone watching? Saves making events that nobody reads.
    #[must_use]
    pub fn any(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// From now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<WatchEvent> {
        self.sender.subscribe()
    }
}
