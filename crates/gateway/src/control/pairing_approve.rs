//! Lets a sender in; what was held from them is judged again.

use fased_policy::ids::Identity;
use fased_protocol::control::{ControlError, ControlResponse, PairingWho};

use super::pairing_find::find;
use super::{Live, done, internal};
use crate::clock;
use crate::store::{PairingRow, Store};

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<ControlResponse, ControlError> {
    let request = find(&live.store, account, who).await?;
    let running = live.accounts().await?.get(&request.account);
    // No verdict about this sender may be given between reading what is held and the approval.
    let verdicts = match running {
        Some(account) => Some(account.shared().verdicts.lock().await),
        None => None,
    };
    approve(&live.store, &request)
        .await
        .map_err(|error| internal(&error))?;
    drop(verdicts);
    if let Some(account) = running {
        account.shared().undecided.notify_one();
    }
    Ok(done(&format!(
        "{} may write to account {} now",
        request.identity().label(),
        request.account
    )))
}

async fn approve(store: &Store, request: &PairingRow) -> anyhow::Result<()> {
    let mut sender = request.identity();
    store.complete(&mut sender).await?;
    let held: Vec<i64> = store
        .held(&request.account)
        .await?
        .iter()
        .filter(|message| {
            Identity::from_jids(&message.sender, message.sender_alt.as_deref()).matches(&sender)
        })
        .map(|message| message.seq)
        .collect();
    store.approve(request, &sender, &held, clock::now_ms()).await
}
