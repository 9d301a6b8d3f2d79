//! A login that is under way: its code that is on show, to be told again to those who ask for it, and its end by command.

use fased_policy::lifecycle::{Input, Status};
use fased_protocol::control::LoginEvent;

use super::super::{login, next_action};
use super::Driver;
use crate::clock;

/// Good until then, in [`clock::boot_ms`].
pub(super) enum OnShow {
    Qr { payload: String, until_ms: u64 },
    Code { code: String, until_ms: u64 },
}

impl OnShow {
    /// What of an event is on show from now on; nothing if it shows no code.
    pub(super) fn of(event: &LoginEvent) -> Option<Self> {
        let until = |expires_ms: u32| clock::boot_ms().saturating_add(u64::from(expires_ms));
        match event {
            LoginEvent::Qr { payload, expires_ms } => Some(Self::Qr {
                payload: payload.clone(),
                until_ms: until(*expires_ms),
            }),
            LoginEvent::Code { code, expires_ms } => Some(Self::Code {
                code: code.clone(),
                until_ms: until(*expires_ms),
            }),
            LoginEvent::Scanned
            | LoginEvent::Restarting
            | LoginEvent::Linked { .. }
            | LoginEvent::Expired
            | LoginEvent::Error(_) => None,
        }
    }

    /// It, with the time that is left of it.
    pub(super) fn event(&self) -> LoginEvent {
        let left =
            |until_ms: u64| u32::try_from(until_ms.saturating_sub(clock::boot_ms())).unwrap_or(u32::MAX);
        match self {
            Self::Qr { payload, until_ms } => LoginEvent::Qr {
                payload: payload.clone(),
                expires_ms: left(*until_ms),
            },
            Self::Code { code, until_ms } => LoginEvent::Code {
                code: code.clone(),
                expires_ms: left(*until_ms),
            },
        }
    }
}

impl Driver {
    /// Ends the login under way if nobody waits for it any more. Who asked for one meanwhile listens already, and their
    /// command comes after this.
    pub(super) async fn login_left(&mut self) {
        if self.logins.receiver_count() > 0 {
            return;
        }
        // Its end is nothing to tell to whoever comes next.
        let login = self.login.take();
        self.step(Input::LoginLeft).await;
        if self.machine.login_in_progress().is_some() {
            self.login = login;
        } else {
            self.code_on_show = None;
        }
    }

    /// Tells those who wait for a login that another command ends it.
    pub(super) fn login_ended(&mut self, why: &str) {
        if self.login.take().is_some() {
            self.tell_login(login::ended(
                why,
                &next_action(Status::Unlinked, self.shared.id()),
            ));
        }
    }
}
