//! What only the running gateway can tell `fased doctor`.

use serde::{Deserialize, Serialize};

/// What the gateway sees of its links and of the way to WhatsApp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorInfo {
    /// Open links, in the order of their accounts; an account without one is not listed.
    pub links: Vec<LinkProbe>,
    /// WhatsApp's host, as the gateway's process reaches it.
    pub host: HostProbe,
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
