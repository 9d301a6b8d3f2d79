//! Lets a sender in; what was held for want of it is judged again.

use fased_policy::ids::Identity;
use fased_protocol::control::{ControlError, ControlResponse, PairingWho};

use super::pairing_find::find;
use super::{Live, done, internal};
use crate::clock;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<ControlResponse, ControlError> {
    let store = &live.store;
    let request = find(store, account, who).await?;
    let mut sender = request.identity();
    store
        .complete(&mut sender)
        .await
        .map_err(|error| internal(&error))?;
    store
        .approve(&request, &sender, clock::now_ms())
        .await
        .map_err(|error| internal(&error))?;
    let held = store
        .held(&request.account)
        .await
        .map_err(|error| internal(&error))?;
    let seqs: Vec<i64> = held
        .iter()
        .filter(|message| {
            Identity::from_jids(&message.sender, message.sender_alt.as_deref()).matches(&sender)
        })
        .map(|message| message.seq)
        .collect();
    store.judge_again(&seqs).await.map_err(|error| internal(&error))?;
    if let Some(account) = live.accounts().await?.get(&request.account) {
        account.shared().undecided.notify_one();
    }
    Ok(done(&format!(
        "{} may write to account {} now",
        request.identity().label(),
        request.account
    )))
}
