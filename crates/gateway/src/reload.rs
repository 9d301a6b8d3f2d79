//! Reads the config file again when it changes, and puts it in force account by account.
//!
//! A file that is wrong changes nothing: the last good config stays in force, and status says why.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fased_protocol::control::{ConfigInfo, ConfigProblem};
use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::config::{Config, ConfigError, without_numbers};
use crate::control::{Live, Outside};
use crate::paths::Paths;

/// Requests to look at once that may wait. When full the asker waits.
pub(crate) const ASKED_QUEUE: usize = 4;
/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// A file that did not change for this long has been written.
const SETTLED: Duration = Duration::from_millis(100);
/// A file that makes no sense gets this much longer: perhaps only half of it is there.
const SECOND_LOOK: Duration = Duration::from_millis(400);
/// A config that is wrong for so long is worth a notice, milliseconds.
const LASTS_MS: i64 = 60_000;
/// A file that changes all the time is read another time.
const LOOKS: usize = 20;

/// A request to look now; told what is in force since, or why the file is not.
pub(crate) type Asked = oneshot::Sender<Result<String, String>>;

/// What tells one state of a file from another without reading it; `None` where there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look(Option<(i64, i64, u64, u64)>);

impl Look {
    pub(crate) fn at(path: &Path) -> Self {
        let about = std::fs::metadata(path).ok();
        Self(about.map(|about| (about.mtime(), about.mtime_nsec(), about.size(), about.ino())))
    }
}

/// What is in force, and what was seen of the file.
pub(crate) struct Reload {
    live: Arc<Live>,
    seen: Look,
    /// The config in force was written in a file.
    from_file: bool,
    /// What was said of it already.
    warnings: Vec<String>,
    /// An account of it could not be started; that is tried again.
    unfinished: bool,
    /// Since when the problem is that the owner has a notice about, Unix milliseconds.
    noticed_ms: Option<i64>,
    shutdown: CancellationToken,
}

impl Reload {
    pub(crate) fn new(
        live: Arc<Live>,
        seen: Look,
        warnings: Vec<String>,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            live,
            from_file: seen.0.is_some(),
            seen,
            warnings,
            unfinished: false,
            noticed_ms: None,
            shutdown,
        }
    }

    /// Looks until told to end.
    pub(crate) async fn run(mut self, mut asked: mpsc::Receiver<Asked>) {
        loop {
            let asker = tokio::select! {
                () = self.shutdown.cancelled() => return,
                Some(asker) = asked.recv() => Some(asker),
                () = clock::pause(EVERY) => None,
            };
            self.notice().await;
            let changed = Look::at(&self.live.paths().config) != self.seen;
            if asker.is_none() && !changed && !self.unfinished {
                continue;
            }
            let told = self.look().await;
            if let Some(asker) = asker
                && asker.send(told).is_err()
            {
                tracing::debug!("nobody waits for the config any more");
            }
        }
    }

    /// Who edits a file sees at once that it is wrong, or after a moment that it is not. What lasts is worth a notice: one.
    async fn notice(&mut self) {
        let problem = self.live.config().problem;
        let now = clock::now_ms();
        let Some(since_ms) = due(problem.as_ref(), self.noticed_ms, now) else {
            return;
        };
        // What is written there may be somebody's number, which is for status and not for others.
        let text = "The config file is not in force as it is now; the gateway goes on with the last good one. Next: \
                    fased config validate";
        match self.live.store().add_notice_of("config", "", text, now).await {
            Ok(()) => self.noticed_ms = Some(since_ms),
            // It is tried again with the next look.
            Err(error) => tracing::debug!("cannot leave a notice: {error:#}"),
        }
    }

    async fn look(&mut self) -> Result<String, String> {
        let paths = self.live.paths().clone();
        let Some((seen, loaded)) = settled(&paths).await else {
            return Err(format!("{} changes all the time", paths.config.display()));
        };
        self.seen = seen;
        // Some programs take a file away before they write the new one, and nobody ends all accounts that way.
        let gone = self.from_file && seen.0.is_none();
        let loaded = match loaded {
            Ok(_) if gone => Err((
                format!("{} is gone", paths.config.display()),
                "it is gone".to_owned(),
            )),
            Ok(config) => Ok(config),
            Err(error) => Err((error.to_string(), error.places())),
        };
        let before = self.live.config();
        let loaded_ms = loaded.as_ref().map_or(before.loaded_ms, |_| clock::now_ms());
        let mut logged = String::new();
        let told = match loaded {
            Ok(config) => self.put_in_force(config).await,
            Err((problem, places)) => {
                self.unfinished = false;
                // What is written there may be somebody's number, which is for status and not for the log.
                logged = format!(
                    "{} is wrong ({places}), so the last good config stays in force; see: fased config validate",
                    paths.config.display()
                );
                Err(format!("the last good config stays in force: {problem}"))
            }
        };
        let problem = told.as_ref().err().map(|message| match before.problem {
            Some(old) if old.message == *message => old,
            other => {
                tracing::warn!("{}", if logged.is_empty() { message } else { &logged });
                ConfigProblem {
                    message: message.clone(),
                    since_ms: other.map_or_else(clock::now_ms, |old| old.since_ms),
                }
            }
        });
        self.live.set_config(ConfigInfo { problem, loaded_ms });
        told
    }

    async fn put_in_force(&mut self, config: Config) -> Result<String, String> {
        if config.warnings != self.warnings {
            for warning in &config.warnings {
                tracing::warn!(
                    "{}: {}",
                    self.live.paths().config.display(),
                    without_numbers(warning)
                );
            }
        }
        self.warnings = config.warnings;
        self.from_file = self.seen.0.is_some();
        self.live.set_outside(Outside {
            http: config.http,
            alerts: config.alerts,
        });
        let mut wanted = config.accounts;
        let mut accounts = BTreeMap::new();
        let mut leaving = Vec::new();
        let mut changes = Vec::new();
        for (id, account) in self.live.running().iter() {
            match wanted.remove(id) {
                Some(settings) if account.must_start_again_for(&settings) => {
                    leaving.push(account.clone());
                    wanted.insert(id.clone(), settings);
                    changes.push(format!("account {id} was started again"));
                }
                Some(settings) => {
                    account.apply(settings).await;
                    accounts.insert(id.clone(), account.clone());
                }
                None => {
                    leaving.push(account.clone());
                    changes.push(format!("account {id} was ended"));
                }
            }
        }
        let left: Vec<&str> = leaving.iter().map(|account| account.shared().id()).collect();
        let ended = join_all(leaving.iter().map(|account| account.end())).await;
        let mut problem = None;
        for (account, ended) in leaving.iter().zip(ended) {
            if !ended {
                // Two of it would answer everything twice.
                let id = account.shared().id().to_owned();
                problem = Some(format!("account {id} has not ended yet, which is tried again"));
                wanted.remove(&id);
                accounts.insert(id, account.clone());
            }
        }
        let mut failed = BTreeSet::new();
        for (id, settings) in wanted {
            match self.live.start(settings, &self.shutdown, true).await {
                Ok(account) => {
                    if !left.contains(&id.as_str()) {
                        changes.push(format!("account {id} was started"));
                    }
                    accounts.insert(id, account);
                }
                Err(error) => {
                    problem = Some(format!(
                        "account {id} cannot be started, which is tried again: {error:#}"
                    ));
                    failed.insert(id);
                }
            }
        }
        self.live.set_failed(failed);
        self.live.set_accounts(accounts);
        self.unfinished = problem.is_some();
        let mut told = "the config is in force".to_owned();
        for change in changes {
            told.push_str("; ");
            told.push_str(&change);
        }
        match problem {
            None => {
                tracing::info!("{told}");
                Ok(told)
            }
            Some(problem) => Err(problem),
        }
    }
}

/// Since when a problem is, if it is to be noticed now.
fn due(problem: Option<&ConfigProblem>, noticed_ms: Option<i64>, now_ms: i64) -> Option<i64> {
    let since_ms = problem?.since_ms;
    let lasts = now_ms.saturating_sub(since_ms) >= LASTS_MS;
    Some(since_ms).filter(|_| lasts && noticed_ms != Some(since_ms))
}

/// The config as it is when nobody writes it; nothing while somebody never stops.
async fn settled(paths: &Paths) -> Option<(Look, Result<Config, ConfigError>)> {
    let mut look = Look::at(&paths.config);
    for _ in 0..LOOKS {
        clock::pause(SETTLED).await;
        let before = std::mem::replace(&mut look, Look::at(&paths.config));
        if before != look {
            continue;
        }
        let loaded = Config::load(paths);
        if loaded.is_err() || look.0.is_none() {
            clock::pause(SECOND_LOOK).await;
        }
        let after = Look::at(&paths.config);
        if after == look {
            return Some((look, loaded));
        }
        look = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_that_stays_wrong_is_noticed_once() {
        let problem = ConfigProblem {
            message: "wrong".to_owned(),
            since_ms: 1_000,
        };
        for (noticed_ms, now_ms, told) in [
            (None, 1_000 + LASTS_MS - 1, None),
            (None, 1_000 + LASTS_MS, Some(1_000)),
            (Some(1_000), 1_000 + LASTS_MS, None),
            (Some(1), 1_000 + LASTS_MS, Some(1_000)),
        ] {
            assert_eq!(due(Some(&problem), noticed_ms, now_ms), told);
        }
        assert_eq!(due(None, None, i64::MAX), None);
    }
}
