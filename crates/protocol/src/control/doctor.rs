//! What only the running gateway can tell `fased doctor`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the gateway sees of its links and of the way to WhatsApp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorInfo {
    /// Open links, in the order of their accounts; an account without one is not listed.
    pub links: Vec<LinkProbe>,
    /// WhatsApp's host, as the gateway's process reaches it.
    pub host: HostProbe,
    /// Node.js and the sidecar's files, as the gateway's process finds them: its environment may be another than that of
    /// who asks. Absent from a gateway of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeProbe>,
}

/// Node.js and what the sidecar is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeProbe {
    /// `FASED_NODE` is set.
    pub named: bool,
    /// The program that is started.
    pub program: Option<PathBuf>,
    /// As `node --version` says, without the `v`.
    pub version: Option<String>,
    /// Why there is no program, or no version.
    pub error: Option<String>,
    /// The folder with the sidecar.
    pub home: Option<PathBuf>,
    /// Why there is none.
    pub home_error: Option<String>,
    /// Version of Baileys that is installed.
    pub installed: Option<String>,
    /// The one that the lock file wants.
    pub wanted: Option<String>,
    /// The folder has the lock file that `npm ci` needs.
    pub locked: bool,
    /// Version of the sidecar's files.
    pub sidecar: Option<String>,
    /// There is an ffmpeg.
    pub ffmpeg: bool,
    /// Are the files those that were installed? Absent without a sidecar, and from a gateway of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<FilesProbe>,
}

/// The sidecar's files, compared with the `manifest.json` beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "are", rename_all = "snake_case")]
pub enum FilesProbe {
    /// There is no manifest: nothing is compared.
    Unlisted,
    /// All are as they were installed.
    Intact {
        /// How many.
        files: u64,
    },
    /// At least one was changed, is missing, or came in addition; sidecars do not start.
    Altered {
        /// Which, and how many more.
        what: String,
    },
}

/// A question that WhatsApp was asked on an open link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkProbe {
    /// Account id.
    pub account: String,
    /// How long the answer took, milliseconds; absent without one.
    pub round_trip_ms: Option<u64>,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// The way to a host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostProbe {
    /// Its name.
    pub host: String,
    /// The port.
    pub port: u16,
    /// To how many addresses the name was resolved.
    pub addresses: usize,
    /// How long it took until a connection was open, milliseconds; absent when none was.
    pub connected_ms: Option<u64>,
    /// The name could not be resolved, or no connection was had: why.
    pub error: Option<String>,
}
