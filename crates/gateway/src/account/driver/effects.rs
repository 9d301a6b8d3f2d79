//! What the machine asks for, done: processes, frames, timers, files, reports.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use fased_policy::lifecycle::{Effect, Input, LoginMethod, Signal, VersionChoice};
use fased_protocol::control::LoginEvent;
use fased_protocol::sidecar as wire;
use nix::sys::signal::Signal as UnixSignal;
use tokio::sync::mpsc;

use super::super::{intake, login, lookup};
use super::{Driver, LOOKUP_QUEUE, NEWS_QUEUE, Process};
use crate::sidecar::{Ears, Sidecar, SidecarHandle, SpawnOptions, mended_by, spawn};
use crate::{auth_dir, clock, paths};

impl Driver {
    pub(super) async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Spawn { login, version } => self.spawn(login, version),
            Effect::AskShutdown => {
                self.probe = None;
                self.end_link();
                self.abandon();
                self.send(wire::ToSidecar::Shutdown).await;
            }
            Effect::AskLogout => self.ask_logout(),
            Effect::Probe => self.probe(),
            Effect::Signal(signal) => {
                self.abandon();
                // Its end is no news then.
                self.detail
                    .get_or_insert_with(|| "the gateway ended it".to_owned());
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
                    self.report_not_set_aside(format!("{error:#}")).await;
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
        self.view.send_modify(|view| view.set_aside_problem = None);
        let (news, hear) = mpsc::channel(NEWS_QUEUE);
        self.news = hear;
        let shared = Arc::clone(&self.shared);
        let spawned = tokio::spawn(async move {
            let options = SpawnOptions {
                home: paths::home().context(mended_by(
                    "install the sidecar beside fased, or set FASED_HOME to the folder that holds it; then: fased gateway \
                     restart",
                ))?,
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
                if let Some(error) = login::error_at_start(&error)
                    && self.login.take().is_some()
                {
                    self.tell_login(error);
                }
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
        self.probe = None;
        self.end_link();
        self.code_on_show = None;
        self.logout = None;
        self.view.send_modify(|view| view.sidecar_pid = None);
        self.step(Input::Exited).await;
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
