//! `fased message react`: an emoji on a message, or none any more.

use std::time::Duration;

use clap::Args;
use fased_protocol::control::ControlRequest;
use fased_protocol::private::Private;

use super::message_where::{Waiting, Where};
use super::{Global, Outcome, message_queue};

pub(super) const DEADLINE: Duration = Duration::from_secs(15);

/// Which message, and the emoji.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    to: Where,
    /// Id of the message
    #[arg(long, value_name = "ID")]
    message: String,
    /// The emoji; an empty text takes the reaction back
    #[arg(long, value_name = "EMOJI")]
    emoji: String,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let request = ControlRequest::MessageReact {
        to: options.to.into(),
        message_id: options.message,
        emoji: Private(options.emoji),
        for_agent: None,
    };
    message_queue::run(global, &request, &options.waiting, DEADLINE)
}
