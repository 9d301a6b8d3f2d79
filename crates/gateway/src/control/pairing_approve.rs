//! Lets a sender in; what was held from them is judged again.

use fased_protocol::control::{ControlError, ControlResponse, PairingWho};

use super::{Live, done, internal};
use crate::{clock, pairing};

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    who: &PairingWho,
    notify: bool,
) -> Result<ControlResponse, ControlError> {
    if let Some(id) = account {
        live.account(id).await?;
    }
    let found = pairing::sender(&live.store, account, who).await?;
    let running = live.accounts().await?.get(&found.account).cloned();
    // No verdict about this sender may be given between reading what is held and the approval, and
    // who approves at the same moment finds what is left.
    let verdicts = match &running {
        Some(account) => Some(account.shared().verdicts.lock().await),
        None => None,
    };
    let found = pairing::sender(&live.store, Some(&found.account), who).await?;
    let config = running.as_ref().map(|account| account.shared().config());
    let now = clock::now_ms();
    let approval = pairing::approval(&found, config.as_deref(), notify, now);
    live.store
        .approve(&found.account, &found.sender, approval.notice.as_ref(), now)
        .await
        .map_err(|error| internal(&error))?;
    drop(verdicts);
    if let Some(account) = running {
        account.shared().undecided.notify_one();
        account.shared().outbox.notify_one();
    }
    let (sender, account) = (found.sender.label(), found.account);
    Ok(done(&match approval.unheard {
        Some(why) => format!("{sender} is approved for account {account}, but {why}"),
        None => format!("{sender} may write to account {account} now{}", approval.hint()),
    }))
}
