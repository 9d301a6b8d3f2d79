//! Why a call failed: one list of codes for both wires.

use serde::{Deserialize, Serialize};

/// A failed call: a code to decide by and a sentence to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Fault {
    /// What kind of failure; decides whether to try again.
    pub code: FaultCode,
    /// For people. Never holds message text or numbers.
    pub message: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// There is no open link. Try again after the next `opened`.
    NotConnected,
    /// The call itself is wrong. Trying again cannot help.
    BadRequest,
    /// WhatsApp said no. Trying again cannot help.
    Rejected,
    /// No answer before the deadline; it may have happened. Try again under the same message id.
    TimedOut,
    /// Too much is under way. Try again later.
    Overloaded,
    /// A defect on the other side. Trying again may help.
    Internal,
    /// A file has more bytes than allowed. Trying again cannot help.
    TooLarge,
    /// A file is empty, or its hashes are wrong: it is not what was sent. It did not become visible.
    Damaged,
    /// A file is not on the media servers any more. `refresh_media` may help.
    Gone,
}
