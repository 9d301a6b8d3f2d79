//! Runs a Task now.

use fased_protocol::control::{ControlError, ControlResponse};

use super::Live;
use crate::clock;
use crate::tasks::TaskError;

pub(super) async fn answer(live: &Live, id: &str) -> Result<ControlResponse, ControlError> {
    let queued = live.desk().await?.run_now(id, clock::now_ms()).await;
    let run = queued.map_err(|error| TaskError::told(&error))?;
    Ok(ControlResponse::TaskRun(Box::new(run)))
}
