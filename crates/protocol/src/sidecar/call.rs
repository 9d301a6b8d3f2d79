//! Requests and their answers.

use serde::{Deserialize, Serialize};

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
