//! The gateway: the only crate that touches the world.
//!
//! Reading order: `gateway` (one run from lease to drain), `account` (one task per account, drives
//! the pure machine of `fased_policy::lifecycle`), `sidecar` (the Node process and its pipes),
//! `inbound` (journal → verdict → run), `outbound` (outbox → sidecar → receipts), `store`.

pub mod account;
pub mod agent;
pub mod auth_dir;
mod chat;
pub mod client;
pub mod clock;
pub mod config;
pub mod control;
pub mod doctor;
pub mod envelope;
pub mod explain;
pub mod gateway;
pub mod inbound;
pub mod known;
pub mod lease;
pub mod media;
pub mod memory;
pub mod nearest;
pub mod offline;
pub mod outbound;
mod pairing;
pub mod paths;
pub mod reading;
mod reload;
pub mod run;
mod session;
pub mod sidecar;
pub mod span;
pub mod spellings;
pub mod store;
pub mod tasks;
mod turn;
mod typing;
pub mod watch;
