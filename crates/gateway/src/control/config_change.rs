//! What the verbs that change the config have in common: the change, beside the runtime, and that it is in force.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, config_reload, done, internal};
use crate::edits::{Told, Turn};
use crate::paths::Paths;

/// Makes a change when it is its turn. It waits for the disk, so the runtime does not wait for it.
pub(super) async fn make<T: Send + 'static>(
    live: &Live,
    change: impl FnOnce(&Paths, Turn) -> Result<T, ControlError> + Send + 'static,
) -> Result<T, ControlError> {
    let paths = live.paths().clone();
    let turn = Turn::take(&paths).await?;
    let made = tokio::task::spawn_blocking(move || change(&paths, turn)).await;
    made.map_err(|error| internal(&error.into()))?
}

/// The same, told when it is in force.
pub(super) async fn answer(
    live: &Live,
    change: impl FnOnce(&Paths, Turn) -> Result<Told, ControlError> + Send + 'static,
) -> Result<ControlResponse, ControlError> {
    let told = make(live, change).await?;
    let in_force = if told.changed { in_force(live).await? } else { "" };
    Ok(done(&told.text(in_force)))
}

/// Has the file put in force now, and says so. A gateway that is there for one login keeps what it began with.
pub(super) async fn in_force(live: &Live) -> Result<&'static str, ControlError> {
    if live.reload.is_none() {
        return Ok("this gateway is there for one login; it holds from the next start on: fased gateway run");
    }
    match config_reload::answer(live).await {
        Ok(_done) => Ok("the running gateway has it in force"),
        Err(error) => Err(ControlError {
            message: format!(
                "{} is changed, and not in force yet: {}",
                live.paths().config.display(),
                error.message
            ),
            ..error
        }),
    }
}
