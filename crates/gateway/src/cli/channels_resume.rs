//! `fased channels resume`: opens the link of an account that was paused, replaced or given up.

use std::time::Duration;

use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask, one_account};

/// The gateway answers when it tries, not when the link is ready.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn run(global: &Global, options: one_account::Options) -> Outcome {
    let account = options.meant(global, "resume")?;
    ask::act(global, &ControlRequest::ChannelsResume { account }, DEADLINE)
}
