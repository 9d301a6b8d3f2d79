//! `fased tasks cancel`: deletes a Task and ends what runs of it.

use fased::client::ANSWER_DEADLINE;
use fased_protocol::control::ControlRequest;

use super::tasks::Named;
use super::{Global, Outcome, ask};

pub(super) fn run(global: &Global, Named { id }: Named) -> Outcome {
    ask::act(global, &ControlRequest::TasksCancel { id }, ANSWER_DEADLINE)
}
