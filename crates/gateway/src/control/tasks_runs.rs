//! What became of a Task's runs.

use fased_protocol::control::{ControlError, ControlResponse};

use crate::tasks::{Desk, TaskError};

pub(crate) async fn answer(desk: &Desk, id: &str, limit: u32) -> Result<ControlResponse, ControlError> {
    let runs = desk
        .runs(id, limit)
        .await
        .map_err(|error| TaskError::told(&error))?;
    Ok(ControlResponse::TaskRuns { runs })
}
