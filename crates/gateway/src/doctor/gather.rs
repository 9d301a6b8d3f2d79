//! Gathers the facts. Nothing here changes anything, and whatever cannot be looked at is told among them.

mod agents;
mod auth;
mod files;
mod gateway;
mod history;
mod node;
mod processes;
mod service;

pub(crate) use node::look as node_here;

use std::time::Duration;

use fased_protocol::control::{AccountInfo, ControlError, Problem};

use super::disk::make_room;
use super::facts::{ConfigFacts, DiskFact, Facts, History, StoreFacts};
use super::{Subject, network};
use crate::clock;
use crate::config::Config;
use crate::offline;
use crate::paths::Paths;
use crate::store::{Fault, Store, StoreUnreadable, free_bytes, is_storage_fault, quick_check};

/// SQLite's check of a large store is given up after this.
const QUICK_CHECK_DEADLINE: Duration = Duration::from_secs(20);
/// In a simulation: how much room file systems are said to have, bytes.
const SIMULATED_FREE: &str = "FASED_SIMULATED_FREE_BYTES";

/// Is told what is being looked at, by those who watch.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// Looks at everything, and at more of what a symptom is about.
///
/// # Errors
/// When the symptom's sender or group is none.
pub async fn gather(
    paths: &Paths,
    subject: Option<&Subject>,
    terminal: Option<(u16, u16)>,
    progress: Progress<'_>,
) -> Result<Facts, ControlError> {
    let now_ms = clock::now_ms();
    progress("the config and the files");
    let exists = paths.config.exists();
    let loaded = Config::load(paths);
    let (config, problem) = match loaded {
        Ok(config) => (Some(config), None),
        Err(error) => (None, Some(error.message)),
    };
    let auth = auth::look(paths, config.as_ref());
    let files = files::look(paths, &auth);
    progress("the gateway and its links");
    let (gateway, live) = gateway::look(paths).await;
    let runs = gateway.info.is_some();
    let probed = gateway.probe.as_ref().and_then(|probe| probe.node.clone());
    let host = if runs {
        None
    } else {
        Some(network::whatsapp().await)
    };
    progress("the agents and Node.js");
    let mut facts = Facts {
        now_ms,
        paths: paths.clone(),
        uid: nix::unistd::geteuid().as_raw(),
        agents: agents::look(config.as_ref()).await,
        config: ConfigFacts {
            exists,
            config,
            problem,
            unknown_numbers: Vec::new(),
        },
        gateway,
        files,
        auth,
        store: StoreFacts::default(),
        disks: disks(paths),
        // The gateway's environment may be another.
        node: match probed {
            Some(node) => node,
            None => node_here().await,
        },
        built_ms: built_ms(),
        host,
        accounts: live.unwrap_or_default(),
        history: History::default(),
        service: service::look(),
        messages: Vec::new(),
        terminal,
        unread: Vec::new(),
    };
    progress("the store");
    let store = open_store(paths, &mut facts.store).await;
    if !runs || facts.gateway.hampered.is_some() {
        facts.accounts = stopped(paths, store.as_ref(), &facts).await;
    }
    if let Some((_, problems)) = &facts.gateway.hampered {
        told_by_health(&mut facts.accounts, problems);
    }
    if let Some(store) = &store {
        history::fill(store, &mut facts).await;
        if let Some(subject) = subject {
            history::fill_messages(store, subject, &mut facts).await?;
        }
        store.close().await;
    }
    Ok(facts)
}

/// The accounts as they were left. Without a config that can be read, those that the store knows.
async fn stopped(paths: &Paths, store: Option<&Store>, facts: &Facts) -> Vec<AccountInfo> {
    if facts.config.config.is_some() {
        let mut accounts = offline::accounts(paths, store).await.unwrap_or_default();
        if facts.store.unreadable.is_some() {
            // Who is linked stands in the store, and the auth files show it as well.
            for account in accounts.iter_mut().filter(|account| account.state == "unlinked") {
                if facts.has_login(&account.account) {
                    account.state = "suspended".to_owned();
                    account.sentence = "No gateway runs.".to_owned();
                    account.next = None;
                }
            }
        }
        return accounts;
    }
    match store {
        Some(store) => offline::stored_accounts(store).await.unwrap_or_default(),
        None => Vec::new(),
    }
}

/// The states that a gateway knows without its store.
fn told_by_health(accounts: &mut [AccountInfo], problems: &[Problem]) {
    for account in accounts.iter_mut().filter(|account| account.enabled) {
        let own = |problem: &&Problem| problem.account.as_ref() == Some(&account.account);
        match problems.iter().find(own) {
            Some(problem) => {
                account.state.clone_from(&problem.code);
                account.sentence.clone_from(&problem.sentence);
                account.next.clone_from(&problem.next);
            }
            None => account.state = "ready".to_owned(),
        }
    }
}

async fn open_store(paths: &Paths, facts: &mut StoreFacts) -> Option<Store> {
    let path = &paths.store;
    let size = |suffix: &str| {
        let mut name = path.clone().into_os_string();
        name.push(suffix);
        std::fs::metadata(name).map_or(0, |found| found.len())
    };
    let found = std::fs::symlink_metadata(path);
    if found
        .as_ref()
        .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    {
        return None;
    }
    facts.exists = true;
    facts.bytes = size("");
    facts.wal_bytes = size("-wal");
    let checked = quick_check(path, QUICK_CHECK_DEADLINE).await;
    let opened = match checked {
        Ok(complaints) => {
            facts.complaints = complaints;
            Store::open_to_read(path).await
        }
        Err(error) => Err(crate::store::unreadable(path, error)),
    };
    match opened {
        Ok(store) => store,
        Err(error) => {
            let damaged = error.downcast_ref::<StoreUnreadable>();
            let (why, next) = match (damaged, is_storage_fault(&error)) {
                (Some(damaged), _) => (format!("{error:#}"), damaged.next.clone()),
                (None, Some(fault @ (Fault::Full | Fault::Quota))) => {
                    (fault.why().to_owned(), make_room(path))
                }
                (None, Some(_) | None) => {
                    let next = format!("look at its owner and mode: ls -l {}", path.display());
                    (format!("{error:#}"), next)
                }
            };
            facts.unreadable = Some((why, next));
            None
        }
    }
}

/// The file systems that are written to; each once.
fn disks(paths: &Paths) -> Vec<DiskFact> {
    let simulated =
        std::env::var_os("FASED_WHATSAPP_URL").and_then(|_| std::env::var(SIMULATED_FREE).ok()?.parse().ok());
    let mut disks: Vec<DiskFact> = Vec::new();
    for wanted in [paths.state_dir.clone(), paths.media_dir()] {
        // What is not there yet is going to be on its parent's.
        let Some(path) = wanted.ancestors().find(|folder| folder.is_dir()) else {
            continue;
        };
        let Ok(room) = nix::sys::statvfs::statvfs(path) else {
            continue;
        };
        let free_bytes = simulated.unwrap_or(free_bytes(&room));
        let free_inodes = (room.files() > 0).then(|| room.files_available());
        let same = |disk: &DiskFact| (disk.free_bytes, disk.free_inodes) == (free_bytes, free_inodes);
        if !disks.iter().any(same) {
            disks.push(DiskFact {
                path: path.to_owned(),
                free_bytes,
                free_inodes,
            });
        }
    }
    disks
}

/// When this program's file was written.
fn built_ms() -> Option<i64> {
    let written = std::env::current_exe().ok()?.metadata().ok()?.modified().ok()?;
    let since_epoch = written.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_millis()).ok()
}
