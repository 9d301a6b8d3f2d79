//! `fased directory`: its verbs, a file each.

use clap::{Args, Subcommand};

use super::{Global, Outcome, directory_groups, directory_self};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Who the accounts are: number, hidden id, name
    #[command(name = "self")]
    Own(Options),
    /// The groups that the accounts are in, as WhatsApp tells them now
    Groups(Options),
}

/// Which accounts.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only this account
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::Own(options) => directory_self::run(global, options),
        Verb::Groups(options) => directory_groups::run(global, options),
    }
}
