//! Takes an approval back, for the next message.

use std::collections::BTreeSet;

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, PairingWho};

use super::{Live, done, internal, pairing_find};

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    sender: &str,
) -> Result<ControlResponse, ControlError> {
    if let Some(id) = account {
        live.account(id).await?;
    }
    let wanted = pairing_find::parse(&live.store, sender).await?;
    let mut approvals = live
        .store
        .approvals(account)
        .await
        .map_err(|error| internal(&error))?;
    approvals.retain(|approval| approval.identity().matches(&wanted));
    let accounts: BTreeSet<String> = approvals
        .iter()
        .map(|approval| approval.account.clone())
        .collect();
    pairing_find::one_account(accounts.iter(), &PairingWho::Sender(sender.to_owned()))?;
    let Some(account) = accounts.first() else {
        return Err(ControlError {
            code: ErrorCode::NotFound,
            message: format!("Nobody is approved under: {sender}"),
            next: "list who is approved: fased pairing list --approved".to_owned(),
        });
    };
    let running = live.accounts().await?.get(account).cloned();
    // A verdict under way is given by the approvals that it began with; whatever follows is not.
    let _verdicts = match &running {
        Some(account) => Some(account.shared().verdicts.lock().await),
        None => None,
    };
    let ids: Vec<i64> = approvals.iter().map(|approval| approval.id).collect();
    live.store.revoke(&ids).await.map_err(|error| internal(&error))?;
    Ok(done(&format!(
        "{} may no longer write to account {account} by approval",
        approvals[0].identity().label()
    )))
}
