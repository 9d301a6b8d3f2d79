//! `fased pairing revoke`: takes an approval back; effective for the sender's next message.

use clap::Args;
use fased::client::ANSWER_DEADLINE;
use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask};

/// Whose approval.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// The sender's number or hidden id
    #[arg(long, value_name = "NUMBER|LID")]
    sender: String,
    /// Only this account's approval
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options {
        channel: _,
        sender,
        account,
    } = options;
    ask::act(
        global,
        &ControlRequest::PairingRevoke { account, sender },
        ANSWER_DEADLINE,
    )
}
