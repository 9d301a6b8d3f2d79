//! `fased agents`: its verbs, a file each. They read the config alone: neither gateway nor store is needed.

use clap::Subcommand;
use fased::config::Config;

use super::config_edit::invalid;
use super::runtime::paths;
use super::{Failure, Global, Outcome, agents_list, agents_test};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Which agents there are, what they are made of, and where they answer
    List,
    /// Ask an agent something, and see its answer as it comes
    #[command(after_help = agents_test::AFTER_HELP)]
    Test(agents_test::Options),
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::List => agents_list::run(global),
        Verb::Test(options) => agents_test::run(global, &options),
    }
}

/// The config as it is written now, whether or not a gateway has it in force.
pub(super) fn config(global: &Global) -> Result<Config, Failure> {
    Config::load(&paths(global)?).map_err(|error| invalid(error.message))
}
