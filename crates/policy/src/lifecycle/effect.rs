//! What the driver is to do, in the order given.

use super::{LoginMethod, Status};

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Make a process; answered by `Ready`, `SpawnFailed` or `Exited`.
    Spawn {
        /// Which version of WhatsApp's web client to claim to be.
        version: VersionChoice,
        /// Tell it to show login codes when there are no credentials.
        login: Option<LoginMethod>,
    },
    /// Ask the process to flush and leave.
    AskShutdown,
    /// Ask the process to unlink on WhatsApp's side, and then to leave.
    AskLogout,
    /// Ask the open link for a sign of life; answered by `ProbeFailed`, or by nothing.
    Probe,
    /// Signal the whole process group.
    Signal(Signal),
    /// Feed `Fired` with this timer after this long.
    Arm {
        /// Which timer.
        timer: TimerId,
        /// How long.
        after_ms: u64,
    },
    /// Move the auth files away; never delete them.
    SetAsideAuth,
    /// Show this to everyone who watches.
    Report(Status),
}

/// Which version of WhatsApp's web client to claim to be. WhatsApp refuses old ones with 405.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VersionChoice {
    /// The one that the library was released with.
    #[default]
    Pinned,
    /// The one that a link was last opened with.
    LastGood,
    /// The one that WhatsApp serves today.
    Live,
}

impl VersionChoice {
    /// All of them, in the order they are tried.
    pub const ALL: [Self; 3] = [Self::Pinned, Self::LastGood, Self::Live];

    /// The one to try when this one was refused.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Pinned => Self::LastGood,
            Self::LastGood => Self::Live,
            Self::Live => Self::Pinned,
        }
    }
}

/// A signal to a process group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Leave now.
    Term,
    /// Be gone.
    Kill,
}

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// From spawn to `ready`.
    Handshake,
    /// From `ready` to `opened`, or to the first QR.
    Link,
    /// A whole login.
    LoginDeadline,
    /// Until failures are forgiven.
    Stable,
    /// Until a leaving process is helped along.
    Grace,
    /// Until the next attempt.
    Backoff,
}

/// One timer. The serial tells it from earlier ones of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimerId {
    /// What it is for.
    pub kind: TimerKind,
    /// Counts up within one machine.
    pub serial: u64,
}
