//! One run of the gateway, from lease to drain.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use crate::config::ConfigError;
pub use crate::lease::LeaseHeld;

use crate::alerts;
use crate::cage;
use crate::clock;
use crate::config::{Config, without_numbers};
use crate::control::{self, Ending, Live, Outside};
use crate::lease::{Lease, make_private_dir};
use crate::media;
use crate::memory;
use crate::paths::Paths;
use crate::reload::{self, Reload};
use crate::service;
use crate::session;
use crate::storage;
use crate::store::Store;
use crate::tasks::scheduler;
use crate::watch::Watchers;
use crate::web;

/// A drain that takes longer than this is cut off; the sidecars' groups are killed then.
const DRAIN_DEADLINE: Duration = Duration::from_secs(12);

/// Programs of agents that were told to end are killed after two seconds, so that all are gone by then.
const PROGRAMS_DEADLINE: Duration = Duration::from_secs(4);

/// How a run is to be.
pub struct RunOptions {
    /// Where everything lives.
    pub paths: Paths,
    /// A temporary gateway for the login of this one account; others are not started.
    pub only_account: Option<String>,
    /// Listen for the control page there, also beyond this machine.
    pub page: Option<SocketAddr>,
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
    let RunOptions {
        paths,
        only_account,
        page,
    } = options;
    make_private_dir(&paths.state_dir)?;
    for folder in ["inbound", "outbound"] {
        make_private_dir(&paths.media_dir().join(folder))?;
    }
    make_private_dir(&paths.workspace_dir())?;
    let _lease = Lease::take(&paths.lease)?;
    cage::remember_in(paths.state_dir.join("node.json"));
    // Before it is read: a change while it is read is found later.
    let seen = reload::Look::at(&paths.config);
    let config = Config::load(&paths)?;
    for warning in &config.warnings {
        tracing::warn!("{}: {}", paths.config.display(), without_numbers(warning));
    }
    let store = Store::open(&paths.store).await?;
    media::retention::clear_left_behind(&store, &paths.media_dir()).await?;
    let tasks = TaskTracker::new();
    let ending = Ending::new(shutdown.clone());
    let (ask, asked) = mpsc::channel(reload::ASKED_QUEUE);
    let live = Arc::new(Live::new(
        paths.clone(),
        store.clone(),
        Watchers::default(),
        ending.clone(),
        only_account.is_none().then_some(ask),
    ));
    let server = control::listen(&paths.socket)?;
    listening();
    tasks.spawn(control::serve(server, Arc::clone(&live), shutdown.clone()));
    tasks.spawn(clock::watch_forever(shutdown.clone()));
    let mut accounts = BTreeMap::new();
    for (id, account) in config.accounts {
        if only_account.as_ref().is_some_and(|only| *only != id) {
            continue;
        }
        let started = live.start(account, &shutdown, only_account.is_none());
        accounts.insert(id, started.await?);
    }
    live.set_accounts(accounts);
    tasks.spawn(storage::watch_forever(store.clone(), shutdown.clone()));
    tasks.spawn(memory::trim_forever(shutdown.clone()));
    if only_account.is_none() {
        live.set_outside(Outside {
            http: config.http,
            alerts: config.alerts,
        });
        live.door.begin(page).await.map_err(anyhow::Error::msg)?;
        tasks.spawn(web::listen_forever(Arc::clone(&live), shutdown.clone()));
        tasks.spawn(alerts::tell_forever(Arc::clone(&live), shutdown.clone()));
        let reload = Reload::new(Arc::clone(&live), seen, config.warnings, shutdown.clone());
        tasks.spawn(reload.run(asked));
        service::ready();
        tasks.spawn(service::tell_forever(Arc::clone(&live), shutdown.clone()));
        tasks.spawn(scheduler::run(Arc::clone(&live), shutdown.clone()));
        tasks.spawn(session::forget::forget_forever(
            Arc::clone(&live),
            config.agents.transcript_days,
            shutdown.clone(),
        ));
    }
    tracing::info!(state_dir = %paths.state_dir.display(), "gateway is up");
    shutdown.cancelled().await;
    tracing::info!("draining");
    match ending.ended() {
        Ended::Stopped => service::stopping(),
        Ended::Restart => service::reloading(),
    }
    tasks.close();
    let drained = async {
        // Accounts may still be exchanged until these have ended.
        tasks.wait().await;
        for account in live.running().values() {
            account.ended().await;
        }
    };
    if tokio::time::timeout(DRAIN_DEADLINE, drained).await.is_err() {
        tracing::warn!("the drain took too long and was cut off");
    }
    // Nobody would see to the end of them after this process, nor after it has executed itself anew.
    if tokio::time::timeout(PROGRAMS_DEADLINE, fased_agents::settled())
        .await
        .is_err()
    {
        tracing::warn!("a program of an agent did not end, and is left");
    }
    store.close().await;
    control::remove_socket(&paths.socket);
    Ok(ending.ended())
}
