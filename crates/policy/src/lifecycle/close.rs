//! What the end of a link leads to, one cause an arm.

use super::act::wait;
use super::state::{Login, Next, Rest, Why};
use super::{CloseCause, DegradedReason, Effect, Lifecycle};

/// Restarts that WhatsApp may ask for at once; a server that asks without end is waited for.
const FREE_RESTARTS: u32 = 3;

impl Lifecycle {
    /// What the end of a link leads to. The process is still there, and is seen out first.
    pub(super) fn closed(&mut self, cause: CloseCause, login: Option<Login>, jitter: f64) -> Vec<Effect> {
        match cause {
            CloseCause::RestartRequired if self.restarts < FREE_RESTARTS => {
                self.restarts += 1;
                self.drain(Next::Spawn { login })
            }
            CloseCause::RestartRequired => self.drain_failed(login, jitter),
            CloseCause::LoggedOut => self.drain_and_forget(Rest::LoggedOut),
            CloseCause::Forbidden => self.drain_and_forget(Rest::Forbidden),
            CloseCause::Replaced => self.drain(Next::Rest(Rest::Replaced)),
            CloseCause::ClientOutdated => {
                let next = self.outdated(login);
                self.drain(next)
            }
            // A login ends with these; what is linked already comes back without it.
            CloseCause::Banned { expires_s } => {
                let next = self.banned(expires_s, jitter);
                self.drain(next)
            }
            CloseCause::StorageFailed => self.drain(wait(Why::Storage, self.settings.storage_retry_ms)),
            CloseCause::Untrusted => self.drain(Next::Rest(Rest::Degraded(DegradedReason::Untrusted))),
            CloseCause::AuthUnreadable => {
                self.drain(Next::Rest(Rest::Degraded(DegradedReason::AuthUnreadable)))
            }
            CloseCause::NotLinked => self.drain(Next::Rest(Rest::NeverLinked)),
            // New codes for as long as the login may take.
            CloseCause::LoginExpired => match login {
                Some(login) => self.drain(Next::Spawn { login: Some(login) }),
                None => self.drain(Next::Rest(Rest::NeverLinked)),
            },
            CloseCause::Lost
            | CloseCause::Unavailable
            | CloseCause::BadSession
            | CloseCause::Unresponsive
            | CloseCause::Overloaded
            | CloseCause::Shutdown
            | CloseCause::Unknown => self.drain_failed(login, jitter),
        }
    }
}
