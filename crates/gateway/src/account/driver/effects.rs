//! What the machine asks for, done: processes, frames, timers, files, reports.

use std::sync::Arc;
use std::time::Duration;

use fased_policy::lifecycle::{Effect, Input, LoginMethod, Signal, Status, VersionChoice};
use fased_protocol::control::{LoginEvent, Watched};
use fased_protocol::sidecar as wire;
use nix::sys::signal::Signal as UnixSignal;
use tokio::sync::mpsc;

use super::super::{intake, login, lookup, next_action};
use super::{Driver, LOOKUP_QUEUE, NEWS_QUEUE, Process};
use crate::sidecar::{Ears, Sidecar, SidecarHandle, SpawnOptions, spawn};
use crate::{auth_dir, clock, paths};

impl Driver {
    pub(super) async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Spawn { login, version } => self.spawn(login, version),
            Effect::AskShutdown => {
                self.end_link();
                self.abandon();
                self.send(wire::ToSidecar::Shutdown).await;
            }
            Effect::AskLogout => self.ask_logout(),
            Effect::Signal(signal) => {
                self.abandon();
                if let Process::Running(sidecar) = &self.process {
                    sidecar.signal(match signal {
                        Signal::Term => UnixSignal::SIGTERM,
                        Signal::Kill => UnixSignal::SIGKILL,
                    });
                }
            }
            Effect::Arm { timer, after_ms } => {
                self.timers.retain(|(armed, _)| armed.kind != timer.kind);
                self.timers
                    .push((timer, clock::monotonic() + Duration::from_millis(after_ms)));
            }
            Effect::SetAsideAuth => {
                if let Err(error) = auth_dir::set_aside(&self.shared.config().auth_dir, clock::now_ms()) {
                    tracing::error!("cannot set the auth files aside: {error:#}");
                    let problem = format!("{error:#}");
                    self.view
                        .send_modify(|view| view.set_aside_problem = Some(problem.clone()));
                    self.detail = Some(problem);
                } else {
                    self.view.send_modify(|view| view.set_aside_problem = None);
                }
            }
            Effect::Report(status) => self.report(status).await,
        }
    }

    pub(super) fn spawn(&mut self, login: Option<LoginMethod>, version: VersionChoice) {
        if login.is_none() {
            self.login = None;
        }
        self.version = self.web_version(version);
        self.detail = None;
        let (news, hear) = mpsc::channel(NEWS_QUEUE);
        self.news = hear;
        let shared = Arc::clone(&self.shared);
        let spawned = tokio::spawn(async move {
            let options = SpawnOptions {
                home: paths::home()?,
                node: std::env::var_os("FASED_NODE")
                    .unwrap_or_else(|| "node".into())
                    .into(),
                auth_dir: shared.config().auth_dir.clone(),
                media_dir: shared.media_dir.clone(),
            };
            let (events, to_journal) = mpsc::channel(fased_protocol::READER_QUEUE_FRAMES);
            let (lookups, to_find) = mpsc::channel(LOOKUP_QUEUE);
            let sidecar = spawn(
                &options,
                Ears {
                    news,
                    events,
                    lookups,
                },
            )
            .await?;
            let tasks = shared.tasks.clone();
            tasks.spawn(lookup::answer_until_gone(
                Arc::clone(&shared),
                to_find,
                sidecar.handle(),
            ));
            tasks.spawn(intake::journal_until_gone(shared, to_journal, sidecar.handle()));
            Ok(sidecar)
        });
        self.process = Process::Starting {
            spawned,
            abandoned: false,
        };
    }

    /// The version behind a choice; without a last good one WhatsApp is asked.
    fn web_version(&self, choice: VersionChoice) -> wire::WebVersion {
        match choice {
            VersionChoice::Pinned => wire::WebVersion::Pinned,
            VersionChoice::Live => wire::WebVersion::Live,
            VersionChoice::LastGood => {
                let view = self.view.borrow();
                let parts: Option<Vec<u32>> = view
                    .stored
                    .web_version
                    .as_deref()
                    .and_then(|version| version.split('.').map(|part| part.parse().ok()).collect());
                match parts.as_deref() {
                    Some([a, b, c]) => wire::WebVersion::Exact([*a, *b, *c]),
                    Some(_) | None => wire::WebVersion::Live,
                }
            }
        }
    }

    pub(super) fn abandon(&mut self) {
        if let Process::Starting { abandoned, .. } = &mut self.process {
            *abandoned = true;
        }
    }

    /// In its own task: the answer comes through the same driver that carries this effect out.
    pub(super) fn ask_logout(&self) {
        let Some(handle) = self.handle() else { return };
        tokio::spawn(async move {
            if let Err(fault) = handle.call(wire::Call::Logout).await {
                tracing::warn!(code = ?fault.code, "WhatsApp was not told of the logout: {}", fault.message);
            }
        });
    }

    pub(super) async fn report(&mut self, status: Status) {
        let now = clock::now_ms();
        let sentence = match &self.detail {
            Some(detail) if status != Status::Ready => format!("{} ({detail})", status.sentence()),
            Some(_) | None => status.sentence().to_owned(),
        };
        self.view.send_modify(|view| {
            view.stored.account = self.shared.id().to_owned();
            if view.stored.state != status.as_str() {
                view.stored.since_ms = now;
            }
            view.stored.state = status.as_str().to_owned();
            view.stored.sentence = sentence.clone();
            view.stored.next =
                Some(next_action(status, self.shared.id())).filter(|next| next != "nothing to do");
            view.stored.until_ms = match status {
                Status::BackingOff { delay_ms } => Some(now.saturating_add_unsigned(delay_ms)),
                Status::Disabled
                | Status::Suspended
                | Status::Unlinked
                | Status::Linking
                | Status::Connecting
                | Status::Ready
                | Status::Degraded(_)
                | Status::Replaced
                | Status::LoggedOut
                | Status::Forbidden
                | Status::ClientOutdated => None,
            };
        });
        tracing::info!(state = %status, "{sentence}");
        self.alert(status, &sentence).await;
        if self.login.is_some()
            && let Some(error) = login::error_in(status, self.detail.as_deref(), self.shared.id())
        {
            self.login = None;
            self.tell_login(error);
        }
        self.shared.watchers.tell(
            self.shared.id(),
            Watched::Account {
                state: status.as_str().to_owned(),
                sentence,
            },
        );
        let row = self.view.borrow().stored.clone();
        let store = &self.shared.store;
        if let Err(error) = store.record_account(&row).await {
            tracing::error!("cannot record the account's state: {error:#}");
        }
        if status == Status::Ready
            && let Err(error) = store.notice_recovered(self.shared.id(), now).await
        {
            tracing::error!("cannot leave a notice: {error:#}");
        }
        let event = store.add_account_event(self.shared.id(), &row.state, &row.sentence, now);
        if let Err(error) = event.await {
            tracing::error!("cannot write down that the account changed its state: {error:#}");
        }
    }

    pub(super) async fn spawned(&mut self, spawned: anyhow::Result<Sidecar>) {
        let abandoned = matches!(self.process, Process::Starting { abandoned: true, .. });
        match spawned {
            Ok(sidecar) => {
                self.view.send_modify(|view| {
                    view.sidecar_pid = Some(sidecar.pid);
                    view.cage = Some(sidecar.cage.clone());
                    view.spawns += 1;
                });
                if abandoned {
                    sidecar.signal(UnixSignal::SIGKILL);
                }
                self.process = Process::Running(sidecar);
            }
            Err(error) => {
                self.process = Process::None;
                let message = format!("{error:#}");
                tracing::error!("cannot start the sidecar: {message}");
                self.detail = Some(message.clone());
                if abandoned {
                    self.step(Input::Exited).await;
                } else {
                    self.step(Input::SpawnFailed(message)).await;
                }
            }
        }
    }

    pub(super) async fn exited(&mut self) {
        self.process = Process::None;
        self.end_link();
        self.code_on_show = false;
        self.logout = None;
        self.view.send_modify(|view| view.sidecar_pid = None);
        self.step(Input::Exited).await;
    }

    /// What stops an account for good is worth a notice.
    async fn alert(&self, status: Status, sentence: &str) {
        let stopped = match status {
            Status::Replaced | Status::LoggedOut | Status::Forbidden | Status::ClientOutdated => true,
            Status::Degraded(_) => true,
            Status::Disabled
            | Status::Suspended
            | Status::Unlinked
            | Status::Linking
            | Status::Connecting
            | Status::Ready
            | Status::BackingOff { .. } => false,
        };
        if stopped {
            let notice = format!("{sentence} Next: {}", next_action(status, self.shared.id()));
            if let Err(error) = self
                .shared
                .store
                .add_notice_of("state", self.shared.id(), &notice, clock::now_ms())
                .await
            {
                tracing::error!("cannot leave a notice: {error:#}");
            }
        }
    }

    pub(super) fn handle(&self) -> Option<SidecarHandle> {
        match &self.process {
            Process::Running(sidecar) => Some(sidecar.handle()),
            Process::None | Process::Starting { .. } => None,
        }
    }

    pub(super) async fn send(&self, frame: wire::ToSidecar) {
        let Some(handle) = self.handle() else { return };
        if let Err(fault) = handle.send(frame).await {
            tracing::debug!("a frame was not sent: {}", fault.message);
        }
    }

    pub(super) fn end_link(&self) {
        self.shared.link.send_replace(None);
    }

    pub(super) fn tell_login(&self, event: LoginEvent) {
        if self.logins.send(event).is_err() {
            tracing::trace!("nobody waits for a login");
        }
    }

    pub(super) fn tell_linked(&self) {
        let own = self.shared.own();
        self.tell_login(LoginEvent::Linked {
            account: self.shared.id().to_owned(),
            phone: own.phone.map_or_else(String::new, |phone| phone.to_string()),
            lid: own.lid.map(|lid| lid.to_string()),
        });
    }
}
