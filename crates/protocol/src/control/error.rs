//! Why a request failed.

use serde::{Deserialize, Serialize};

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
