//! Refuses a sender's request.

use fased_protocol::control::{ControlError, ControlResponse, PairingWho};

use super::pairing_find::find;
use super::{Live, done, internal};

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<ControlResponse, ControlError> {
    let request = find(&live.store, account, who).await?;
    live.store
        .deny(&request)
        .await
        .map_err(|error| internal(&error))?;
    Ok(done(&format!(
        "the request of {} was refused",
        request.identity().label()
    )))
}
