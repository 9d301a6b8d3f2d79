//! Lets a Task wait until it is resumed.

use fased_protocol::control::{ControlError, ControlResponse};

use super::Live;
use crate::clock;
use crate::tasks::TaskError;

pub(super) async fn answer(live: &Live, id: &str) -> Result<ControlResponse, ControlError> {
    let changed = live.desk().await?.pause(id, clock::now_ms()).await;
    let task = changed.map_err(|error| TaskError::told(&error))?;
    Ok(ControlResponse::Task(Box::new(task)))
}
