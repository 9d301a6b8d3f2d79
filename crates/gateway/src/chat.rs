//! Chat commands: what each of them does, and what it says.

use crate::account::Shared;
use crate::store::{FinishedRun, QueuedRun};

/// Carries out a chat command and returns what it says.
pub(crate) async fn carry_out(shared: &Shared, run: &QueuedRun) -> FinishedRun {
    tracing::warn!(
        account = shared.id(),
        run = run.id,
        "a chat command was queued that nothing carries out"
    );
    FinishedRun::failed(
        run.id,
        "bad_answer",
        "this version carries out no chat commands".to_owned(),
        Vec::new(),
    )
}
