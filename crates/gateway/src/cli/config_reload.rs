//! `fased config reload`: the running gateway reads its config now.

use std::time::Duration;

use fased_protocol::control::ControlRequest;

use super::{Global, Outcome, ask};

/// An account that is ended by the new config takes its time.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn run(global: &Global) -> Outcome {
    ask::act(global, &ControlRequest::ConfigReload, DEADLINE)
}
