//! `fased config set`: changes one key, keeping comments and order.

use clap::Args;
use fased::config::{KeyPath, edit};

use super::config_edit::{self, key};
use super::{Global, Outcome};

/// What to set.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fased config set channels.whatsapp.dmPolicy allowlist
  fased config set channels.whatsapp.allowFrom +15551234567 --append
  fased config set 'channels.whatsapp.groups[\"120363000000000001@g.us\"].requireMention' false
  fased config set channels.whatsapp.accounts.work.pairing '{ silent: true }'
The file before the change is kept beside it, with .bak at its end. Nothing is written when the result would be wrong.")]
pub(super) struct Options {
    /// The key, such as channels.whatsapp.dmPolicy; KEY[+] is short for --append
    #[arg(value_name = "KEY", value_parser = key)]
    key: KeyPath,
    /// JSON5; a text needs no quotation marks, and one entry stands for a list of one
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,
    /// Add to the list what is not on it yet
    #[arg(long)]
    append: bool,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let Options { key, value, append } = options;
    config_edit::run(global, key, "set", |text| edit::set(text, key, value, *append))
}
