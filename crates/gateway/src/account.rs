//! One task per account: hears news, steps the pure machine, carries out its effects.
//!
//! Everything that outlives a process is in the store; the tasks beside this one (`intake`,
//! `inbound`, `run`, `outbound`, `reading`) find their work there and are only woken from here.

mod driver;
#[cfg(test)]
mod fixtures;
mod heard;
pub(crate) mod intake;
mod lids;
mod login;
mod lookup;
mod shared;
mod storage;
mod view;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use anyhow::Result;
use fased_policy::ids::Phone;
use fased_policy::lifecycle::Status;
use fased_protocol::control::{ControlError, ErrorCode, LoginEvent};
use fased_protocol::sidecar::LoginMethod;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock;
use crate::config::AccountConfig;
use crate::control::internal;
use crate::reading;
use crate::run::Engine;
use crate::session::Conversations;
use crate::store::{Store, is_storage_fault};
use crate::watch::Watchers;
pub use shared::{OpenLink, Shared};
pub use view::{View, failed_to_start, info, info_without_store, next_action};

/// Commands that may wait for one account. A full queue makes the caller wait.
const COMMAND_QUEUE: usize = 16;
/// Login events that a slow login client may lag behind.
const LOGIN_QUEUE: usize = 64;
/// How long one account may take to end while the others go on; its driver gives up before.
const END_DEADLINE: Duration = Duration::from_secs(10);
/// How long a logout may take on WhatsApp's side and ours.
const LOGOUT_DEADLINE: Duration = Duration::from_secs(30);

/// What an account is told to do.
enum Command {
    Start,
    /// To wait for the rest of a ban.
    StillBanned {
        /// So long.
        rest_ms: u64,
    },
    Stop,
    Login(LoginMethod),
    /// Somebody who waited for a login does not any more.
    LoginLeft,
    Logout {
        /// Told `true` when WhatsApp has unlinked the device; dropped when it was not asked.
        told: oneshot::Sender<bool>,
    },
}

/// A started account.
#[derive(Clone)]
pub struct Account {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    view: watch::Receiver<View>,
    logins: broadcast::Sender<LoginEvent>,
}

impl Account {
    /// Starts the account's tasks; they end after `shutdown`, or by [`Account::end`]. Without `connect`
    /// the account waits for a login.
    ///
    /// # Errors
    /// What the store said.
    pub(crate) async fn start(
        config: AccountConfig,
        engine: Arc<Engine>,
        store: Store,
        watchers: Watchers,
        media_dir: PathBuf,
        shutdown: &CancellationToken,
        connect: bool,
    ) -> Result<Self> {
        let mut stored = store.account(config.id.as_str()).await?.unwrap_or_default();
        config.id.as_str().clone_into(&mut stored.account);
        let enabled = config.enabled;
        let paused = stored.paused;
        // Only a command goes on after these: another machine may hold the login, or the login is gone.
        let stopped_for_good = [Status::Replaced, Status::LoggedOut, Status::Forbidden]
            .iter()
            .any(|status| status.as_str() == stored.state);
        let unlinked = [Status::Unlinked, Status::LoggedOut, Status::Forbidden]
            .iter()
            .any(|status| status.as_str() == stored.state);
        let was_linked = stored.phone.is_some() && !unlinked;
        let banned_ms = view::rest_of_ban(&stored, clock::now_ms());
        let tasks = TaskTracker::new();
        let ending = shutdown.child_token();
        let asked = lids::Asked::new(store.asked_aliases().await?);
        let conversations = Conversations::load(&store, config.id.as_str()).await?;
        engine.apply(&config.agents);
        let shared = Arc::new(Shared {
            own: RwLock::new(stored.identity()),
            id: config.id.clone(),
            config: watch::Sender::new(Arc::new(config)),
            store,
            watchers,
            media_dir,
            link: watch::Sender::new(None),
            ending: ending.clone(),
            storage: watch::Sender::new(None),
            auth_trouble: watch::Sender::new(None),
            tasks: tasks.clone(),
            verdicts: tokio::sync::Mutex::new(()),
            undecided: Notify::new(),
            runs: Notify::new(),
            files: Notify::new(),
            outbox: Notify::new(),
            reading: reading::Queue::default(),
            listed: Notify::new(),
            engine,
            conversations,
            heard: heard::Heard::default(),
            asked,
        });
        let (commands, to_do) = mpsc::channel(COMMAND_QUEUE);
        let (shown, view) = watch::channel(View::new(
            enabled,
            paused,
            stopped_for_good || banned_ms.is_some(),
            &stored,
        ));
        let logins = broadcast::channel(LOGIN_QUEUE).0;
        let work = ending.child_token();
        tasks.spawn(crate::inbound::decide_forever(Arc::clone(&shared), work.clone()));
        tasks.spawn(crate::media::incoming::fetch_forever(
            Arc::clone(&shared),
            work.clone(),
        ));
        tasks.spawn(crate::run::answer_forever(Arc::clone(&shared), work.clone()));
        tasks.spawn(crate::outbound::send_forever(Arc::clone(&shared), work.clone()));
        tasks.spawn(reading::mark_forever(Arc::clone(&shared), work.clone()));
        tasks.spawn(lids::resolve_forever(Arc::clone(&shared), work.clone()));
        tasks.spawn(storage::watch_forever(Arc::clone(&shared), work));
        let driver = driver::Driver::new(Arc::clone(&shared), shown, logins.clone(), was_linked);
        tasks.spawn(driver.run(to_do, ending));
        let account = Self {
            shared,
            commands,
            view,
            logins,
        };
        if enabled && connect && !paused && !stopped_for_good {
            account
                .command(banned_ms.map_or(Command::Start, |rest_ms| Command::StillBanned { rest_ms }))
                .await?;
        }
        Ok(account)
    }

    /// Puts changed settings in force for whatever is decided from now on. The link stays.
    pub async fn apply(&self, config: AccountConfig) {
        let people = |config: &AccountConfig| -> HashSet<Phone> { config.phones().cloned().collect() };
        let others = people(&config) != people(&self.shared.config());
        {
            // A verdict under way is given by the settings that it began with.
            let _verdicts = self.shared.verdicts.lock().await;
            self.shared.engine.apply(&config.agents);
            self.shared.config.send_replace(Arc::new(config));
        }
        if others {
            self.shared.listed.notify_one();
        }
        for work in [&self.shared.undecided, &self.shared.runs, &self.shared.outbox] {
            work.notify_one();
        }
    }

    /// Do these settings need another start? Only those do that the link itself hangs on.
    #[must_use]
    pub fn must_start_again_for(&self, config: &AccountConfig) -> bool {
        let now = self.shared.config();
        (now.enabled, &now.auth_dir) != (config.enabled, &config.auth_dir)
    }

    /// Ends this account alone. Returns whether its process is gone and its tasks have ended; if not, it must
    /// not be started a second time yet.
    pub async fn end(&self) -> bool {
        self.shared.ending.cancel();
        let ended = tokio::time::timeout(END_DEADLINE, self.ended()).await.is_ok();
        if !ended {
            tracing::warn!(account = self.shared.id(), "the account takes long to end");
        }
        ended
    }

    /// Waits for the end of all its tasks, which has to be asked for elsewhere.
    pub async fn ended(&self) {
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    /// What the tasks share.
    #[must_use]
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// What every surface shows.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            last_inbound_ms: self.shared.heard.last(),
            questions: self.shared.engine.questions.count(self.shared.id()) as u64,
            ..self.view.borrow().clone()
        }
    }

    /// Starts a login and tells how it goes, until `linked` or `error`.
    ///
    /// # Errors
    /// When the account is switched off.
    pub async fn login(&self, method: LoginMethod) -> Result<broadcast::Receiver<LoginEvent>, ControlError> {
        if !self.shared.config().enabled {
            return Err(ControlError {
                code: ErrorCode::Refused,
                message: format!("account {} is switched off in the config", self.shared.id()),
                next: "set channels.whatsapp.enabled (and the account's own) to true".to_owned(),
            });
        }
        // Who links an account wants it linked.
        let kept = self.shared.store.set_paused(self.shared.id(), false).await;
        kept.map_err(|error| stopping(&error))?;
        let events = self.logins.subscribe();
        self.command(Command::Login(method))
            .await
            .map_err(|error| stopping(&error))?;
        Ok(events)
    }

    /// Tells that somebody has dropped what [`Account::login`] gave them. With the last of them the login ends, unless a
    /// phone took its code already: nothing that is linked is ever unlinked by this.
    pub async fn login_left(&self) {
        if let Err(error) = self.command(Command::LoginLeft).await {
            tracing::debug!("the login ends with the account: {error:#}");
        }
    }

    /// Unlinks the account on WhatsApp's side where the link is open, and sets its auth files
    /// aside. Returns when no process holds them any more, with whether WhatsApp was told.
    ///
    /// # Errors
    /// When it takes too long, or the files could not be moved.
    pub async fn logout(&self) -> Result<bool, ControlError> {
        let mut view = self.view.clone();
        let (told, was_told) = oneshot::channel();
        self.command(Command::Logout { told })
            .await
            .map_err(|error| stopping(&error))?;
        let gone = async {
            // Resolved when the command was carried out, so that an older state is not taken for the new one.
            let told = was_told.await.unwrap_or(false);
            let view = view
                .wait_for(|view| view.sidecar_pid.is_none() && view.is_logged_out())
                .await;
            view.map(|view| (told, view.set_aside_problem.clone()))
        };
        match tokio::time::timeout(LOGOUT_DEADLINE, gone).await {
            Ok(Ok((told, problem))) => match problem {
                Some(problem) => Err(ControlError {
                    code: ErrorCode::Internal,
                    message: format!(
                        "the auth files of account {} are still in place: {problem}",
                        self.shared.id()
                    ),
                    next: format!("move {} away by hand", self.shared.config().auth_dir.display()),
                }),
                None => Ok(told),
            },
            Ok(Err(_)) | Err(_) => Err(ControlError {
                code: ErrorCode::TimedOut,
                message: format!("account {} was not logged out within 30 s", self.shared.id()),
                next: "see `fased channels status`, then try again".to_owned(),
            }),
        }
    }

    /// Closes the account's link and keeps it closed, also over restarts.
    ///
    /// # Errors
    /// What the store said.
    pub async fn pause(&self) -> Result<()> {
        self.shared.store.set_paused(self.shared.id(), true).await?;
        self.stop().await;
        Ok(())
    }

    /// Opens a link again that was paused, replaced or given up.
    ///
    /// # Errors
    /// What the store said.
    pub async fn resume(&self) -> Result<()> {
        self.shared.store.set_paused(self.shared.id(), false).await?;
        self.command(Command::Start).await
    }

    /// Closes the account's link and opens it again, with a new process.
    ///
    /// # Errors
    /// What the store said.
    pub async fn restart(&self) -> Result<()> {
        self.stop().await;
        self.resume().await
    }

    /// Stops the account and waits until its process is gone.
    async fn stop(&self) {
        if self.command(Command::Stop).await.is_ok() {
            let mut view = self.view.clone();
            // The machine's own grace, TERM and KILL bound this wait.
            if view.wait_for(|view| view.sidecar_pid.is_none()).await.is_err() {
                tracing::debug!("the account had ended already");
            }
        }
    }

    async fn command(&self, command: Command) -> Result<()> {
        self.commands
            .send(command)
            .await
            .map_err(|_ended| anyhow::anyhow!("the gateway is stopping"))
    }
}

fn stopping(error: &anyhow::Error) -> ControlError {
    if is_storage_fault(error).is_some() {
        return internal(error);
    }
    ControlError {
        code: ErrorCode::NotReady,
        message: error.to_string(),
        next: "start it again: fased gateway run".to_owned(),
    }
}
