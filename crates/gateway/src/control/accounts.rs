//! Accounts as every surface shows them.

use fased_protocol::control::{AccountInfo, ControlError};

use super::internal;
use crate::account::{View, info};
use crate::clock;
use crate::store::Store;

/// Views completed with what the store counts.
pub(crate) async fn account_infos(
    store: &Store,
    views: impl Iterator<Item = View>,
) -> Result<Vec<AccountInfo>, ControlError> {
    let mut infos = Vec::new();
    for view in views {
        infos.push(
            info(store, view, clock::now_ms())
                .await
                .map_err(|error| internal(&error))?,
        );
    }
    Ok(infos)
}
