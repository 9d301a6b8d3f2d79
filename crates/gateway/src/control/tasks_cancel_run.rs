//! Ends one run of a Task.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, done};
use crate::clock;
use crate::tasks::TaskError;

pub(super) async fn answer(live: &Live, run: i64) -> Result<ControlResponse, ControlError> {
    let desk = live.desk().await?;
    let cancelled = desk
        .cancel_run(run, |run| live.end_run(run), clock::now_ms())
        .await;
    let task = cancelled.map_err(|error| TaskError::told(&error))?;
    Ok(done(&format!("run {run} of Task {task} is cancelled")))
}
