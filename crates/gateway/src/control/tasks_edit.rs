//! Changes a Task.

use fased_protocol::control::{ControlError, ControlResponse, TaskEdit};

use super::Live;
use crate::clock;

pub(super) async fn answer(live: &Live, id: &str, edit: &TaskEdit) -> Result<ControlResponse, ControlError> {
    let changed = live.desk().await?.edit(id, edit, clock::now_ms()).await;
    let task = changed.map_err(|error| error.told_of("edit"))?;
    Ok(ControlResponse::Task(Box::new(task)))
}
