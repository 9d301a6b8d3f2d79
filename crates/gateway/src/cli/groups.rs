//! `fased groups`: its verbs, a file each.

use clap::Subcommand;

use super::{Global, Outcome, groups_activation, groups_allow, groups_block, groups_change, groups_list};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Which groups are known, and what is answered there
    List(groups_list::Options),
    /// Choose what is answered in a group; wins over the config and outlives restarts
    Activation(groups_activation::Options),
    /// Let a group in, in the config, and see who is heard there then
    #[command(after_help = groups_allow::AFTER_HELP)]
    Allow(groups_allow::Options),
    /// Switch a group off, in the config
    #[command(after_help = groups_block::AFTER_HELP)]
    Block(groups_change::Place),
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::List(options) => groups_list::run(global, options),
        Verb::Activation(options) => groups_activation::run(global, options),
        Verb::Allow(options) => groups_allow::run(global, options),
        Verb::Block(place) => groups_block::run(global, &place),
    }
}
