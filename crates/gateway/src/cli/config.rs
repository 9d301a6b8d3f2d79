//! `fased config`: its verbs, a file each.

use clap::Subcommand;

use super::{
    Global, Outcome, config_get, config_path, config_reload, config_schema, config_set, config_unset,
    config_validate,
};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Which file is read
    Path,
    /// Is the config right? Exit code 2 if not
    Validate,
    /// What holds, with where it comes from: account, root (channels.whatsapp, for all accounts), the line of a key that
    /// is not of an account (with --json: global), or default
    Get(config_get::Options),
    /// Change a key; comments and order stay
    Set(config_set::Options),
    /// Take a key, or an entry of a list, out of the file
    Unset(config_unset::Options),
    /// The JSON Schema of the config, for editors
    Schema,
    /// Have the running gateway read the file now; it does so by itself within a second or two
    Reload,
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::Reload => config_reload::run(global),
        Verb::Path => config_path::run(global),
        Verb::Validate => config_validate::run(global),
        Verb::Get(options) => config_get::run(global, &options),
        Verb::Set(options) => config_set::run(global, &options),
        Verb::Unset(options) => config_unset::run(global, &options),
        Verb::Schema => config_schema::run(global),
    }
}
