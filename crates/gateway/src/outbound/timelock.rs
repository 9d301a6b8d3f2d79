//! WhatsApp forbids an account for a while to write to people who never wrote to it. Answers go on.

use std::sync::Arc;

use fased_policy::pacing::{TIME_LOCKED, lock_end};
use fased_protocol::sidecar::{Call, Reply};

use crate::account::Shared;
use crate::clock;
use crate::store::Fate;

/// A refusal that says so locks the account at once, and WhatsApp is asked for how long.
pub(crate) async fn learn_from(shared: &Arc<Shared>, fates: &[Fate]) -> anyhow::Result<()> {
    if !fates.iter().any(|fate| fate.error_code == Some(TIME_LOCKED)) {
        return Ok(());
    }
    let now = clock::now_ms();
    if shared.store.timelock(shared.id(), now).await?.is_none() {
        set(shared, true, None).await?;
    }
    let Some(link) = shared.link.borrow().clone() else {
        return Ok(());
    };
    let shared_too = Arc::clone(shared);
    shared.tasks.spawn(async move {
        let told = match link.handle.call(Call::FetchTimelock).await {
            // That it is over already contradicts the refusal; a day is safer.
            Ok(Reply::Timelock { active: true, until_s }) => set(&shared_too, true, until_s).await,
            Ok(_) => Ok(()),
            Err(fault) => {
                tracing::warn!(account = shared_too.id(), code = ?fault.code, "the time lock is not known: {}", fault.message);
                Ok(())
            }
        };
        if let Err(error) = told {
            tracing::error!(account = shared_too.id(), "the time lock cannot be recorded: {error:#}");
        }
    });
    Ok(())
}

/// Keeps what WhatsApp says.
pub(crate) async fn set(shared: &Shared, active: bool, until_s: Option<i64>) -> anyhow::Result<()> {
    let now = clock::now_ms();
    let until_ms = active.then(|| lock_end(until_s.map(|until| until.saturating_mul(1000)), now));
    if shared.store.set_timelock(shared.id(), until_ms, now).await? {
        tracing::warn!(
            account = shared.id(),
            "WhatsApp allows no first contacts for a while"
        );
        shared
            .store
            .add_notice_of(
                "timelock",
                shared.id(),
                "WhatsApp does not let this account write to people who never wrote to it, for a day or as long as it \
                 says. Answers go on. Next: fased channels status",
                now,
            )
            .await?;
    }
    shared.outbox.notify_one();
    Ok(())
}
