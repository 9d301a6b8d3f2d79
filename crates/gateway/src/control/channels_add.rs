//! One more account in the config.

use fased_protocol::control::{AddRequest, ControlError, ControlResponse};

use super::{Live, config_change, done};
use crate::edits;

pub(super) async fn answer(live: &Live, request: &AddRequest) -> Result<ControlResponse, ControlError> {
    let request = request.clone();
    let added = config_change::make(live, move |paths, turn| edits::add(paths, turn, &request)).await?;
    let in_force = config_change::in_force(live).await?;
    Ok(done(&added.text(live.paths(), in_force)))
}
