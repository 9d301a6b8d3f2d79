//! End-to-end tests, by what the user would notice.

mod accounts;
mod broken_sidecar;
mod durability;
mod exit_codes;
mod files;
mod link_loss;
mod login;
mod messages;
mod pairing;
mod policies;
mod processes;
mod secrecy;
