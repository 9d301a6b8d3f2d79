//! What can happen to an account: commands of its operator, news of its process, time.

use super::TimerId;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Operator: run, if at rest.
    Start,
    /// Operator: rest.
    Stop,
    /// The gateway ends: leave, and keep why the account rests if it does.
    ShutDown,
    /// Operator: leave and come back.
    Restart,
    /// Operator: link a phone.
    Login(LoginMethod),
    /// Nobody waits for the login under way any more.
    LoginLeft,
    /// Operator: unlink on WhatsApp's side and set the auth files aside.
    Logout,
    /// The process could not be made; why.
    SpawnFailed(String),
    /// The process is gone.
    Exited,
    /// The sidecar speaks another protocol; both versions and the remedy.
    HelloRejected(String),
    /// The gateway started, and WhatsApp's ban of an earlier run has so long to go: wait, as that run would have.
    StillBanned {
        /// What is left of the wait, milliseconds.
        rest_ms: u64,
    },
    /// The credentials were damaged, and the sidecar took their last good copy; comes before `Ready`.
    Restored,
    /// The sidecar read the auth files.
    Ready {
        /// They hold usable credentials.
        linked: bool,
    },
    /// A QR is on show; also when it replaces another.
    QrShown,
    /// The phone scanned it.
    Scanned,
    /// Messages flow both ways.
    Opened,
    /// The sidecar said why its link ended; it is about to leave.
    Closed(CloseCause),
    /// The sidecar does not answer.
    Unresponsive,
    /// The host slept, or the gateway stood still: what is said of a link may be long past.
    Woke,
    /// An open link that was asked for a sign of life gave none in time.
    ProbeFailed,
    /// Nothing can be written down any more.
    StorageFailed,
    /// It can again.
    StorageBack,
    /// The process has more memory than it may.
    OverMemory,
    /// A timer that was armed fired.
    Fired(TimerId),
}

/// How a phone is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginMethod {
    /// A code that is typed into the phone.
    Code,
    /// It scans a QR.
    Qr,
}

/// Why a link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCause {
    /// 515: start again at once; this is also how a login ends.
    RestartRequired,
    /// 401: the device was unlinked.
    LoggedOut,
    /// 440: another process uses this login.
    Replaced,
    /// 403, 406, 411: the account may not connect.
    Forbidden,
    /// 402: banned for a time.
    Banned {
        /// How long, as WhatsApp says, seconds; unknown without.
        expires_s: Option<u64>,
    },
    /// 405: WhatsApp wants a newer version.
    ClientOutdated,
    /// All QRs were shown and none was scanned.
    LoginExpired,
    /// 408, 428 or a network error.
    Lost,
    /// 503.
    Unavailable,
    /// 500, which is also what errors without a name look like.
    BadSession,
    /// Pings went unanswered, or stanzas came in and nothing came out.
    Unresponsive,
    /// Too much waited behind a message that was not acknowledged.
    Overloaded,
    /// The server could not prove who it is.
    Untrusted,
    /// The auth files are there and cannot be read; nothing was touched.
    AuthUnreadable,
    /// The auth files could not be written.
    StorageFailed,
    /// There are no credentials and no login was asked for.
    NotLinked,
    /// Somebody asked it to leave.
    Shutdown,
    /// None of these.
    Unknown,
}

impl CloseCause {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::RestartRequired,
        Self::LoggedOut,
        Self::Replaced,
        Self::Forbidden,
        Self::Banned { expires_s: None },
        Self::ClientOutdated,
        Self::LoginExpired,
        Self::Lost,
        Self::Unavailable,
        Self::BadSession,
        Self::Unresponsive,
        Self::Overloaded,
        Self::Untrusted,
        Self::AuthUnreadable,
        Self::StorageFailed,
        Self::NotLinked,
        Self::Shutdown,
        Self::Unknown,
    ];
}
