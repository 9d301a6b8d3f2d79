//! `fased message delete`: a message of ours taken back for everybody.

use clap::Args;
use fased_protocol::control::ControlRequest;

use super::message_where::{Waiting, Where};
use super::{Global, Outcome, message_queue, message_react};

/// Which message.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    to: Where,
    /// Id of the message
    #[arg(long, value_name = "ID")]
    message: String,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let request = ControlRequest::MessageDelete {
        to: options.to.into(),
        message_id: options.message,
    };
    message_queue::run(global, &request, &options.waiting, message_react::DEADLINE)
}
