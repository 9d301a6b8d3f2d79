//! `fased tasks resume`: lets a Task run again, from now on.

use fased_protocol::control::ControlRequest;

use super::tasks::{self, Named};
use super::{Global, Outcome};

pub(super) fn run(global: &Global, Named { id }: Named) -> Outcome {
    tasks::change(global, &ControlRequest::TasksResume { id })
}
