//! What keeps Tasks sound beside their running: due times that a wrong clock put off come back, runs of accounts that are
//! gone end, and what is too old is forgotten.

use std::time::Duration;

use anyhow::Result;
use fased_policy::task::nearer;
use tokio_util::sync::CancellationToken;

use super::scheduler::SWEEP;
use super::{Desk, Held, zone};
use crate::clock;
use crate::control::Live;
use crate::store::{Renewed, Store, TaskRow};

/// How often what is too old is looked for.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);
/// Between two steps others get their turn at the store.
const BETWEEN: Duration = Duration::from_millis(100);
/// Records that are forgotten in one transaction.
const FORGOTTEN: i64 = 500;
/// Tasks whose due times are looked at together.
const BATCH: i64 = 200;
/// A clock that is corrected by less does no harm.
const SET_BACK_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Keeps them sound until told to end.
pub(super) async fn run(live: &Live, shutdown: &CancellationToken) {
    let store = live.store();
    let mut forget_at = clock::monotonic() + SWEEP;
    // Before the start it may have been anything.
    let mut was_set_back = true;
    loop {
        let moved = clock::moved();
        let (wall_ms, since) = (clock::now_ms(), clock::monotonic());
        if was_set_back {
            told(renew(store, wall_ms).await, "due times cannot be looked through");
        }
        told(
            end_orphans(store, &live.desk_now(), wall_ms).await,
            "runs of accounts that are gone cannot be ended",
        );
        let was_moved = tokio::select! {
            () = shutdown.cancelled() => return,
            () = moved => true,
            () = clock::pause(SWEEP) => false,
        };
        let passed_ms = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
        was_set_back = clock::now_ms() - wall_ms < passed_ms.saturating_sub(SET_BACK_MS);
        if was_moved || clock::monotonic() >= forget_at {
            forget(live, shutdown).await;
            forget_at = clock::monotonic() + FORGET_EVERY;
        }
    }
}

fn told(done: Result<()>, what: &str) {
    if let Err(error) = done {
        tracing::error!("{what}: {error:#}");
    }
}

/// Gives Tasks their next time that wait for one which neither their schedule nor their failures explain: the clock was
/// ahead when it was reckoned, or their schedule could not be read.
pub(super) async fn renew(store: &Store, now_ms: i64) -> Result<()> {
    let mut after = String::new();
    loop {
        let tasks = store.waiting_tasks(&after, now_ms, BATCH).await?;
        let Some(last) = tasks.last() else {
            return Ok(());
        };
        after.clone_from(&last.id);
        let renewed: Vec<Renewed<'_>> = tasks.iter().filter_map(|task| renewed(task, now_ms)).collect();
        if !renewed.is_empty() {
            let count = store.renew_tasks(&renewed, now_ms).await?;
            tracing::warn!(
                count,
                "Tasks that waited for a time far too late have their next one"
            );
        }
    }
}

fn renewed(task: &TaskRow, now_ms: i64) -> Option<Renewed<'_>> {
    let schedule = task.schedule()?;
    let zone = zone::stored(&task.zone);
    let timing = task.timing(Some(&schedule), &zone);
    let next_ms = match task.next_ms {
        Some(next_ms) => {
            let failures = u32::try_from(task.failures).unwrap_or(u32::MAX);
            nearer(&timing, next_ms, failures, now_ms)
        }
        None => timing.next_after(now_ms),
    };
    next_ms.map(|next_ms| Renewed { task, next_ms })
}

/// Ends open runs of accounts that are not configured any more: nobody else ever would.
pub(super) async fn end_orphans(store: &Store, desk: &Desk, now_ms: i64) -> Result<()> {
    for (run, account) in store.open_task_runs().await? {
        if desk.held(&account) == Some(Held::Gone) {
            store.cancel_task_run(run, true, now_ms).await?;
            tracing::warn!(
                run,
                account,
                "a Task's run has ended with its account, which is gone"
            );
        }
    }
    Ok(())
}

/// Forgets what is too old, a little at a time.
async fn forget(live: &Live, shutdown: &CancellationToken) {
    let days = live.desk_now().settings("").keep_days;
    let before_ms = clock::now_ms() - i64::from(days) * DAY_MS;
    while !shutdown.is_cancelled() {
        match live.store().forget_task_runs(before_ms, FORGOTTEN).await {
            Ok(0) => return,
            Ok(gone) => tracing::debug!(gone, "records of Tasks were kept long enough"),
            Err(error) => {
                tracing::error!("old records of Tasks cannot be removed: {error:#}");
                return;
            }
        }
        clock::pause(BETWEEN).await;
    }
}
