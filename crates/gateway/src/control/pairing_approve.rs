//! Lets a sender in; what was held from them is judged again.

use fased_policy::access::DmPolicy;
use fased_policy::pairing::approved_text;
use fased_protocol::control::{ControlError, ControlResponse, PairingWho};

use super::pairing_find::{self, Found};
use super::{Live, done, internal};
use crate::clock;
use crate::config::AccountConfig;
use crate::outbound::REPLY_TTL_MS;
use crate::store::{Draft, Purpose};

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    who: &PairingWho,
    notify: bool,
) -> Result<ControlResponse, ControlError> {
    if let Some(id) = account {
        live.account(id).await?;
    }
    let found = pairing_find::sender(&live.store, account, who).await?;
    let running = live.accounts().await?.get(&found.account).cloned();
    // No verdict about this sender may be given between reading what is held and the approval, and
    // who approves at the same moment finds what is left.
    let verdicts = match &running {
        Some(account) => Some(account.shared().verdicts.lock().await),
        None => None,
    };
    let found = pairing_find::sender(&live.store, Some(&found.account), who).await?;
    let config = running.as_ref().map(|account| account.shared().config());
    let unheard = config.as_deref().and_then(unheard);
    let observes = config.as_deref().is_some_and(|config| config.observe_only);
    let now = clock::now_ms();
    let told = notify && unheard.is_none() && !observes;
    let notice = notice(&found, now).filter(|_| told);
    live.store
        .approve(&found.account, &found.sender, notice.as_ref(), now)
        .await
        .map_err(|error| internal(&error))?;
    drop(verdicts);
    if let Some(account) = running {
        account.shared().undecided.notify_one();
        account.shared().outbox.notify_one();
    }
    let (sender, account) = (found.sender.label(), found.account);
    let hint = match (unheard, notify, &notice) {
        (Some(why), _, _) => {
            return Ok(done(&format!(
                "{sender} is approved for account {account}, but {why}"
            )));
        }
        (None, false, _) => "",
        (None, true, Some(_)) => ", and is told so",
        (None, true, None) if observes => "; they are not told, for the account only observes",
        (None, true, None) => "; they are not told, for they wrote in no chat of their own",
    };
    Ok(done(&format!(
        "{sender} may write to account {account} now{hint}"
    )))
}

/// Why an approval lets nobody in, under rules where it does not.
fn unheard(config: &AccountConfig) -> Option<&'static str> {
    match config.rules.dm_policy {
        DmPolicy::Pairing | DmPolicy::Open => None,
        DmPolicy::Allowlist if config.rules.honour_pairings_in_allowlist => None,
        DmPolicy::Allowlist => Some(
            "dmPolicy is \"allowlist\", under which approvals do not count; \
             set pairing.honourInAllowlist to true, or add them to allowFrom",
        ),
        DmPolicy::Disabled => Some("dmPolicy is \"disabled\", so nobody is heard"),
    }
}

fn notice(found: &Found, now_ms: i64) -> Option<Draft> {
    Some(Draft::text(
        found.chat.clone()?,
        Purpose::Notice,
        approved_text().to_owned(),
        now_ms + REPLY_TTL_MS,
    ))
}
