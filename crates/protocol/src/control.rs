//! The control socket: what the CLI (and later the page) asks of a running gateway.
//!
//! One connection, one request line. The gateway answers with one line, or, for
//! `channels_login` and `watch`, with one line per event until it closes the connection.

use serde::{Deserialize, Serialize};

use crate::sidecar::LoginMethod;

/// A request; each has a CLI verb and a handler of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum ControlRequest {
    /// Who runs here, since when. Answered by `gateway`.
    GatewayStatus,
    /// Drain and end. Answered by `done` when the drain has begun; the lease goes at the end.
    GatewayStop,
    /// Drain and execute the same program again under the same pid. Answered by `done` likewise.
    GatewayRestart,
    /// Link an account. Answered by `login` events until `linked` or `error`.
    ChannelsLogin {
        /// Account id.
        account: String,
        /// How.
        method: LoginMethod,
    },
    /// The states of all accounts or of one. Answered by `accounts`.
    ChannelsStatus {
        /// Only this one.
        account: Option<String>,
    },
    /// The configured accounts. Answered by `accounts`.
    ChannelsList,
    /// Unlink an account on WhatsApp's side and set its auth files aside. Answered by `done`.
    ChannelsLogout {
        /// Account id.
        account: String,
    },
    /// Senders that wait for approval. Answered by `pending`.
    PairingList {
        /// Only this account's.
        account: Option<String>,
    },
    /// Let a sender in. Answered by `done`.
    PairingApprove {
        /// Only among this account's requests.
        account: Option<String>,
        /// Which one.
        who: PairingWho,
    },
    /// Refuse a sender's request. Answered by `done`.
    PairingDeny {
        /// Only among this account's requests.
        account: Option<String>,
        /// Which one.
        who: PairingWho,
    },
    /// The overview. Answered by `status`.
    Status,
    /// What became of a message, in or out. Answered by `explanation`.
    Explain {
        /// Its id on WhatsApp.
        message_id: String,
    },
    /// Everything that happens from now on. Answered by `watched` events without end.
    Watch,
}

/// A pairing request, named by its code or by its sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairingWho {
    /// The eight-character code, any case.
    Code(String),
    /// The sender's number or hidden id.
    Sender(String),
}

/// An answer, or one event of a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ControlResponse {
    /// It was done.
    Done {
        /// What was done, for people.
        message: String,
    },
    /// It was not done.
    Error(ControlError),
    /// The gateway itself.
    Gateway(GatewayInfo),
    /// Accounts.
    Accounts {
        /// In the order of their ids.
        accounts: Vec<AccountInfo>,
    },
    /// Pairing requests.
    Pending {
        /// Oldest first.
        pending: Vec<PendingInfo>,
    },
    /// The overview.
    Status(StatusInfo),
    /// What became of a message.
    Explanation {
        /// One for each account and chat that saw the id.
        messages: Vec<Explanation>,
    },
    /// One step of a login.
    Login(LoginEvent),
    /// Something that happened.
    Watched(WatchEvent),
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlError {
    /// To decide by; also decides the exit code.
    pub code: ErrorCode,
    /// What, where and why.
    pub message: String,
    /// The next command, or what to do.
    pub next: String,
}

/// Kinds of failed requests. Each has one exit code, in the CLI's `exit.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// There is no such account, code or message.
    NotFound,
    /// The request is understood and declined.
    Refused,
    /// Wrong arguments.
    Usage,
    /// The config file is missing, unreadable or wrong.
    Config,
    /// No gateway runs on this state dir.
    NoGateway,
    /// Another gateway holds the state dir.
    LeaseHeld,
    /// The account is not linked, or its link is not ready.
    NotReady,
    /// It took too long.
    TimedOut,
    /// A login code ran out before it was used.
    Expired,
    /// A defect, or the machine: disk, permissions, processes.
    Internal,
}

/// The gateway process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayInfo {
    /// Process id; kept by `gateway restart`.
    pub pid: u32,
    /// Different for every run, so that a restart can be told from the run before.
    pub instance: String,
    /// Version of `fased`.
    pub version: String,
    /// When it started, Unix milliseconds.
    pub started_ms: i64,
    /// Its state dir.
    pub state_dir: String,
    /// Its config file; it need not exist.
    pub config: String,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    /// Account id.
    pub account: String,
    /// `whatsapp`.
    pub channel: String,
    /// Switched on in the config.
    pub enabled: bool,
    /// One of the account states: `ready`, `backing_off`, `unlinked`, …
    pub state: String,
    /// What that means, for people.
    pub sentence: String,
    /// The next command, if one helps.
    pub next: Option<String>,
    /// In this state since, Unix milliseconds.
    pub since_ms: i64,
    /// In `backing_off`: until when, Unix milliseconds.
    pub until_ms: Option<i64>,
    /// The linked number, once known.
    pub phone: Option<String>,
    /// The linked hidden id, once known.
    pub lid: Option<String>,
    /// When it was last `ready`, Unix milliseconds.
    pub last_ready_ms: Option<i64>,
    /// How many times it was respawned since the gateway started.
    pub respawns: u64,
    /// Process id of its sidecar.
    pub sidecar_pid: Option<u32>,
    /// Inbound messages by what became of them.
    pub inbound: Vec<Count>,
    /// Outbound messages by state.
    pub outbound: Vec<Count>,
    /// Senders that wait for approval.
    pub pending_pairings: u64,
}

/// A named number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Of what.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// A sender that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingInfo {
    /// Account id.
    pub account: String,
    /// The code; absent when the account had too many requests at once.
    pub code: Option<String>,
    /// Number or hidden id.
    pub sender: String,
    /// Name that the sender chose for themselves.
    pub name: Option<String>,
    /// When it was asked first, Unix milliseconds.
    pub created_ms: i64,
    /// When the code ends, Unix milliseconds.
    pub expires_ms: i64,
    /// When this sender last wrote, Unix milliseconds.
    pub last_seen_ms: i64,
}

/// The overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusInfo {
    /// Absent when no gateway runs and the store was asked.
    pub gateway: Option<GatewayInfo>,
    /// All accounts.
    pub accounts: Vec<AccountInfo>,
    /// Things the owner should know, newest first.
    pub notices: Vec<Notice>,
}

/// Something the owner should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Account id.
    pub account: String,
    /// For people.
    pub text: String,
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Account id.
    pub account: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// `in` or `out`.
    pub direction: String,
    /// The chat, as a number, hidden id or group id.
    pub chat: String,
    /// Who wrote it.
    pub sender: Option<String>,
    /// Kind of content.
    pub content: String,
    /// When it was sent, Unix seconds.
    pub timestamp: Option<i64>,
    /// When the gateway committed it, Unix milliseconds.
    pub recorded_ms: i64,
    /// `admit`, `hold`, `drop`, `context`, `stale`; absent while undecided, and for outbound ones.
    pub verdict: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The row of the rule table that decided.
    pub rule: Option<u8>,
    /// The reason, for people.
    pub sentence: Option<String>,
    /// The edit or command that would change it.
    pub fix: Option<String>,
    /// The run it led to.
    pub run: Option<RunInfo>,
    /// What was sent because of it; for an outbound message, itself.
    pub sent: Vec<SentInfo>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Run id.
    pub id: i64,
    /// Agent id.
    pub agent: String,
    /// `queued`, `running`, `ok`, `error`, `interrupted`.
    pub state: String,
    /// How often it was started.
    pub attempts: u32,
    /// What went wrong.
    pub error: Option<String>,
}

/// An outbound message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentInfo {
    /// Its id on WhatsApp.
    pub message_id: String,
    /// Its chat.
    pub chat: String,
    /// `queued`, `sending`, `written`, `unknown`, `server_ack`, `delivered`, …
    pub state: String,
    /// The code WhatsApp refused it with.
    pub error_code: Option<u32>,
    /// Since when, Unix milliseconds.
    pub updated_ms: i64,
}

/// One step of a login. `channels login --json` prints these, one a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LoginEvent {
    /// A QR to show; replaces the one before.
    Qr {
        /// The text inside the QR.
        payload: String,
        /// How long it is good for, from now.
        expires_ms: u32,
    },
    /// The phone scanned it.
    Scanned,
    /// WhatsApp asked for a new connection with the new credentials: progress.
    Restarting,
    /// Done: open for the second time, credentials durable.
    Linked {
        /// Account id.
        account: String,
        /// The linked number.
        phone: String,
        /// The linked hidden id.
        lid: Option<String>,
    },
    /// The QR on show is no longer good; another follows, or an error.
    Expired,
    /// It failed.
    Error(ControlError),
}

/// Something that happened, for people who watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchEvent {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Account id.
    pub account: String,
    /// What.
    pub what: Watched,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Watched {
    /// A message was committed.
    Inbound {
        /// Its id.
        message_id: String,
        /// Its chat.
        chat: String,
        /// Who wrote it.
        sender: String,
        /// Its text.
        text: Option<String>,
    },
    /// It was decided.
    Verdict {
        /// Its id.
        message_id: String,
        /// `admit`, `hold`, …
        verdict: String,
        /// Why.
        reason: String,
        /// Why, for people.
        sentence: String,
    },
    /// A sender was given a code, or listed.
    Pairing {
        /// Number or hidden id.
        sender: String,
        /// The code.
        code: Option<String>,
    },
    /// An outbound message changed its state.
    Outbound {
        /// Its id.
        message_id: String,
        /// Its chat.
        chat: String,
        /// The new state.
        state: String,
        /// Its text, when it is queued.
        text: Option<String>,
    },
    /// The account changed its state.
    Account {
        /// The new state.
        state: String,
        /// What that means.
        sentence: String,
    },
    /// The watcher was too slow; this many events are missing here (nothing is missing in the store).
    Missed {
        /// How many.
        events: u64,
    },
}
