//! `fased channels pause`: closes an account's link until it is resumed, also over restarts.

use std::time::Duration;

use fased_protocol::control::ControlRequest;

use super::{ChannelOptions, Global, Outcome, ask};

/// What is going out is finished first, then the sidecar is ended.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn run(global: &Global, options: ChannelOptions) -> Outcome {
    let account = options.account.unwrap_or_else(|| "default".to_owned());
    ask::act(global, &ControlRequest::ChannelsPause { account }, DEADLINE)
}
