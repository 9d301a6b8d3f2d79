//! End-to-end tests, by what the user would notice.

mod accounts;
mod approvals;
mod broken_sidecar;
mod deaf;
mod durability;
mod exit_codes;
mod explain;
mod files;
mod flood;
mod groups;
mod groups_verbs;
mod link_loss;
mod login;
mod messages;
mod pairing;
mod pause;
mod policies;
mod processes;
mod reload;
mod retries;
mod secrecy;
mod self_chat;
mod sockets;
mod strangers;
mod together;
mod versions;
