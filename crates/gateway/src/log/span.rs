//! What lines are written within, so that all about one message can be found: its account, and six letters and digits that
//! stand for its id. `fased explain` tells them of a message, and takes them for one.

use fased_protocol::private::short_hash;
use tracing::Span;

/// The way of a message, in or out.
pub(crate) fn message(account: &str, id: &str) -> Span {
    // Of the gravest level, so that it is there whatever is logged.
    tracing::error_span!("message", account, message = short_hash(id))
}

/// A run, with the message that it answers, if it answers one.
pub(crate) fn run(account: &str, run: i64, answers: Option<&str>) -> Span {
    tracing::error_span!("run", account, message = answers.map(short_hash), run)
}
