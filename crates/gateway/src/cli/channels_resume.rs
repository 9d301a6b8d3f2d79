//! `fased channels resume`: opens the link of an account that was paused, replaced or given up.

use std::time::Duration;

use fased_protocol::control::ControlRequest;

use super::{ChannelOptions, Global, Outcome, ask};

/// The gateway answers when it tries, not when the link is ready.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn run(global: &Global, options: ChannelOptions) -> Outcome {
    let account = options.account.unwrap_or_else(|| "default".to_owned());
    ask::act(global, &ControlRequest::ChannelsResume { account }, DEADLINE)
}
