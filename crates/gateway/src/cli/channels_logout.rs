//! `fased channels logout`: unlinks an account on WhatsApp's side too, so the gateway has to do it.

use std::time::Duration;

use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask, one_account};

/// WhatsApp is asked, then the sidecar is ended.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn run(global: &Global, options: one_account::Options) -> Outcome {
    let account = options.meant(global, "logout")?;
    ask::act(global, &ControlRequest::ChannelsLogout { account }, DEADLINE)
}
