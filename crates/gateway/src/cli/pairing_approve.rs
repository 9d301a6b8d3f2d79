//! `fased pairing approve`: lets a sender in; effective for their next message.

use fased::client::ANSWER_DEADLINE;
use fased_protocol::control::ControlRequest;

use super::pairing_who::Options;
use super::{Global, Outcome, ask};

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let (account, who) = options.into_who()?;
    ask::act(
        global,
        &ControlRequest::PairingApprove { account, who },
        ANSWER_DEADLINE,
    )
}
