//! All that is known of a Task.

use fased_protocol::control::{ControlError, ControlResponse};

use crate::tasks::{Desk, TaskError};

pub(crate) async fn answer(desk: &Desk, id: &str) -> Result<ControlResponse, ControlError> {
    let task = desk.show(id).await.map_err(|error| TaskError::told(&error))?;
    Ok(ControlResponse::Task(Box::new(task)))
}
