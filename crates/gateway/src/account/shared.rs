//! What the tasks of one account share.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use fased_policy::ids::{AccountId, Identity};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{heard, lids};
use crate::config::AccountConfig;
use crate::reading;
use crate::run::Engine;
use crate::session::Conversations;
use crate::sidecar::SidecarHandle;
use crate::store::{Store, Trouble};
use crate::watch::Watchers;

/// An open link.
#[derive(Clone)]
pub struct OpenLink {
    /// Where calls go.
    pub handle: SidecarHandle,
    /// Since when, Unix milliseconds.
    pub opened_ms: i64,
}

/// What the tasks of one account share.
pub struct Shared {
    pub(super) id: AccountId,
    pub(super) config: watch::Sender<Arc<AccountConfig>>,
    /// The store.
    pub store: Store,
    /// Whom to tell.
    pub watchers: Watchers,
    /// Where files are that come in and go out: `inbound/` and `outbound/`.
    pub media_dir: PathBuf,
    /// The open link, if there is one.
    pub link: watch::Sender<Option<OpenLink>>,
    /// Cancelled when the account ends, with the run or alone.
    pub ending: CancellationToken,
    /// What keeps it from writing down what comes in, or its auth files: nothing is taken in meanwhile.
    pub storage: watch::Sender<Option<Trouble>>,
    /// What kept its sidecar from saving the auth files, until they can be written again.
    pub(super) auth_trouble: watch::Sender<Option<Trouble>>,
    /// Where tasks are counted that the end of the account waits for.
    pub tasks: TaskTracker,
    /// Held from reading who may write to recording the verdict, and by whoever changes who may
    /// write: nobody is held back by what was true a moment ago.
    pub verdicts: tokio::sync::Mutex<()>,
    /// There may be messages without verdict.
    pub undecided: Notify,
    /// There may be runs to start.
    pub runs: Notify,
    /// There may be files to fetch.
    pub files: Notify,
    /// There may be messages to send, or one of them has moved.
    pub outbox: Notify,
    /// Messages that were read.
    pub reading: reading::Queue,
    /// Other people are listed in the config now.
    pub listed: Notify,
    /// What the runs of all accounts share.
    pub(crate) engine: Arc<Engine>,
    /// What was chosen in its chats.
    pub(crate) conversations: Conversations,
    /// When somebody last wrote.
    pub(crate) heard: heard::Heard,
    pub(super) asked: lids::Asked,
    pub(super) own: RwLock<Identity>,
}

impl Shared {
    /// Account id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Its settings as they are now. Whoever decides something takes them once and keeps to them.
    #[must_use]
    pub fn config(&self) -> Arc<AccountConfig> {
        Arc::clone(&self.config.borrow())
    }

    /// Who this account is on WhatsApp, as far as known.
    #[must_use]
    pub fn own(&self) -> Identity {
        self.own.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_own(&self, identity: Identity) {
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }
}
