//! `fased outbox`: its verbs, a file each.

use clap::Subcommand;

use super::{Global, Outcome, outbox_cancel, outbox_list, outbox_retry};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// What goes out, newest first, and how far each message came
    List(outbox_list::Options),
    /// Take messages back that have not left
    Cancel(outbox_cancel::Options),
    /// Send messages once more that failed, expired or were cancelled, each as a new one
    Retry(outbox_cancel::Options),
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::List(options) => outbox_list::run(global, options),
        Verb::Cancel(options) => outbox_cancel::run(global, options),
        Verb::Retry(options) => outbox_retry::run(global, options),
    }
}
