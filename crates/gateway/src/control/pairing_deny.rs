//! Refuses a sender's request.

use fased_protocol::control::{ControlError, ControlResponse, PairingWho};

use super::{Live, done, internal};
use crate::pairing;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<ControlResponse, ControlError> {
    if let Some(id) = account {
        live.account(id).await?;
    }
    let request = pairing::request(&live.store, account, who).await?;
    live.store
        .deny(&request)
        .await
        .map_err(|error| internal(&error))?;
    Ok(done(&format!(
        "the request of {} was refused",
        request.identity().label()
    )))
}
