//! The wire between the gateway and one sidecar (one account, one socket, one link attempt).

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
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
    /// Show login codes when there are no credentials; absent: end with `not_linked` instead.
    pub login: Option<LoginMethod>,
    /// Bounds to keep.
    pub limits: Limits,
}

/// How an account is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LoginMethod {
    /// A QR that the phone scans.
    Qr,
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
    /// The phone scanned it and the new credentials are on disk; `restart_required` follows.
    Scanned,
    /// Logged in; messages flow both ways.
    Opened {
        /// Our own phone-number address, with device.
        jid: Jid,
        /// Our own hidden id, with device.
        lid: Option<Jid>,
        /// The name set on the phone, if it is known.
        name: Option<Private>,
    },
}

/// One durable thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A decrypted message. Its receipt waits for the `ack`.
    Message(Box<Message>),
    /// A message that could not be decrypted; a resend may come under the same id.
    Undecryptable {
        /// Which message.
        origin: Origin,
        /// What the library said, without key material.
        reason: String,
    },
    /// WhatsApp's server took one of our messages.
    ServerAck {
        /// Our message id.
        id: String,
        /// Its chat.
        chat: Jid,
    },
    /// WhatsApp's server refused one of our messages.
    SendError {
        /// Our message id.
        id: String,
        /// Its chat.
        chat: Jid,
        /// The error code, such as 463 or 479.
        code: u32,
    },
    /// A recipient's device has, read or played our messages.
    Receipt {
        /// Our message ids.
        ids: Vec<String>,
        /// Their chat.
        chat: Jid,
        /// Who, in a group.
        participant: Option<Jid>,
        /// How far it came.
        status: ReceiptStatus,
    },
    /// Pairs of hidden id and phone number, learned from anything but a message.
    LidMapping {
        /// The pairs.
        pairs: Vec<LidPair>,
    },
    /// A newer sidecar's event. Cannot be sent by one with the same protocol integer.
    #[serde(other)]
    Unknown,
}

/// Where a stanza came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Origin {
    /// The message id, chosen by its sender.
    pub id: String,
    /// The chat.
    pub chat: Jid,
    /// The chat's other address (phone number of a hidden id, or the reverse), if the stanza had it.
    pub chat_alt: Option<Jid>,
    /// Who wrote it; equals `chat` in a direct chat unless `from_me`.
    pub sender: Jid,
    /// The sender's other address, if the stanza had it.
    pub sender_alt: Option<Jid>,
    /// Written by this account itself (its phone, or another linked device).
    pub from_me: bool,
    /// Name that the sender chose for themselves.
    pub push_name: Option<Private>,
    /// When it was sent, Unix seconds.
    #[cfg_attr(test, ts(type = "number"))]
    pub timestamp: i64,
    /// Delivered from the server's queue rather than live. Says nothing about age.
    pub offline: bool,
}

/// A decrypted message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Message {
    /// Where it came from.
    pub origin: Origin,
    /// What kind it is.
    pub content: ContentKind,
    /// The protobuf field that held it, such as `extendedTextMessage`.
    pub raw_kind: String,
    /// Its text or caption.
    pub text: Option<Private>,
    /// Who is mentioned by address.
    pub mentions: Vec<Jid>,
    /// What it replies to.
    pub quoted: Option<Quoted>,
}

/// The message that a reply quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Quoted {
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub sender: Option<Jid>,
}

/// Kinds of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// Text, with or without a link preview.
    Text,
    /// A picture.
    Image,
    /// A film, or a GIF.
    Video,
    /// Sound; a voice note too.
    Audio,
    /// A file.
    Document,
    /// A sticker.
    Sticker,
    /// One or more contact cards.
    Contact,
    /// A place, fixed or live.
    Location,
    /// An emoji on another message.
    Reaction,
    /// New text for an earlier message.
    Edit,
    /// An earlier message taken back.
    Delete,
    /// A poll.
    Poll,
    /// A vote in a poll.
    PollVote,
    /// A calendar event.
    Event,
    /// The library gave no kind that we know; `raw_kind` says which it was.
    Other,
}

/// A hidden id and its phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LidPair {
    /// `…@lid`.
    pub lid: Jid,
    /// `…@s.whatsapp.net`.
    pub phone: Jid,
}

/// How far one of our messages came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// On a device of the recipient.
    Delivered,
    /// Seen.
    Read,
    /// Listened to.
    Played,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub enum Call {
    /// Write a text message; answered by `sent` once it is on the socket, which is not yet an ack.
    SendText {
        /// The chat to write to.
        chat: Jid,
        /// The id it travels under, chosen by the gateway.
        message_id: String,
        /// The text.
        text: Private,
    },
    /// Ask WhatsApp for a sign of life; answered by `pong`.
    Ping,
    /// Unlink this device on WhatsApp's side; answered by `done`, then the socket closes.
    Logout,
}

/// How a request went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// It worked.
    Ok {
        /// The answer.
        reply: Reply,
    },
    /// It did not.
    Error {
        /// Why.
        fault: Fault,
    },
}

/// Answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Reply {
    /// Written to the socket.
    Sent,
    /// WhatsApp answered.
    Pong {
        /// Round trip.
        rtt_ms: u32,
    },
    /// Done.
    Done,
}

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
    /// There are no credentials and no login was asked for.
    NotLinked,
    /// The gateway asked for it.
    Shutdown,
    /// None of these; `status` and `text` say more.
    Unknown,
}
