//! `fased pairing approve`: lets a sender in; effective for their next message.

use clap::Args;
use fased::client::ANSWER_DEADLINE;
use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask, pairing_who};

/// Who, and whether they hear of it.
#[derive(Debug, Args)]
// Clap names the group of the flattened options by their type, which is called the same.
#[group(skip)]
pub(super) struct Options {
    #[command(flatten)]
    who: pairing_who::Options,
    /// Tell them in their chat
    #[arg(long)]
    notify: bool,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { who, notify } = options;
    let (account, who) = who.into_who()?;
    ask::act(
        global,
        &ControlRequest::PairingApprove { account, who, notify },
        ANSWER_DEADLINE,
    )
}
