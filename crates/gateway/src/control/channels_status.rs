//! The states of all accounts or of one.

use fased_protocol::control::{ControlError, ControlResponse};

use super::Live;

pub(super) async fn answer(live: &Live, account: Option<&str>) -> Result<ControlResponse, ControlError> {
    if let Some(id) = account {
        live.account(id).await?;
    }
    let mut accounts = live.infos().await?;
    accounts.retain(|info| account.is_none_or(|id| id == info.account));
    Ok(ControlResponse::Accounts {
        accounts,
        config: Some(live.config()),
    })
}
