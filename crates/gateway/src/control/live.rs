//! What the handlers work on: the running gateway.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fased_protocol::control::{
    AccountInfo, AlertsInfo, ConfigInfo, ControlError, ErrorCode, GatewayInfo, HttpInfo,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::account_infos;
use crate::account::{Account, View, failed_to_start, info_without_store};
use crate::clock;
use crate::config::{AccountConfig, AlertSettings, HttpSettings};
use crate::explain;
use crate::health::{self, Health};
use crate::memory;
use crate::paths::Paths;
use crate::reload::Asked;
use crate::run::Engine;
use crate::run::running::Why;
use crate::store::Store;
use crate::tasks::{Desk, Held};
use crate::watch::Watchers;
use crate::web::Door;

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

/// The accounts that run, by id. Whoever works on them has them as they were when asked for.
pub type Accounts = Arc<BTreeMap<String, Account>>;

/// What the config says of HTTP and of alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// The listener.
    pub http: HttpSettings,
    /// Who is told.
    pub alerts: Option<AlertSettings>,
}

/// What the handlers work on.
pub struct Live {
    paths: Paths,
    pub(super) store: Store,
    pub(crate) watchers: Watchers,
    pub(super) ending: Ending,
    info: GatewayInfo,
    /// What the runs of all accounts share.
    pub(crate) engine: Arc<Engine>,
    accounts: watch::Sender<Option<Accounts>>,
    /// Accounts that are configured and could not be started.
    failed: watch::Sender<BTreeSet<String>>,
    config: watch::Sender<ConfigInfo>,
    /// What is to be heard and told outside of WhatsApp.
    pub(crate) outside: watch::Sender<Outside>,
    /// What became of the listener.
    pub(crate) http: watch::Sender<Option<HttpInfo>>,
    /// Whether the control page is open, and who may come in.
    pub(crate) door: Door,
    /// And the alerts.
    pub(crate) alerts: watch::Sender<Option<AlertsInfo>>,
    /// What groups were said to be called.
    pub(super) subjects: super::subjects::Told,
    /// Who looks at the config file; nobody in a gateway that is there for one login.
    pub(super) reload: Option<mpsc::Sender<Asked>>,
}

impl Live {
    /// Without accounts until [`Live::set_accounts`].
    #[must_use]
    pub fn new(
        paths: Paths,
        store: Store,
        watchers: Watchers,
        ending: Ending,
        reload: Option<mpsc::Sender<Asked>>,
    ) -> Self {
        let instance: [u8; 8] = clock::random();
        let door = Door::new(paths.page_key(), paths.page_link());
        let info = GatewayInfo {
            pid: std::process::id(),
            instance: format!("{:016x}", u64::from_le_bytes(instance)),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_ms: clock::now_ms(),
            state_dir: paths.state_dir.display().to_string(),
            config: paths.config.display().to_string(),
            rss_bytes: None,
            woke_ms: None,
            http: None,
            alerts: None,
            clock_ahead_ms: None,
        };
        Self {
            paths,
            store,
            watchers,
            ending,
            info,
            engine: Arc::default(),
            accounts: watch::Sender::new(None),
            failed: watch::Sender::new(BTreeSet::new()),
            config: watch::Sender::new(ConfigInfo {
                problem: None,
                loaded_ms: clock::now_ms(),
            }),
            outside: watch::Sender::default(),
            http: watch::Sender::default(),
            door,
            alerts: watch::Sender::default(),
            subjects: super::subjects::Told::default(),
            reload,
        }
    }

    /// This process, now.
    #[must_use]
    pub(crate) fn info(&self) -> GatewayInfo {
        GatewayInfo {
            rss_bytes: memory::rss_bytes(self.info.pid),
            http: self.http.borrow().clone(),
            alerts: self.alerts.borrow().clone(),
            woke_ms: clock::woke_ms(),
            clock_ahead_ms: clock::simulated(),
            ..self.info.clone()
        }
    }

    /// The store.
    #[must_use]
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Where everything lives.
    #[must_use]
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// What is told of the config.
    #[must_use]
    pub fn config(&self) -> ConfigInfo {
        self.config.borrow().clone()
    }

    /// From now on this is heard and told outside of WhatsApp.
    pub fn set_outside(&self, outside: Outside) {
        self.outside.send_if_modified(|now| {
            let differs = *now != outside;
            *now = outside;
            differs
        });
    }

    /// From now on this is told of the config.
    pub fn set_config(&self, config: ConfigInfo) {
        self.config.send_replace(config);
    }

    /// Starts one account, which the others do not notice.
    ///
    /// # Errors
    /// What the store said.
    pub async fn start(
        &self,
        config: AccountConfig,
        shutdown: &CancellationToken,
        connect: bool,
    ) -> anyhow::Result<Account> {
        let (store, watchers) = (self.store.clone(), self.watchers.clone());
        let (engine, media_dir) = (Arc::clone(&self.engine), self.paths.media_dir());
        Account::start(config, engine, store, watchers, media_dir, shutdown, connect).await
    }

    /// When they are started, and whenever others are.
    pub fn set_accounts(&self, accounts: BTreeMap<String, Account>) {
        self.accounts.send_replace(Some(Arc::new(accounts)));
    }

    /// Those of the config that could not be started; told before [`Live::set_accounts`].
    pub fn set_failed(&self, failed: BTreeSet<String>) {
        self.failed.send_replace(failed);
    }

    /// Those that run now; none while the gateway starts.
    #[must_use]
    pub fn running(&self) -> Accounts {
        self.accounts.borrow().clone().unwrap_or_default()
    }

    pub(super) async fn accounts(&self) -> Result<Accounts, ControlError> {
        let mut accounts = self.accounts.subscribe();
        let started = accounts.wait_for(Option::is_some);
        let accounts = match tokio::time::timeout(START_DEADLINE, started).await {
            Ok(Ok(accounts)) => accounts.clone(),
            Ok(Err(_)) | Err(_) => None,
        };
        accounts.ok_or_else(|| {
            tracing::warn!("a request came while the accounts were starting and waited in vain");
            still_starting()
        })
    }

    pub(super) async fn account(&self, id: &str) -> Result<Account, ControlError> {
        let accounts = self.accounts().await?;
        accounts.get(id).cloned().ok_or_else(|| ControlError {
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
        let accounts = self.accounts().await?;
        let linked = accounts.iter().map(|(id, account)| {
            let shared = account.shared();
            let (asking, choosing) = (Arc::clone(shared), Arc::clone(shared));
            let linked = explain::Linked {
                config: shared.config(),
                own: shared.own(),
                pending: explain::Pending::by(move |person| asking.identity_pending(person)),
                answering: explain::Answering::by(move |chat, person| {
                    choosing.conversations.answering(&choosing.config(), chat, person)
                }),
            };
            (id.clone(), linked)
        });
        Ok(linked.collect())
    }

    /// The settings of all accounts or of one.
    pub(super) async fn configs(
        &self,
        account: Option<&str>,
    ) -> Result<Vec<Arc<AccountConfig>>, ControlError> {
        if let Some(id) = account {
            return Ok(vec![self.account(id).await?.shared().config()]);
        }
        let accounts = self.accounts().await?;
        Ok(accounts
            .values()
            .map(|account| account.shared().config())
            .collect())
    }

    /// Ends a run that is under way. Returns whether somebody had it.
    pub(super) fn end_run(&self, run: i64) -> bool {
        self.engine.running.cancel_run(run, Why::Stopped)
    }

    /// Where Tasks are worked on.
    pub(super) async fn desk(&self) -> Result<Desk, ControlError> {
        self.accounts().await?;
        Ok(self.desk_now())
    }

    /// The same, with those accounts that run now.
    pub(crate) fn desk_now(&self) -> Desk {
        let accounts = self.running();
        let failed = self.failed.borrow().clone();
        let links = accounts.iter().filter_map(|(id, account)| {
            Held::of_link(&account.view().stored.state).map(|held| (id.clone(), held))
        });
        let configs = accounts.values().map(|account| account.shared().config());
        Desk::new(&self.store, configs)
            .holding(links)
            .holding(failed.into_iter().map(|id| (id, Held::Failed)))
    }

    /// All accounts as every surface shows them.
    pub(super) async fn infos(&self) -> Result<Vec<AccountInfo>, ControlError> {
        let mut infos =
            account_infos(&self.store, self.accounts().await?.values().map(Account::view)).await?;
        infos.extend(
            self.failed
                .borrow()
                .iter()
                .map(|id| info_without_store(failed_to_start(id))),
        );
        Ok(infos)
    }

    /// Whether all is well. Asks nothing that could keep it waiting.
    #[must_use]
    pub fn health(&self) -> Health {
        if self.accounts.borrow().is_none() {
            return health::unanswered(&still_starting());
        }
        let infos: Vec<_> = self.views().into_iter().map(info_without_store).collect();
        self.judge(&infos)
    }

    /// All accounts now, those that could not be started too; none while the gateway starts.
    pub(crate) fn views(&self) -> Vec<View> {
        let mut views: Vec<_> = self.running().values().map(Account::view).collect();
        views.extend(self.failed.borrow().iter().map(|id| failed_to_start(id)));
        views
    }

    /// The same by accounts that were looked at already.
    #[must_use]
    pub fn judge(&self, accounts: &[AccountInfo]) -> Health {
        let health = health::health(
            Some(&self.info()),
            Some(&self.config()),
            accounts,
            clock::now_ms(),
        );
        if self.reload.is_none() {
            return health::while_login(health);
        }
        health
    }
}

fn still_starting() -> ControlError {
    ControlError {
        code: ErrorCode::NotReady,
        message: "the gateway is still starting its accounts".to_owned(),
        next: "try again in a moment".to_owned(),
    }
}
