//! Why a link ended.

use serde::{Deserialize, Serialize};

/// Why the link ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Closed {
    /// What the account machine decides by.
    pub reason: CloseReason,
    /// The raw status code, if there was one.
    pub status: Option<u16>,
    /// What the library or WhatsApp said.
    pub text: String,
    /// With `banned`: for how long.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub expires_s: Option<u64>,
}

/// Kinds of ending. The sidecar maps, the account machine decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// 515: start again at once; this is also how a login ends.
    RestartRequired,
    /// 401: the device was unlinked.
    LoggedOut,
    /// 440: another process uses this login.
    Replaced,
    /// 403, 406, 411: the account may not connect.
    Forbidden,
    /// 402: banned for a time.
    Banned,
    /// 405: WhatsApp wants a newer version.
    ClientOutdated,
    /// All QR codes were shown and none was scanned.
    LoginExpired,
    /// 408, 428 or a network error.
    Lost,
    /// 503.
    Unavailable,
    /// 500, which also means any stream error that the library does not know.
    BadSession,
    /// Our own ping went unanswered, or stanzas came and no events.
    Unresponsive,
    /// Too much waited behind an unacknowledged message.
    Overloaded,
    /// The server's certificate chain does not prove who it is.
    Untrusted,
    /// The auth files exist but cannot be read; nothing was touched.
    AuthUnreadable,
    /// The auth files cannot be written: disk full, read-only, failing.
    StorageFailed,
    /// The two sides speak different protocols.
    ProtocolMismatch,
    /// There are no credentials and no login was asked for.
    NotLinked,
    /// The gateway asked for it.
    Shutdown,
    /// None of these; `status` and `text` say more.
    Unknown,
}
