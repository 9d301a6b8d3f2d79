//! What the gateway decides, as functions of their arguments.
//!
//! Nothing here reads a clock, draws a random number, opens a file or speaks to a process: time and chance
//! come in as arguments, and what is to be done goes out as a value. The gateway acts on it.
//! Wire formats and storage are unknown here too, so that neither can change a decision.
#![deny(missing_docs)]

pub mod ids;
pub mod name;
pub mod near;

pub mod access;
pub mod command;
pub mod mention;
pub mod pairing;
pub mod poll_vote;
pub mod route;

pub mod debounce;
pub mod echo;

pub mod schedule;
pub mod task;

pub mod alerting;
pub mod backoff;
pub mod lifecycle;

pub mod chunk;
pub mod delivery;
pub mod media;
pub mod pacing;
pub mod parts;

pub mod acking;
pub mod addressing;
pub mod format;
pub mod quoting;
