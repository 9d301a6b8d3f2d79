//! `fased alerts`: its verbs, a file each.

use clap::Subcommand;

use super::{Global, Outcome, alerts_test};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Send a trial alert as the config says, and see what comes back; no gateway is needed
    #[command(after_help = alerts_test::AFTER_HELP)]
    Test,
}

pub(super) fn run(global: &Global, verb: &Verb) -> Outcome {
    match verb {
        Verb::Test => alerts_test::run(global),
    }
}
