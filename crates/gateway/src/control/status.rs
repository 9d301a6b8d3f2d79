//! The overview.

use fased_protocol::control::{
    AccountInfo, ConfigInfo, ControlError, ControlResponse, GatewayInfo, StatusInfo,
};

use super::internal;
use crate::store::Store;

/// Notices that the overview shows.
const NOTICES_SHOWN: i64 = 10;

pub(crate) async fn answer(
    store: &Store,
    running: Option<(GatewayInfo, ConfigInfo)>,
    accounts: Vec<AccountInfo>,
) -> Result<ControlResponse, ControlError> {
    let notices = store
        .notices(NOTICES_SHOWN)
        .await
        .map_err(|error| internal(&error))?;
    let (gateway, config) = running.unzip();
    Ok(ControlResponse::Status(StatusInfo {
        gateway,
        config,
        accounts,
        notices,
    }))
}
