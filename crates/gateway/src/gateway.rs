//! One run of the gateway, from lease to drain.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use crate::config::ConfigError;
pub use crate::lease::LeaseHeld;

use crate::account::Account;
use crate::config::Config;
use crate::control::{self, Ending, Live};
use crate::lease::{Lease, make_private_dir};
use crate::paths::Paths;
use crate::store::Store;
use crate::watch::Watchers;

/// A drain that takes longer than this is cut off; the sidecars' groups are killed then.
const DRAIN_DEADLINE: Duration = Duration::from_secs(12);

/// How a run is to be.
pub struct RunOptions {
    /// Where everything lives.
    pub paths: Paths,
    /// A temporary gateway for the login of this one account; others are not started.
    pub only_account: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Asked to stop.
    Stopped,
    /// Asked to start again: the caller executes the program anew.
    Restart,
}

/// Runs until `shutdown` is cancelled or a control request ends it. `listening` is called once,
/// when the control socket answers.
///
/// # Errors
/// [`LeaseHeld`] when another gateway has the state dir, [`ConfigError`] when the config is wrong,
/// else what the machine said.
pub async fn run(
    options: RunOptions,
    shutdown: CancellationToken,
    listening: impl FnOnce() + Send,
) -> Result<Ended> {
    let RunOptions { paths, only_account } = options;
    make_private_dir(&paths.state_dir)?;
    let _lease = Lease::take(&paths.lease)?;
    let config = Config::load(&paths)?;
    for warning in &config.warnings {
        tracing::warn!("{}: {warning}", paths.config.display());
    }
    let store = Store::open(&paths.store).await?;
    let watchers = Watchers::default();
    let tasks = TaskTracker::new();
    let ending = Ending::new(shutdown.clone());
    let live = Arc::new(Live::new(
        paths.clone(),
        store.clone(),
        watchers.clone(),
        ending.clone(),
    ));
    let server = control::listen(&paths.socket)?;
    listening();
    tasks.spawn(control::serve(server, Arc::clone(&live), shutdown.clone()));
    let mut accounts = BTreeMap::new();
    for (id, account) in config.accounts {
        if only_account.as_ref().is_some_and(|only| *only != id) {
            continue;
        }
        let started = Account::start(
            account,
            store.clone(),
            watchers.clone(),
            &tasks,
            shutdown.clone(),
            only_account.is_none(),
        );
        accounts.insert(id, started.await?);
    }
    live.set_accounts(accounts);
    tracing::info!(state_dir = %paths.state_dir.display(), "gateway is up");
    shutdown.cancelled().await;
    tracing::info!("draining");
    tasks.close();
    if tokio::time::timeout(DRAIN_DEADLINE, tasks.wait()).await.is_err() {
        tracing::warn!("the drain took too long and was cut off");
    }
    store.close().await;
    control::remove_socket(&paths.socket);
    Ok(ending.ended())
}
