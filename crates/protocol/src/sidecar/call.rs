//! Requests and their answers.

use serde::{Deserialize, Serialize};

use super::{Group, LidPair, MediaFile, MediaRef, Payload};
use crate::fault::Fault;
use crate::private::Jid;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub enum Call {
    /// Write a message; answered by `sent` once it is on the socket, which is not yet an ack.
    Send {
        /// The chat to write to.
        chat: Jid,
        /// The id it travels under, chosen by the gateway.
        message_id: String,
        /// What it says.
        payload: Box<Payload>,
    },
    /// Encrypt a file and put it on WhatsApp's media servers; answered by `media`. Takes up to ten minutes.
    UploadMedia(MediaFile),
    /// Fetch a file from WhatsApp's media servers, decrypt it, and let it appear below the media folder only once
    /// its hashes are right; answered by `downloaded`. Takes up to ten minutes.
    DownloadMedia {
        /// What to fetch.
        media: Box<MediaRef>,
        /// Where to put it, relative to the media folder of the `welcome`; a generated name.
        file: String,
        /// Ends with `too_large` when there is more than this.
        #[cfg_attr(test, ts(type = "number"))]
        max_bytes: u64,
    },
    /// Ask the sender's phone to put a file on the media servers again; answered by `media`.
    RefreshMedia {
        /// The chat.
        chat: Jid,
        /// The message that brought it.
        id: String,
        /// Who wrote that, in a group.
        participant: Option<Jid>,
        /// Where it was.
        media: Box<MediaRef>,
    },
    /// Show in a chat that an answer is being made; answered by `done`. Fades by itself after 10 s or so.
    SetTyping {
        /// The chat.
        chat: Jid,
        /// What to show.
        typing: Typing,
    },
    /// The groups that the account is in; answered by `groups`.
    ListGroups,
    /// One group; answered by `groups` with that one.
    DescribeGroup {
        /// `…@g.us`.
        group: Jid,
    },
    /// Ask WhatsApp whether the account may write to people who never wrote to it; answered by `timelock`.
    FetchTimelock,
    /// Ask WhatsApp for the hidden ids of phone numbers; answered by `lids`. Numbers without one
    /// are left out.
    ResolveLids {
        /// `…@s.whatsapp.net`, at most 500.
        phones: Vec<Jid>,
    },
    /// Ask WhatsApp what one number is there, for numbers that people write in more than one way;
    /// answered by `canonical`.
    CanonicalId {
        /// `…@s.whatsapp.net`, as somebody wrote it.
        phone: Jid,
    },
    /// Tell WhatsApp that messages were read; answered by `done` once it is on the socket. Their
    /// writers see it only where the phone's privacy settings let them.
    MarkRead {
        /// The chat.
        chat: Jid,
        /// Who wrote them, in a group.
        participant: Option<Jid>,
        /// Their ids, 1 to 500.
        ids: Vec<String>,
    },
    /// Ask WhatsApp for a sign of life; answered by `pong`.
    Ping,
    /// Unlink this device on WhatsApp's side; answered by `done`, then the socket closes.
    Logout,
}

/// What a chat is shown while an answer is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Typing {
    /// Somebody writes.
    Composing,
    /// Somebody speaks.
    Recording,
    /// Nobody does any more.
    Paused,
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
    /// Hidden ids that WhatsApp knows.
    Lids {
        /// The pairs.
        pairs: Vec<LidPair>,
    },
    /// What a number is on WhatsApp.
    Canonical {
        /// The number that WhatsApp takes it for, as `…@s.whatsapp.net`; absent: it is not on WhatsApp.
        jid: Option<Jid>,
        /// Its hidden id, if WhatsApp tells it.
        lid: Option<Jid>,
    },
    /// Where a file is now.
    Media {
        /// What a message needs to hold it.
        media: Box<MediaRef>,
    },
    /// A file appeared below the media folder, with the right hashes.
    Downloaded {
        /// Its length.
        #[cfg_attr(test, ts(type = "number"))]
        bytes: u64,
        /// SHA-256 in hex.
        sha256: String,
    },
    /// Groups.
    Groups {
        /// In no particular order; of `list_groups`, at most 1,000 with at most 5,000 members.
        groups: Vec<Group>,
        /// How many there are.
        total: u32,
    },
    /// May the account write to people who never wrote to it?
    Timelock {
        /// It may not.
        active: bool,
        /// Until then, Unix seconds, if WhatsApp says.
        #[cfg_attr(test, ts(type = "number | null"))]
        until_s: Option<i64>,
    },
    /// Done.
    Done,
}
