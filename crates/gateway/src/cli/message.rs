//! `fased message`: its verbs, a file each.

use super::{Global, Outcome, message_preview};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// How an answer in Markdown would look, and where it would be cut; needs no gateway
    #[command(override_usage = message_preview::USAGE)]
    Preview(message_preview::Options),
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::Preview(options) => message_preview::run(global, &options),
    }
}
