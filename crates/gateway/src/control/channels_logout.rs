//! Unlinks an account.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, done};

pub(super) async fn answer(live: &Live, account: &str) -> Result<ControlResponse, ControlError> {
    live.account(account).await?.logout().await?;
    Ok(done(&format!(
        "account {account} is unlinked; its auth files were set aside"
    )))
}
