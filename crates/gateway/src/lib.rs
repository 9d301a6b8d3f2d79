//! The gateway: the only crate that touches the world.
//!
//! Reading order: `gateway` (one run from lease to drain), `account` (one task per account, drives
//! the pure machine of `fased_policy::lifecycle`), `sidecar` (the Node process and its pipes),
//! `inbound` (journal → verdict → run), `outbound` (outbox → sidecar → receipts), `store`.

pub mod account;
pub mod agent;
pub mod alerts;
pub mod auth_dir;
pub mod browser;
mod cage;
mod chat;
pub mod client;
pub mod clock;
pub mod config;
pub mod control;
pub mod doctor;
pub mod edits;
pub mod envelope;
pub mod explain;
pub mod gateway;
pub mod health;
pub mod inbound;
pub mod known;
pub mod lease;
pub mod log;
pub mod media;
pub mod memory;
pub mod nearest;
pub mod offline;
pub mod outbound;
mod pairing;
pub mod paths;
mod process;
pub mod reading;
mod reload;
pub mod run;
pub mod service;
mod session;
pub mod sidecar;
pub mod span;
pub mod spellings;
mod storage;
pub mod store;
pub mod tasks;
mod turn;
mod typing;
pub mod watch;
mod web;
