//! Takes an approval back, for the next message.

use std::collections::BTreeSet;

use fased_policy::ids::Identity;
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, PairingWho};

use super::{Live, done, internal};
use crate::pairing;
use crate::store::ApprovalRow;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    sender: &str,
) -> Result<ControlResponse, ControlError> {
    if let Some(id) = account {
        live.account(id).await?;
    }
    let wanted = pairing::parse(&live.store, sender).await?;
    let approvals = approvals(live, account, &wanted).await?;
    let accounts: BTreeSet<String> = approvals.into_iter().map(|approval| approval.account).collect();
    pairing::one_account(accounts.iter(), &PairingWho::Sender(sender.to_owned()))?;
    let account = accounts.into_iter().next().ok_or_else(|| nobody(sender))?;
    let running = live.accounts().await?.get(&account).cloned();
    // A verdict under way is given by the approvals that it began with; whatever follows is not.
    let _verdicts = match &running {
        Some(account) => Some(account.shared().verdicts.lock().await),
        None => None,
    };
    let approvals = self::approvals(live, Some(&account), &wanted).await?;
    let ids: Vec<i64> = approvals.iter().map(|approval| approval.id).collect();
    let revoked = approvals.first().ok_or_else(|| nobody(sender))?.identity();
    live.store.revoke(&ids).await.map_err(|error| internal(&error))?;
    Ok(done(&format!(
        "{} may no longer write to account {account} by approval",
        revoked.label()
    )))
}

async fn approvals(
    live: &Live,
    account: Option<&str>,
    wanted: &Identity,
) -> Result<Vec<ApprovalRow>, ControlError> {
    let approvals = live.store.approvals(account).await;
    let mut approvals = approvals.map_err(|error| internal(&error))?;
    approvals.retain(|approval| approval.identity().matches(wanted));
    Ok(approvals)
}

fn nobody(sender: &str) -> ControlError {
    ControlError {
        code: ErrorCode::NotFound,
        message: format!("Nobody is approved under: {sender}"),
        next: "list who is approved: fased pairing list --approved".to_owned(),
    }
}
