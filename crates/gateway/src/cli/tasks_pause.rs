//! `fased tasks pause`: lets a Task wait until it is resumed.

use fased_protocol::control::ControlRequest;

use super::tasks::{self, Named};
use super::{Global, Outcome};

pub(super) fn run(global: &Global, Named { id }: Named) -> Outcome {
    tasks::change(global, &ControlRequest::TasksPause { id })
}
