//! Closes an account's link and keeps it closed.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, done, internal};

pub(super) async fn answer(live: &Live, account: &str) -> Result<ControlResponse, ControlError> {
    live.account(account)
        .await?
        .pause()
        .await
        .map_err(|error| internal(&error))?;
    Ok(done(&format!(
        "the link of account {account} is closed and stays closed; what is to be sent waits"
    )))
}
