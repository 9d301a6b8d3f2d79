//! `fased channels pause`: closes an account's link until it is resumed, also over restarts.

use std::time::Duration;

use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask, one_account};

/// What is going out is finished first, then the sidecar is ended.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn run(global: &Global, options: one_account::Options) -> Outcome {
    let account = options.meant(global, "pause")?;
    ask::act(global, &ControlRequest::ChannelsPause { account }, DEADLINE)
}
