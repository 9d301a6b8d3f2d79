//! Unlinks an account.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, done};

pub(super) async fn answer(live: &Live, account: &str) -> Result<ControlResponse, ControlError> {
    let told = live.account(account).await?.logout().await?;
    let on_the_phone = if told {
        "the phone no longer lists this device"
    } else {
        "WhatsApp could not be told, because the link was not open: remove the device on the phone, under Linked devices"
    };
    Ok(done(&format!(
        "account {account} is unlinked and its auth files were set aside; {on_the_phone}"
    )))
}
