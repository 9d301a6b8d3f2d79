//! What came of a Task's last run.

use fased_protocol::control::{ControlError, ControlResponse};

use crate::tasks::{Desk, TaskError};

pub(crate) async fn answer(desk: &Desk, id: &str) -> Result<ControlResponse, ControlError> {
    let run = desk.last(id).await.map_err(|error| TaskError::told(&error))?;
    Ok(ControlResponse::TaskRun(Box::new(run)))
}
