//! The driver: owns the process and the timers, feeds the machine one input at a time.

mod effects;
mod news;
mod on_show;
mod report;
mod storage;
mod vitals;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use fased_policy::lifecycle::{DegradedReason, Input, Lifecycle, LoginMethod, Status, TimerId};
use fased_protocol::control::LoginEvent;
use fased_protocol::fault::{Fault, FaultCode};
use fased_protocol::sidecar as wire;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::on_show::OnShow;
use super::{Command, Shared, View};
use crate::clock;
use crate::sidecar::{News, Sidecar};
use crate::store::Trouble;

/// News of one process that may wait for the driver. The reader waits when it is full.
const NEWS_QUEUE: usize = 64;
/// Lookups of sent messages that may wait. When full they are not answered, and the recipient asks again.
const LOOKUP_QUEUE: usize = 64;
/// A hard end for the machine's own drain (ask, then TERM after five seconds), in case the host is
/// very slow. Below the deadlines of those who wait for this.
const DRAIN_DEADLINE: Duration = Duration::from_secs(8);

/// How often it is tried to write down what could not be.
const CATCH_UP_EVERY: Duration = Duration::from_secs(2);

pub(super) struct Driver {
    shared: Arc<Shared>,
    machine: Lifecycle,
    view: watch::Sender<View>,
    logins: broadcast::Sender<LoginEvent>,
    process: Process,
    news: mpsc::Receiver<News>,
    timers: Vec<(TimerId, Instant)>,
    /// The login under way, as the sidecar is told.
    login: Option<wire::LoginMethod>,
    version: wire::WebVersion,
    code_on_show: Option<OnShow>,
    /// Who waits to hear whether WhatsApp unlinked the device.
    logout: Option<oneshot::Sender<bool>>,
    /// Why the last process ended, in its own words; for people.
    detail: Option<String>,
    /// The state that the owner has a notice about, until the link has held again or a command came.
    alerted: Option<Status>,
    /// When it is worth a notice that it is still not ready.
    long_down: Option<Instant>,
    /// Notices that could not be written down yet.
    unsaid: VecDeque<Unsaid>,
    /// What the account is now could not be written down yet.
    unrecorded: bool,
    /// What last kept it from writing things down.
    trouble: Option<Trouble>,
    /// States, what they meant and since when, that could not be written down yet.
    unwritten: VecDeque<(String, String, i64)>,
    /// An open link that is asked for a sign of life; how it answered.
    probe: Option<JoinHandle<Result<wire::Reply, Fault>>>,
}

/// What the owner is to be told, once it can be written down.
struct Unsaid {
    kind: &'static str,
    text: String,
    at_ms: i64,
}

enum Process {
    None,
    /// Waits for the auth dir's lock; `abandoned` once the machine wants it gone again.
    Starting {
        spawned: JoinHandle<anyhow::Result<Sidecar>>,
        abandoned: bool,
    },
    Running(Sidecar),
}

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        view: watch::Sender<View>,
        logins: broadcast::Sender<LoginEvent>,
        was_linked: bool,
    ) -> Self {
        let mut machine = Lifecycle::new(shared.config().lifecycle);
        machine.set_linked(was_linked);
        Self {
            machine,
            shared,
            view,
            logins,
            process: Process::None,
            news: mpsc::channel(1).1,
            timers: Vec::new(),
            login: None,
            version: wire::WebVersion::Pinned,
            code_on_show: None,
            logout: None,
            detail: None,
            alerted: None,
            long_down: None,
            unsaid: VecDeque::new(),
            unrecorded: false,
            trouble: None,
            unwritten: VecDeque::new(),
            probe: None,
        }
    }

    #[tracing::instrument(name = "account", skip_all, fields(account = %self.shared.id()))]
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>, shutdown: CancellationToken) {
        let mut give_up: Option<Instant> = None;
        let mut settings = self.shared.config.subscribe();
        let mut storage = self.shared.storage.subscribe();
        if storage.borrow().is_some() {
            storage.mark_changed();
        }
        let mut woken = clock::woken();
        let mut memory = vitals::every_few_seconds();
        loop {
            if give_up.is_some() && matches!(self.process, Process::None) {
                if self.lags() {
                    self.catch_up().await;
                }
                return;
            }
            let next_timer = self.timers.iter().map(|(_, at)| *at).min();
            let deadline = [next_timer, give_up].into_iter().flatten().min();
            tokio::select! {
                () = shutdown.cancelled(), if give_up.is_none() => {
                    give_up = Some(clock::monotonic() + DRAIN_DEADLINE);
                    // At rest there is nothing to stop, and why it rests is worth keeping.
                    if self.machine.has_process() || self.waits_in_vain() {
                        self.step(Input::ShutDown).await;
                    }
                }
                Some(command) = commands.recv(), if give_up.is_none() => self.obey(command).await,
                Ok(()) = storage.changed() => self.storage_changed().await,
                () = clock::pause(CATCH_UP_EVERY), if self.lags() => self.catch_up().await,
                Ok(()) = settings.changed() => self.machine.set_settings(self.shared.config().lifecycle),
                Ok(()) = woken.changed() => self.step(Input::Woke).await,
                _ = memory.tick(), if matches!(self.process, Process::Running(_)) => self.weigh().await,
                () = reached(self.long_down) => self.down_for_long().await,
                alive = probed(&mut self.probe) => self.probed(alive).await,
                spawned = finished(&mut self.process) => self.spawned(spawned).await,
                // A sidecar may say hello before its start is noticed here; it could not be answered then.
                Some(news) = self.news.recv(), if !matches!(self.process, Process::Starting { .. }) => self.hear(news).await,
                () = tokio::time::sleep_until(deadline.unwrap_or_else(clock::monotonic)), if deadline.is_some() => {
                    if give_up.is_some_and(|at| at <= clock::monotonic()) {
                        // Dropping the process kills its group.
                        tracing::warn!("the sidecar did not leave in time and was killed");
                        return;
                    }
                    self.fire().await;
                }
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Start => {
                self.alerted = None;
                self.step(Input::Start).await;
            }
            Command::StillBanned { rest_ms } => {
                // The owner was told by the run that was banned.
                self.alerted = Some(Status::Degraded(DegradedReason::Banned));
                self.step(Input::StillBanned { rest_ms }).await;
            }
            Command::Stop => {
                self.login_ended("the account was paused or restarted");
                self.step(Input::Stop).await;
            }
            Command::LoginLeft => self.login_left().await,
            Command::Logout { told } => {
                self.login_ended("the account was logged out");
                self.logout = Some(told);
                self.step(Input::Logout).await;
                if !self.machine.has_process() {
                    self.logout = None;
                }
            }
            Command::Login(method) => {
                self.detail = None;
                self.alerted = None;
                if self.machine.is_online() {
                    self.tell_linked();
                    return;
                }
                let input = match method {
                    wire::LoginMethod::Qr => LoginMethod::Qr,
                    wire::LoginMethod::Code { .. } => LoginMethod::Code,
                };
                let is_same = self.login.replace(method) == self.login;
                self.step(Input::Login(input)).await;
                // A code that is on show is new to whoever asks only now; one for another phone is of no use to them.
                match &self.code_on_show {
                    Some(on_show) if is_same => self.tell_login(on_show.event()),
                    Some(OnShow::Code { .. }) if input == LoginMethod::Code => {
                        self.step(Input::Restart).await
                    }
                    Some(_) | None => {}
                }
                if self.machine.lacks_storage() {
                    self.end_login(Status::StorageFailed);
                }
            }
        }
    }

    async fn fire(&mut self) {
        let now = clock::monotonic();
        let due: Vec<TimerId> = self
            .timers
            .iter()
            .filter(|(_, at)| *at <= now)
            .map(|(id, _)| *id)
            .collect();
        self.timers.retain(|(_, at)| *at > now);
        for timer in due {
            self.step(Input::Fired(timer)).await;
        }
    }

    async fn step(&mut self, input: Input) {
        tracing::debug!(?input, "input");
        for effect in self.machine.step(input, clock::boot_ms(), clock::chance()) {
            self.carry_out(effect).await;
        }
        if self.machine.is_settled() {
            self.alerted = None;
        }
    }
}

/// Completes when a link that was asked for a sign of life has answered, or has not in time; never otherwise.
async fn probed(probe: &mut Option<JoinHandle<Result<wire::Reply, Fault>>>) -> Result<wire::Reply, Fault> {
    match probe {
        Some(asked) => asked.await.unwrap_or_else(|panicked| {
            Err(Fault {
                code: FaultCode::Internal,
                message: panicked.to_string(),
            })
        }),
        None => std::future::pending().await,
    }
}

/// Completes when it is time; never if it never is.
async fn reached(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Completes when a starting process has started or failed; never otherwise.
async fn finished(process: &mut Process) -> anyhow::Result<Sidecar> {
    match process {
        Process::Starting { spawned, .. } => match spawned.await {
            Ok(sidecar) => sidecar,
            Err(panicked) => Err(anyhow::anyhow!(panicked)),
        },
        Process::None | Process::Running(_) => std::future::pending().await,
    }
}
