//! `fased channels restart`: closes an account's link and opens it again, with a new process.

use std::time::Duration;

use clap::Args;
use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask, one_account};

/// The old process may take some seconds to leave; then the gateway answers, not when the link is ready.
const DEADLINE: Duration = Duration::from_secs(30);

/// The account.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(long, value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// The account; it has to be named where there are several [default: the only one]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The same, as the other verbs take it
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    account: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let account = one_account::meant(global, options.id.or(options.account), "restart")?;
    ask::act(global, &ControlRequest::ChannelsRestart { account }, DEADLINE)
}
