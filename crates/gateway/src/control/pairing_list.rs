//! Senders that wait for approval.

use fased_protocol::control::{ControlError, ControlResponse};

use super::internal;
use crate::clock;
use crate::store::{PairingRow, Store};

pub(crate) async fn answer(store: &Store, account: Option<&str>) -> Result<ControlResponse, ControlError> {
    let rows = store
        .pending_pairings(account, clock::now_ms())
        .await
        .map_err(|error| internal(&error))?;
    Ok(ControlResponse::Pending {
        pending: rows.into_iter().map(PairingRow::into_info).collect(),
    })
}
