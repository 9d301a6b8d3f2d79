//! The wire between the gateway and one sidecar (one account, one socket, one link attempt).

mod call;
mod close;
mod detail;
mod event;
mod group;
mod media;
mod payload;

use serde::{Deserialize, Serialize};

pub use call::{Call, Outcome, Reply, Typing};
pub use close::{CloseReason, Closed};
pub use detail::{ContactCard, Detail};
pub use event::{ContentKind, Event, LidPair, Message, Origin, Quoted, ReceiptStatus};
pub use group::{Group, Member};
pub use media::{MediaFile, MediaKind, MediaLook, MediaRef};
pub use payload::{MessageKey, Outgoing, Payload, Quote};

use crate::private::{Jid, Private};

/// A frame from the sidecar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FromSidecar {
    /// First line. Its shape is frozen.
    Hello(Hello),
    /// After `welcome`: the auth files were read.
    Ready {
        /// Are there usable credentials of a completed login?
        linked: bool,
        /// The credentials were damaged and taken from their last good copy.
        #[serde(default)]
        restored: bool,
        /// Node's permission model is in force.
        #[serde(default)]
        permissions: bool,
    },
    /// Where the link stands. Never dropped.
    Link {
        /// The news.
        link: Link,
    },
    /// One durable thing, numbered 1, 2, 3… within this process.
    Event {
        /// The number that an `ack` names.
        #[cfg_attr(test, ts(type = "number"))]
        seq: u64,
        /// What happened.
        event: Event,
    },
    /// The answer to one request.
    Response {
        /// The request's id.
        #[cfg_attr(test, ts(type = "number"))]
        id: u64,
        /// How it went.
        outcome: Outcome,
    },
    /// A recipient could not read one of our messages and asks for it again: what was it? Answered
    /// by `found` within three seconds; without an answer nothing is sent.
    Lookup {
        /// Counts up within one process.
        #[cfg_attr(test, ts(type = "number"))]
        id: u64,
        /// Our message id.
        message_id: String,
        /// Its chat, as the recipient named it; may be another address than the one it was sent to.
        chat: Jid,
    },
    /// Why the link ended. Always the last frame.
    Closed(Closed),
}

/// A frame to the sidecar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToSidecar {
    /// Answer to a `hello` with the same protocol integer.
    Welcome(Welcome),
    /// Everything up to `seq` is committed.
    Ack {
        /// The highest committed event number.
        #[cfg_attr(test, ts(type = "number"))]
        seq: u64,
    },
    /// Do something; answered by `response` with the same id, in any order.
    Request {
        /// Counts up within one process.
        #[cfg_attr(test, ts(type = "number"))]
        id: u64,
        /// What to do.
        #[serde(flatten)]
        call: Call,
    },
    /// The answer to one lookup.
    Found {
        /// The lookup's id.
        #[cfg_attr(test, ts(type = "number"))]
        id: u64,
        /// The chat that it was sent to, which a message about another one names; absent like the payload.
        chat: Option<Jid>,
        /// What was sent under that id; absent when it is not ours or too old.
        payload: Option<Box<Payload>>,
    },
    /// Flush and exit. End of stdin means the same.
    Shutdown,
}

/// Who speaks. Its shape is frozen, so that any two versions can tell each other apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Hello {
    /// The sidecar's [`crate::PROTOCOL_VERSION`].
    pub protocol: u32,
    /// Version of the sidecar package.
    pub sidecar: String,
    /// Version of Baileys.
    pub baileys: String,
    /// Version of Node.
    pub node: String,
}

/// What the sidecar is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Welcome {
    /// The gateway's [`crate::PROTOCOL_VERSION`].
    pub protocol: u32,
    /// Account id, for log lines only.
    pub account: String,
    /// Folder of the auth files; exists, mode 0700, locked by the gateway.
    pub auth_dir: String,
    /// Folder of files that come in and go out; exists, mode 0700.
    pub media_dir: String,
    /// Show login codes when there are no credentials; absent: end with `not_linked` instead.
    pub login: Option<LoginMethod>,
    /// Which version of WhatsApp's web client to claim to be.
    pub version: WebVersion,
    /// Bounds to keep.
    pub limits: Limits,
}

/// How an account is linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LoginMethod {
    /// A QR that the phone scans.
    Qr,
    /// A code that is typed into the phone.
    Code {
        /// The phone's number, digits only.
        phone: Private,
    },
}

/// Which version of WhatsApp's web client to claim to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WebVersion {
    /// The one that Baileys was released with.
    Pinned,
    /// This one.
    Exact([u32; 3]),
    /// The one that WhatsApp serves now; the pinned one if it cannot be asked.
    Live,
}

/// Bounds that the sidecar keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Limits {
    /// Longest line either side may write, in bytes.
    pub max_line_bytes: u32,
    /// Stanzas that may wait behind the one that awaits its ack.
    pub max_held_stanzas: u32,
    /// Bytes of such stanzas.
    pub max_held_bytes: u32,
}

/// Where the link stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Link {
    /// A QR to show; it replaces the one before.
    Qr {
        /// The text inside the QR.
        payload: Private,
        /// How long WhatsApp accepts it, from now.
        expires_ms: u32,
    },
    /// A code to type into the phone; it replaces the one before.
    Code {
        /// Eight letters and digits.
        code: Private,
        /// How long WhatsApp accepts it, from now.
        expires_ms: u32,
    },
    /// The phone scanned it (or took the code) and the new credentials are on disk; `restart_required` follows.
    Scanned,
    /// Logged in; messages flow both ways.
    Opened {
        /// Our own phone-number address, with device.
        jid: Jid,
        /// Our own hidden id, with device.
        lid: Option<Jid>,
        /// The name set on the phone, if it is known.
        name: Option<Private>,
        /// The version that WhatsApp accepted.
        version: [u32; 3],
    },
}
