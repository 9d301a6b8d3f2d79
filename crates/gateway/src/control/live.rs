//! What the handlers work on: the running gateway.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use fased_protocol::control::{AccountInfo, ControlError, ErrorCode, GatewayInfo};
use tokio_util::sync::CancellationToken;

use super::account_infos;
use crate::account::Account;
use crate::clock;
use crate::explain;
use crate::paths::Paths;
use crate::store::Store;
use crate::watch::Watchers;

/// How long a request waits for the accounts of a gateway that has just started.
const START_DEADLINE: Duration = Duration::from_secs(10);

/// How this run will end.
#[derive(Debug, Clone)]
pub struct Ending {
    pub(super) shutdown: CancellationToken,
    restart: Arc<AtomicBool>,
}

impl Ending {
    /// Ends by cancelling `shutdown`.
    #[must_use]
    pub fn new(shutdown: CancellationToken) -> Self {
        Self {
            shutdown,
            restart: Arc::new(AtomicBool::new(false)),
        }
    }

    pub(super) fn begin(&self, restart: bool) {
        self.restart.store(restart, Ordering::Relaxed);
        self.shutdown.cancel();
    }

    /// What the caller of the run is to do.
    #[must_use]
    pub fn ended(&self) -> crate::gateway::Ended {
        if self.restart.load(Ordering::Relaxed) {
            crate::gateway::Ended::Restart
        } else {
            crate::gateway::Ended::Stopped
        }
    }
}

/// What the handlers work on.
pub struct Live {
    paths: Paths,
    pub(super) store: Store,
    pub(super) watchers: Watchers,
    pub(super) ending: Ending,
    pub(super) info: GatewayInfo,
    accounts: OnceLock<BTreeMap<String, Account>>,
    started: tokio::sync::Notify,
}

impl Live {
    /// Without accounts until [`Live::set_accounts`].
    #[must_use]
    pub fn new(paths: Paths, store: Store, watchers: Watchers, ending: Ending) -> Self {
        let instance: [u8; 8] = clock::random();
        let info = GatewayInfo {
            pid: std::process::id(),
            instance: format!("{:016x}", u64::from_le_bytes(instance)),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_ms: clock::now_ms(),
            state_dir: paths.state_dir.display().to_string(),
            config: paths.config.display().to_string(),
        };
        Self {
            paths,
            store,
            watchers,
            ending,
            info,
            accounts: OnceLock::new(),
            started: tokio::sync::Notify::new(),
        }
    }

    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Once, when they are started.
    pub fn set_accounts(&self, accounts: BTreeMap<String, Account>) {
        if self.accounts.set(accounts).is_err() {
            tracing::error!("the accounts were started twice");
        }
        self.started.notify_waiters();
    }

    pub(super) async fn accounts(&self) -> Result<&BTreeMap<String, Account>, ControlError> {
        let started = self.started.notified();
        if self.accounts.get().is_none() && tokio::time::timeout(START_DEADLINE, started).await.is_err() {
            tracing::warn!("a request came while the accounts were starting and waited in vain");
        }
        self.accounts.get().ok_or_else(|| ControlError {
            code: ErrorCode::NotReady,
            message: "the gateway is still starting its accounts".to_owned(),
            next: "try again in a moment".to_owned(),
        })
    }

    pub(super) async fn account(&self, id: &str) -> Result<&Account, ControlError> {
        let accounts = self.accounts().await?;
        accounts.get(id).ok_or_else(|| ControlError {
            code: ErrorCode::NotFound,
            message: format!("there is no account {id} in {}", self.paths.config.display()),
            next: format!(
                "configured accounts: {}",
                accounts.keys().cloned().collect::<Vec<_>>().join(", ")
            ),
        })
    }

    /// All accounts, as far as judging needs them.
    pub(super) async fn linked(&self) -> Result<explain::Accounts, ControlError> {
        let accounts = self.accounts().await?.iter();
        let linked = accounts.map(|(id, account)| {
            let shared = account.shared();
            let linked = explain::Linked {
                config: shared.config(),
                own: shared.own(),
            };
            (id.clone(), linked)
        });
        Ok(linked.collect())
    }

    /// All accounts as every surface shows them.
    pub(super) async fn infos(&self) -> Result<Vec<AccountInfo>, ControlError> {
        account_infos(&self.store, self.accounts().await?.values().map(Account::view)).await
    }
}
