//! Requests and their answers.

use serde::{Deserialize, Serialize};

use super::LidPair;
use crate::fault::Fault;
use crate::private::{Jid, Private};

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
        /// What it says.
        payload: TextPayload,
    },
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

/// Everything that a text message is made of, so that a second sending is the same message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TextPayload {
    /// The text.
    pub text: Private,
    /// 32 bytes in hex that WhatsApp's clients derive keys from; chosen by the gateway with the id.
    pub secret: Private,
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
    /// Done.
    Done,
}
