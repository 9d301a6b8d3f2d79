//! `fased config unset`: takes a key, or one entry of a list, out of the file, so that the default holds again.

use clap::Args;
use fased::config::{KeyPath, edit};

use super::config_edit::{self, key};
use super::{Global, Outcome};

/// What to take out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fased config unset channels.whatsapp.dmPolicy
  fased config unset channels.whatsapp.allowFrom +15551234567
The file before the change is kept beside it, with .bak at its end. Nothing is written when the result would be wrong.")]
pub(super) struct Options {
    /// The key, such as channels.whatsapp.dmPolicy
    #[arg(value_name = "KEY", value_parser = key)]
    key: KeyPath,
    /// Only this entry of the list
    #[arg(value_name = "ENTRY", allow_hyphen_values = true)]
    entry: Option<String>,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let Options { key, entry } = options;
    config_edit::run(global, key, "taken out", |text| {
        edit::unset(text, key, entry.as_deref())
    })
}
