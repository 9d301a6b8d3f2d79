//! The states, each with the data that only it has.

use super::{DegradedReason, LoginMethod, Status, TimerId};

/// Where the machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// No process, and none will come by itself.
    Resting(Rest),
    /// A process was made and has not said `ready`.
    Starting {
        handshake: TimerId,
        login: Option<Login>,
    },
    /// The auth files were read; the link is not open, nor is a code on show.
    Linking { link: TimerId, login: Option<Login> },
    /// A code is, or was, on show.
    LoggingIn { login: Login },
    /// Messages flow. The timer is there until it has forgiven earlier failures.
    Online { stable: Option<TimerId> },
    /// The process is on its way out.
    Draining(Draining),
    /// No process until the timer fires.
    Backoff {
        timer: TimerId,
        wait: Wait,
        /// When it fires, by the machine's clock.
        due_ms: u64,
    },
    /// No process until things can be written down again: it could not save its auth files.
    AwaitingStorage,
}

/// A wait for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) why: Why,
    pub(super) delay_ms: u64,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// After a failure, which may be a passing one.
    Failure,
    /// Until WhatsApp may have changed its mind about our versions.
    Outdated,
    /// Until the ban is over.
    Banned,
    /// Too many processes broke.
    Breaker,
    /// Processes grew too big again and again.
    OverMemory,
    /// The auth files could not be written.
    Storage,
}

/// A login, over all its processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) method: LoginMethod,
    pub(super) deadline: TimerId,
    /// A phone took its code: what is linked by now is for its owner to unlink.
    pub(super) scanned: bool,
}

/// Why there is no process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Stopped { by_command: bool },
    NeverLinked,
    LoginTimedOut,
    LoginLeft,
    LoginFailed,
    Unlinked,
    LoggedOut,
    Replaced,
    Forbidden,
    ClientOutdated,
    Degraded(DegradedReason),
}

/// A process on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Draining {
    pub(super) grace: TimerId,
    pub(super) pressure: Pressure,
    /// Set the auth files aside once it is gone.
    pub(super) forget: bool,
    pub(super) next: Next,
}

/// How hard a leaving process was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressure {
    Asked,
    Told,
    Killed,
}

/// What follows once the process is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Spawn { login: Option<Login> },
    BackOff(Wait),
    Rest(Rest),
}

impl Next {
    pub(super) fn login(&self) -> Option<Login> {
        match self {
            Self::Spawn { login } => *login,
            Self::BackOff(_) | Self::Rest(_) => None,
        }
    }

    /// Does it end a login that no phone took, as far as is known?
    pub(super) fn gives_up_login(&self) -> bool {
        match self {
            Self::Rest(rest) => rest.gives_up_login(),
            Self::Spawn { .. } | Self::BackOff(_) => false,
        }
    }
}

impl Rest {
    fn gives_up_login(self) -> bool {
        match self {
            Self::LoginTimedOut | Self::LoginLeft | Self::LoginFailed => true,
            Self::Stopped { .. }
            | Self::NeverLinked
            | Self::Unlinked
            | Self::LoggedOut
            | Self::Replaced
            | Self::Forbidden
            | Self::ClientOutdated
            | Self::Degraded(_) => false,
        }
    }
}

impl State {
    pub(super) fn login(&self) -> Option<Login> {
        match self {
            Self::Starting { login, .. } | Self::Linking { login, .. } => *login,
            Self::LoggingIn { login } => Some(*login),
            Self::Draining(draining) => draining.next.login(),
            Self::Resting(_) | Self::Online { .. } | Self::Backoff { .. } | Self::AwaitingStorage => None,
        }
    }
}

impl Wait {
    pub(super) fn status(self) -> Status {
        match self.why {
            Why::Failure => Status::BackingOff {
                delay_ms: self.delay_ms,
            },
            Why::Outdated => Status::ClientOutdated,
            Why::Banned => Status::Degraded(DegradedReason::Banned),
            Why::Breaker => Status::BreakerOpen,
            Why::OverMemory => Status::Degraded(DegradedReason::OverMemory),
            Why::Storage => Status::StorageFailed,
        }
    }
}

impl Rest {
    pub(super) fn status(self) -> Status {
        match self {
            Self::Stopped { by_command: false } => Status::Disabled,
            Self::Stopped { by_command: true } => Status::Suspended,
            Self::NeverLinked
            | Self::LoginTimedOut
            | Self::LoginLeft
            | Self::LoginFailed
            | Self::Unlinked => Status::Unlinked,
            Self::LoggedOut => Status::LoggedOut,
            Self::Replaced => Status::Replaced,
            Self::Forbidden => Status::Forbidden,
            Self::ClientOutdated => Status::ClientOutdated,
            Self::Degraded(reason) => Status::Degraded(reason),
        }
    }
}
