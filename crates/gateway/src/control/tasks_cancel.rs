//! Deletes a Task and ends what runs of it.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, done};
use crate::clock;
use crate::tasks::TaskError;

pub(super) async fn answer(live: &Live, id: &str) -> Result<ControlResponse, ControlError> {
    let desk = live.desk().await?;
    let cancelled = desk.cancel(id, |run| live.end_run(run), clock::now_ms()).await;
    let id = cancelled.map_err(|error| TaskError::told(&error))?;
    Ok(done(&format!(
        "Task {id} is deleted; what its runs came to stays known for a while"
    )))
}
