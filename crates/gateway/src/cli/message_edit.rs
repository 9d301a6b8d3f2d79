//! `fased message edit`: another text for a message of ours.

use clap::Args;
use fased_protocol::control::ControlRequest;
use fased_protocol::private::Private;

use super::message_where::{Waiting, Where};
use super::{Global, Outcome, message_queue, message_react};

/// Which message, and its new text.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    to: Where,
    /// Id of the message
    #[arg(long, value_name = "ID")]
    message: String,
    /// The new text
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
    /// Take the text as it stands, without reading it as Markdown
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let request = ControlRequest::MessageEdit {
        to: options.to.into(),
        message_id: options.message,
        text: Private(options.text),
        raw: options.raw,
    };
    message_queue::run(global, &request, &options.waiting, message_react::DEADLINE)
}
