//! `fased message poll`: a question with answers to choose from.

use clap::Args;
use fased_protocol::control::ControlRequest;
use fased_protocol::private::Private;

use super::message_where::{Waiting, Where};
use super::{Global, Outcome, message_queue, message_react};

/// The poll.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    to: Where,
    /// The question
    #[arg(long, value_name = "TEXT")]
    question: String,
    /// An answer to choose; once for each, 2 to 12
    #[arg(long = "option", value_name = "TEXT", required = true)]
    options: Vec<String>,
    /// How many may be chosen; 0 means any number
    #[arg(long, value_name = "N", default_value_t = 1)]
    selectable: u32,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let request = ControlRequest::MessagePoll {
        to: options.to.into(),
        question: Private(options.question),
        options: options.options.into_iter().map(Private).collect(),
        selectable: options.selectable,
    };
    message_queue::run(global, &request, &options.waiting, message_react::DEADLINE)
}
