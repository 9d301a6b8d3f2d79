//! What every surface shows of an account: one word, one sentence, and the next thing to do.

use std::fmt;

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was never started.
    Disabled,
    /// It was stopped by command.
    Suspended,
    /// No phone is linked.
    Unlinked,
    /// A login code is on show.
    Linking,
    /// A process starts, or its link is not open yet.
    Connecting,
    /// Messages flow both ways.
    Ready,
    /// It does not work as it should; somebody should see to it.
    Degraded(DegradedReason),
    /// The link is down; the next attempt follows by itself.
    BackingOff {
        /// The wait before it, counted from the failure.
        delay_ms: u64,
    },
    /// Another process uses this login.
    Replaced,
    /// WhatsApp or the phone unlinked this device.
    LoggedOut,
    /// WhatsApp refuses this account.
    Forbidden,
    /// WhatsApp wants a newer version.
    ClientOutdated,
    /// Nothing can be written down, so nothing is taken in.
    StorageFailed,
    /// Its processes broke too often; the next attempt follows after a while.
    BreakerOpen,
}

/// What somebody has to see to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DegradedReason {
    /// The sidecar speaks another protocol than the gateway.
    ProtocolMismatch,
    /// The server could not prove that it is WhatsApp.
    Untrusted,
    /// The auth files cannot be read.
    AuthUnreadable,
    /// WhatsApp banned the account for a time.
    Banned,
    /// The link works, with credentials that were taken from their last good copy.
    CredsRestored,
    /// Its process grew too big again and again.
    OverMemory,
}

impl DegradedReason {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::ProtocolMismatch,
        Self::Untrusted,
        Self::AuthUnreadable,
        Self::Banned,
        Self::CredsRestored,
        Self::OverMemory,
    ];

    /// The word in the store and on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProtocolMismatch => "protocol_mismatch",
            Self::Untrusted => "untrusted",
            Self::AuthUnreadable => "auth_unreadable",
            Self::Banned => "banned",
            Self::CredsRestored => "creds_restored",
            Self::OverMemory => "over_memory",
        }
    }

    /// What is wrong, for a person.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ProtocolMismatch => "The sidecar and the gateway are of different versions.",
            Self::Untrusted => "The server could not prove that it is WhatsApp, so nothing was sent to it.",
            Self::AuthUnreadable => "The auth files are there but cannot be read; nothing was touched.",
            Self::Banned => "WhatsApp has banned this account for a time.",
            Self::CredsRestored => {
                "Messages flow; the credentials were damaged and were taken from their last good copy."
            }
            Self::OverMemory => "The sidecar grew beyond its memory again and again, so it pauses.",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next_action(self) -> &'static str {
        match self {
            Self::ProtocolMismatch => {
                "install the gateway and its sidecar together, then: fased gateway restart"
            }
            Self::Untrusted => "check the network for a proxy that opens TLS, then: fased gateway restart",
            Self::AuthUnreadable => {
                "restore the auth files from a backup, or link anew: fased channels logout, then: fased channels login"
            }
            Self::Banned => {
                "open WhatsApp on the phone to see why; it tries again by itself when the ban ends, or at once with: fased channels resume"
            }
            Self::CredsRestored => {
                "check the disk and the last power failure; back up the folder of the auth files"
            }
            Self::OverMemory => {
                "raise channels.whatsapp.supervision.memoryMb with fased config set, then: fased channels resume"
            }
        }
    }
}

impl Status {
    /// The words of all of them, as [`Status::as_str`] says them, in the order of an account's life.
    pub const WORDS: [&'static str; 14] = [
        "disabled",
        "unlinked",
        "linking",
        "connecting",
        "ready",
        "degraded",
        "backing_off",
        "replaced",
        "logged_out",
        "forbidden",
        "client_outdated",
        "suspended",
        "storage_failed",
        "breaker_open",
    ];

    /// The particulars in one word, where the state has some: why it is degraded.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Degraded(reason) => Some(reason.as_str()),
            Self::Disabled
            | Self::Suspended
            | Self::Unlinked
            | Self::Linking
            | Self::Connecting
            | Self::Ready
            | Self::BackingOff { .. }
            | Self::Replaced
            | Self::LoggedOut
            | Self::Forbidden
            | Self::ClientOutdated
            | Self::StorageFailed
            | Self::BreakerOpen => None,
        }
    }

    /// The word in the store and on every surface. `Display` adds the particulars.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Suspended => "suspended",
            Self::Unlinked => "unlinked",
            Self::Linking => "linking",
            Self::Connecting => "connecting",
            Self::Ready => "ready",
            Self::Degraded(_) => "degraded",
            Self::BackingOff { .. } => "backing_off",
            Self::Replaced => "replaced",
            Self::LoggedOut => "logged_out",
            Self::Forbidden => "forbidden",
            Self::ClientOutdated => "client_outdated",
            Self::StorageFailed => "storage_failed",
            Self::BreakerOpen => "breaker_open",
        }
    }

    /// What that means, for a person.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Disabled => "This account is not started.",
            Self::Suspended => "This account was stopped by command.",
            Self::Unlinked => "No phone is linked to this account.",
            Self::Linking => "A login code is on show, waiting for the phone.",
            Self::Connecting => "The link to WhatsApp is being opened.",
            Self::Ready => "Messages flow both ways.",
            Self::Degraded(reason) => reason.sentence(),
            Self::BackingOff { .. } => "The link is down; the gateway tries again by itself.",
            Self::Replaced => "Another program took over this login, so the gateway stepped back.",
            Self::LoggedOut => "This device was unlinked; its auth files were set aside.",
            Self::Forbidden => "WhatsApp refuses this account; its auth files were set aside.",
            Self::ClientOutdated => "WhatsApp wants a newer version of its web client than this one.",
            Self::StorageFailed => {
                "Nothing can be written to the disk, so no message is taken in; WhatsApp keeps them."
            }
            Self::BreakerOpen => {
                "The sidecar broke too often in a short time, so the gateway waits before it starts it again."
            }
        }
    }

    /// What to do about it; `nothing to do` where it heals or works by itself.
    #[must_use]
    pub fn next_action(self) -> &'static str {
        match self {
            Self::Disabled => "set channels.whatsapp.enabled to true, also for this account",
            Self::Suspended => "fased channels resume",
            Self::Unlinked | Self::LoggedOut => "fased channels login",
            Self::Linking => "use the code: WhatsApp on the phone, Linked devices, Link a device",
            Self::Connecting | Self::Ready | Self::BackingOff { .. } => "nothing to do",
            Self::Degraded(reason) => reason.next_action(),
            Self::Replaced => "stop the other program, then: fased channels resume",
            Self::Forbidden => "check the account on the phone, then: fased channels login",
            Self::ClientOutdated => "update fased; it tries again every hour by itself",
            Self::StorageFailed => {
                "free space on the disk of the state dir, and make it writable; it goes on by itself"
            }
            Self::BreakerOpen => {
                "see why with fased logs; it tries again by itself, or at once with: fased channels resume"
            }
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Degraded(reason) => write!(f, "degraded({})", reason.as_str()),
            Self::BackingOff { delay_ms } => write!(f, "backing_off({delay_ms} ms)"),
            Self::Disabled
            | Self::Suspended
            | Self::Unlinked
            | Self::Linking
            | Self::Connecting
            | Self::Ready
            | Self::Replaced
            | Self::LoggedOut
            | Self::Forbidden
            | Self::ClientOutdated
            | Self::StorageFailed
            | Self::BreakerOpen => f.write_str(self.as_str()),
        }
    }
}
