//! Opens an account's link again.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, done, internal};

pub(super) async fn answer(live: &Live, account: &str) -> Result<ControlResponse, ControlError> {
    live.account(account)
        .await?
        .resume()
        .await
        .map_err(|error| internal(&error))?;
    Ok(done(&format!("the link of account {account} is being opened")))
}
