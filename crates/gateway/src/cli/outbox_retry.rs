//! `fased outbox retry`: sends messages once more that failed, expired or were cancelled.

use fased_protocol::control::ControlRequest;

use super::outbox_cancel::{Options, change};
use super::{Global, Outcome};

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { message_ids, account } = options;
    change(
        global,
        &ControlRequest::OutboxRetry { account, message_ids },
        "queued again",
    )
}
