//! What the driver hears from its process, and what it makes of it.

use fased_policy::lifecycle::Input;
use fased_protocol::PROTOCOL_VERSION;
use fased_protocol::control::{LoginEvent, SidecarVersions};
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar as wire;
use fased_protocol::{MAX_HELD_BYTES, MAX_HELD_STANZAS, MAX_LINE_BYTES};

use super::super::OpenLink;
use super::on_show::OnShow;
use super::{Driver, Process};
use crate::clock;
use crate::sidecar::{self, News, translate};

impl Driver {
    pub(super) async fn hear(&mut self, news: News) {
        match news {
            News::Hello(hello) => self.welcome(&hello).await,
            News::Ready {
                linked,
                restored,
                permissions,
            } => {
                if restored {
                    self.step(Input::Restored).await;
                }
                self.view.send_modify(|view| {
                    view.cage.get_or_insert_default().node_permissions = permissions;
                });
                self.step(Input::Ready { linked }).await;
            }
            News::Link(wire::Link::Qr { payload, expires_ms }) => {
                self.show_code(LoginEvent::Qr {
                    payload: payload.0,
                    expires_ms,
                })
                .await;
            }
            News::Link(wire::Link::Code { code, expires_ms }) => {
                self.show_code(LoginEvent::Code {
                    code: code.0,
                    expires_ms,
                })
                .await;
            }
            News::Link(wire::Link::Scanned) => {
                self.code_on_show = None;
                self.tell_login(LoginEvent::Scanned);
                self.step(Input::Scanned).await;
            }
            News::Link(wire::Link::Opened {
                jid,
                lid,
                name,
                version,
            }) => {
                self.opened(&jid, lid.as_ref(), name, version).await;
            }
            News::Closed(closed) => {
                tracing::info!(reason = ?closed.reason, status = closed.status, text = %closed.text, "closed");
                self.end_link();
                if closed.reason == wire::CloseReason::LoggedOut
                    && let Some(told) = self.logout.take()
                    && told.send(true).is_err()
                {
                    tracing::debug!("nobody waits for the logout any more");
                }
                if self.code_on_show.is_some() && closed.reason == wire::CloseReason::LoginExpired {
                    self.code_on_show = None;
                    self.tell_login(LoginEvent::Expired);
                }
                if closed.reason == wire::CloseReason::RestartRequired {
                    self.tell_login(LoginEvent::Restarting);
                }
                // Why it was asked to leave, where that is known, says more than that it was asked.
                if closed.reason != wire::CloseReason::Shutdown || self.detail.is_none() {
                    self.detail = Some(closed.text.clone());
                }
                if closed.reason == wire::CloseReason::ProtocolMismatch {
                    self.step(Input::HelloRejected(closed.text)).await;
                    return;
                }
                self.note_auth_trouble(&closed);
                let cause = translate::close_cause(closed.reason, closed.expires_s);
                self.step(Input::Closed(cause)).await;
            }
            News::Broken(bad) => {
                self.detail = Some(bad.to_string());
                self.step(Input::Unresponsive).await;
            }
            News::Unresponsive(why) => {
                self.detail = Some(why.to_owned());
                self.step(Input::Unresponsive).await;
            }
            News::Exited { status, stderr } => {
                let expected = self.detail.is_some();
                if !expected {
                    let why = sidecar::why(status, &stderr);
                    tracing::warn!("the sidecar ended unexpectedly: {why}");
                    self.detail = Some(format!("the sidecar ended unexpectedly: {why}"));
                }
                self.exited().await;
            }
        }
    }

    async fn show_code(&mut self, event: LoginEvent) {
        if self.code_on_show.is_some() {
            self.tell_login(LoginEvent::Expired);
        }
        self.code_on_show = OnShow::of(&event);
        self.tell_login(event);
        self.step(Input::QrShown).await;
    }

    pub(super) async fn welcome(&mut self, hello: &wire::Hello) {
        if hello.protocol != PROTOCOL_VERSION {
            let message = format!(
                "gateway speaks {PROTOCOL_VERSION}, sidecar speaks {} (sidecar {}): install both together",
                hello.protocol, hello.sidecar
            );
            tracing::error!("{message}");
            self.detail = Some(message.clone());
            self.step(Input::HelloRejected(message)).await;
            return;
        }
        tracing::debug!(
            sidecar = hello.sidecar,
            baileys = hello.baileys,
            node = hello.node,
            "hello"
        );
        self.view.send_modify(|view| {
            view.versions = Some(SidecarVersions {
                sidecar: hello.sidecar.clone(),
                baileys: hello.baileys.clone(),
                node: hello.node.clone(),
            });
        });
        let welcome = wire::ToSidecar::Welcome(wire::Welcome {
            protocol: PROTOCOL_VERSION,
            account: self.shared.id().to_owned(),
            auth_dir: self.shared.config().auth_dir.display().to_string(),
            media_dir: self.shared.media_dir.display().to_string(),
            login: self.login.clone(),
            version: self.version,
            limits: wire::Limits {
                max_line_bytes: u32::try_from(MAX_LINE_BYTES).unwrap_or(u32::MAX),
                max_held_stanzas: MAX_HELD_STANZAS,
                max_held_bytes: MAX_HELD_BYTES,
            },
        });
        self.send(welcome).await;
    }

    pub(super) async fn opened(
        &mut self,
        jid: &Jid,
        lid: Option<&Jid>,
        name: Option<Private>,
        version: [u32; 3],
    ) {
        let own = translate::identity(jid, lid);
        self.shared.set_own(own.clone());
        self.detail = None;
        let now = clock::now_ms();
        self.view.send_modify(|view| {
            view.stored.phone = own.phone.as_ref().map(ToString::to_string);
            view.stored.lid = own.lid.as_ref().map(ToString::to_string);
            if let Some(name) = name {
                view.stored.name = Some(name.0);
            }
            view.stored.last_ready_ms = Some(now);
            view.stored.web_version = Some(version.map(|part| part.to_string()).join("."));
        });
        self.step(Input::Opened).await;
        if self.login.is_some() {
            self.shared.reading.clear();
        }
        if let Process::Running(sidecar) = &self.process {
            self.shared.link.send_replace(Some(OpenLink {
                handle: sidecar.handle(),
                opened_ms: now,
            }));
        }
        if self.login.take().is_some() {
            self.tell_linked();
        }
    }
}
