//! `fased channels logout`: unlinks an account on WhatsApp's side too, so the gateway has to do it.

use std::time::Duration;

use fased_protocol::control::ControlRequest;

use super::{ChannelOptions, Global, Outcome, ask};

/// WhatsApp is asked, then the sidecar is ended.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn run(global: &Global, options: ChannelOptions) -> Outcome {
    let account = options.account.unwrap_or_else(|| "default".to_owned());
    ask::act(global, &ControlRequest::ChannelsLogout { account }, DEADLINE)
}
