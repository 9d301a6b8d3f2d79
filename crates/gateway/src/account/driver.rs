//! The driver: owns the process and the timers, feeds the machine one input at a time.

mod effects;
mod news;

use std::sync::Arc;
use std::time::Duration;

use fased_policy::lifecycle::{Input, Lifecycle, LoginMethod, Status, TimerId};
use fased_protocol::control::LoginEvent;
use fased_protocol::sidecar as wire;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Command, Shared, View};
use crate::clock;
use crate::sidecar::{News, Sidecar};

/// News of one process that may wait for the driver. The reader waits when it is full.
const NEWS_QUEUE: usize = 64;
/// Lookups of sent messages that may wait. When full they are not answered, and the recipient asks again.
const LOOKUP_QUEUE: usize = 64;
/// A hard end for the machine's own drain (ask, then TERM after five seconds), in case the host is
/// very slow. Below the deadlines of those who wait for this.
const DRAIN_DEADLINE: Duration = Duration::from_secs(8);

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
    code_on_show: bool,
    /// Who waits to hear whether WhatsApp unlinked the device.
    logout: Option<oneshot::Sender<bool>>,
    /// Why the last process ended, in its own words; for people.
    detail: Option<String>,
}

enum Process {
    None,
    /// Waits for the auth dir's lock; `abandoned` once the machine wants it gone again.
    Starting {
        spawned: tokio::task::JoinHandle<anyhow::Result<Sidecar>>,
        abandoned: bool,
    },
    Running(Sidecar),
}

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        view: watch::Sender<View>,
        logins: broadcast::Sender<LoginEvent>,
    ) -> Self {
        Self {
            machine: Lifecycle::new(shared.config().lifecycle),
            shared,
            view,
            logins,
            process: Process::None,
            news: mpsc::channel(1).1,
            timers: Vec::new(),
            login: None,
            version: wire::WebVersion::Pinned,
            code_on_show: false,
            logout: None,
            detail: None,
        }
    }

    #[tracing::instrument(name = "account", skip_all, fields(account = %self.shared.id()))]
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>, shutdown: CancellationToken) {
        let mut give_up: Option<Instant> = None;
        let mut settings = self.shared.config.subscribe();
        loop {
            if give_up.is_some() && matches!(self.process, Process::None) {
                return;
            }
            let next_timer = self.timers.iter().map(|(_, at)| *at).min();
            let deadline = [next_timer, give_up].into_iter().flatten().min();
            tokio::select! {
                () = shutdown.cancelled(), if give_up.is_none() => {
                    give_up = Some(clock::monotonic() + DRAIN_DEADLINE);
                    // At rest there is nothing to stop, and why it rests is worth keeping.
                    if self.machine.has_process() || matches!(self.machine.status(), Status::BackingOff { .. }) {
                        self.step(Input::Stop).await;
                    }
                }
                Some(command) = commands.recv(), if give_up.is_none() => self.obey(command).await,
                Ok(()) = settings.changed() => self.machine.set_settings(self.shared.config().lifecycle),
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
            Command::Start => self.step(Input::Start).await,
            Command::Stop => self.step(Input::Stop).await,
            Command::Logout { told } => {
                self.logout = Some(told);
                self.step(Input::Logout).await;
                if !self.machine.has_process() {
                    self.logout = None;
                }
            }
            Command::Login(method) => {
                self.detail = None;
                if self.machine.status() == Status::Ready {
                    self.tell_linked();
                    return;
                }
                let input = match method {
                    wire::LoginMethod::Qr => LoginMethod::Qr,
                    wire::LoginMethod::Code { .. } => LoginMethod::Code,
                };
                self.login = Some(method);
                self.step(Input::Login(input)).await;
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
        for effect in self.machine.step(input, clock::chance()) {
            self.carry_out(effect).await;
        }
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
