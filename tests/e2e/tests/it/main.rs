//! End-to-end tests, by what the user would notice.

mod accounts;
mod broken_sidecar;
mod channels_add;
mod config;
mod deaf;
mod durability;
mod exit_codes;
mod files;
mod groups;
mod link_loss;
mod login;
mod messages;
mod pairing;
mod pause;
mod policies;
mod processes;
mod retries;
mod secrecy;
mod sockets;
mod versions;
