//! What requests are answered with: the gateway, its accounts, messages and their fate.

use serde::{Deserialize, Serialize};

use super::{Health, Problem};
use crate::private::Private;

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
    /// Memory of its process that is in RAM now (RSS), bytes; where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rss_bytes: Option<u64>,
    /// When the host last woke from sleep while this gateway ran, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub woke_ms: Option<i64>,
    /// The HTTP listener; absent while it is switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpInfo>,
    /// Who is told outside of WhatsApp; absent where nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<AlertsInfo>,
    /// In a simulation: by how much its wall clock is ahead of the real one, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
}

/// The HTTP listener for monitoring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpInfo {
    /// Where it listens, as `address:port`; absent while it cannot.
    pub address: Option<String>,
    /// Why it does not listen; it tries again.
    pub problem: Option<String>,
}

/// Who is told outside of WhatsApp, and how that goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertsInfo {
    /// `webhook` or `command`.
    pub target: String,
    /// Tries in a row that failed.
    pub failures: u32,
    /// Why the last one did, for people.
    pub problem: Option<String>,
    /// Since when they fail, Unix milliseconds.
    pub failing_since_ms: Option<i64>,
    /// When one was last taken, Unix milliseconds; absent if none was since the gateway started.
    pub last_told_ms: Option<i64>,
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
    /// The particulars of the state in one word: why it is `degraded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What that means, for people.
    pub sentence: String,
    /// The next command, if one helps.
    pub next: Option<String>,
    /// In this state since, Unix milliseconds.
    pub since_ms: i64,
    /// Since when it should be ready and is not, Unix milliseconds: since its link was lost or the gateway started, however
    /// often it was tried meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_since_ms: Option<i64>,
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
    /// Memory of its sidecar that is in RAM now (RSS), bytes; where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecar_rss_bytes: Option<u64>,
    /// What its sidecar is made of, once it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<SidecarVersions>,
    /// What the sidecar is kept from, once one was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cage: Option<CageInfo>,
    /// When a message last came in, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_inbound_ms: Option<i64>,
    /// When WhatsApp last took a message of ours, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_outbound_ms: Option<i64>,
    /// Deliveries of inbound messages, each repetition counted: at any instant the sum of `inbound`.
    pub received: u64,
    /// Inbound messages by what became of them.
    pub inbound: Vec<Count>,
    /// Outbound messages by state, and how many were asked for again in vain (`resend_missed`).
    pub outbound: Vec<Count>,
    /// Senders that wait for approval.
    pub pending_pairings: u64,
    /// What agents have asked in its chats and wait for an owner's answer to.
    #[serde(default)]
    pub questions: u64,
    /// Until when WhatsApp lets it write to nobody who never wrote to it, Unix milliseconds.
    #[serde(default)]
    pub first_contacts_locked_until_ms: Option<i64>,
}

/// What a sidecar is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidecarVersions {
    /// The sidecar's own.
    pub sidecar: String,
    /// Of the library.
    pub baileys: String,
    /// Of Node.js.
    pub node: String,
}

/// What a sidecar process is kept from, and by whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CageInfo {
    /// The version of Landlock that the kernel has; absent where it has none.
    pub landlock_abi: Option<u32>,
    /// The kernel lets it open its auth, media and code folders only.
    pub files: bool,
    /// The kernel lets it execute nothing but Node itself, which stays in the same cage.
    pub execute: bool,
    /// The kernel lets it connect to the TCP ports of WhatsApp and of name servers only, and listen on none.
    pub ports: bool,
    /// Node's permission model refuses foreign files and child processes, too.
    pub node_permissions: bool,
    /// Why something of that is not so, for people.
    pub missing: Vec<String>,
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

/// A sender that was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedInfo {
    /// Account id.
    pub account: String,
    /// Number, else hidden id.
    pub sender: String,
    /// Their hidden id, if it is known.
    pub lid: Option<String>,
    /// Their number, if it is known.
    pub phone: Option<String>,
    /// When, Unix milliseconds.
    pub approved_ms: i64,
}

/// The config that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigInfo {
    /// Why the file, as it is now, is not the one in force.
    pub problem: Option<ConfigProblem>,
    /// When the one in force was read, Unix milliseconds.
    pub loaded_ms: i64,
}

/// Why a config is not in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigProblem {
    /// For people: file, line, column, key, what is allowed.
    pub message: String,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
}

/// The overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusInfo {
    /// Absent when no gateway runs and the store was asked.
    pub gateway: Option<GatewayInfo>,
    /// Absent likewise.
    #[serde(default)]
    pub config: Option<ConfigInfo>,
    /// All accounts.
    pub accounts: Vec<AccountInfo>,
    /// Things the owner should know, newest first.
    pub notices: Vec<Notice>,
    /// Whether all is well.
    #[serde(default)]
    pub health: Health,
    /// What waits for a person while messages flow: people to approve, messages and Tasks that failed, and the like.
    #[serde(default)]
    pub attention: Vec<Problem>,
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

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Run id.
    pub id: i64,
    /// `message`: an agent answers; `broadcast`: several do; `command`: the gateway does; `task`: an agent does what a Task
    /// says.
    #[serde(default)]
    pub kind: String,
    /// Agent id; of several, all of them with commas.
    pub agent: String,
    /// `queued`, `running`, `ok`, `error`, `cancelled`, `interrupted`.
    pub state: String,
    /// How often it was started.
    pub attempts: u32,
    /// Ids of the messages that it answers.
    pub answers: Vec<String>,
    /// Ids of the messages of the group that it was given to read, oldest first.
    pub context: Vec<String>,
    /// What went wrong, in one word for scripts.
    #[serde(default)]
    pub failure: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// Of one that went wrong: the end of what the agent's process wrote on stderr, 64 KiB at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<Private>,
    /// Where several agents answer: what became of each of them. Then all else is about them together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forks: Vec<Self>,
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
