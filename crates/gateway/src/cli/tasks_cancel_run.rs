//! `fased tasks cancel-run`: ends one run of a Task.

use clap::Args;
use fased::client::ANSWER_DEADLINE;
use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask};

/// Which run.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The run's number, as `fased tasks runs ID` shows it
    #[arg(value_name = "RUN")]
    run: i64,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let request = ControlRequest::TasksCancelRun { run: options.run };
    ask::act(global, &request, ANSWER_DEADLINE)
}
