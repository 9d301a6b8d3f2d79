//! Senders that wait for approval, or that have it.

use fased_protocol::control::{ControlError, ControlResponse};

use super::internal;
use crate::clock;
use crate::store::{ApprovalRow, PairingRow, Store};

pub(crate) async fn answer(
    store: &Store,
    account: Option<&str>,
    approved: bool,
) -> Result<ControlResponse, ControlError> {
    if approved {
        let rows = store.approvals(account).await.map_err(|error| internal(&error))?;
        return Ok(ControlResponse::Approved {
            approved: rows.into_iter().map(ApprovalRow::into_info).collect(),
        });
    }
    let rows = store
        .pending_pairings(account, clock::now_ms())
        .await
        .map_err(|error| internal(&error))?;
    Ok(ControlResponse::Pending {
        pending: rows.into_iter().map(PairingRow::into_info).collect(),
    })
}
