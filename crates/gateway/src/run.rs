//! Runs: each admitted message reaches its agent once, and its reply is committed before the
//! first byte of it leaves.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::account::Shared;
use crate::outbound::REPLY_TTL_MS;
use crate::store::{Draft, FinishedRun, Purpose, QueuedRun};
use crate::{agent, clock, turn};

/// Runs that one account has under way at once.
const PARALLEL_RUNS: i64 = 32;
/// Looks for work at least this often, should a wake-up ever be missed.
const SWEEP: Duration = Duration::from_secs(5);
/// How long to wait before trying a failed commit again.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Starts runs until told to end.
pub(crate) async fn answer_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    match shared
        .store
        .requeue_interrupted(shared.id(), clock::now_ms())
        .await
    {
        Ok((0, 0)) => {}
        Ok((again, given_up)) => {
            tracing::warn!(
                account = shared.id(),
                again,
                given_up,
                "runs were cut off by the last end of the gateway"
            );
        }
        Err(error) => tracing::error!(
            account = shared.id(),
            "interrupted runs cannot be found: {error:#}"
        ),
    }
    while !shutdown.is_cancelled() {
        match answer_batch(&shared).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(account = shared.id(), "runs cannot be recorded: {error:#}");
                clock::pause(Duration::from_secs(1)).await;
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = shared.runs.notified() => {}
            () = clock::pause(until_due(&shared).await) => {}
        }
    }
}

/// How long until a run is due that waits for more to answer.
async fn until_due(shared: &Shared) -> Duration {
    let now = clock::now_ms();
    match shared.store.next_due(shared.id(), now).await {
        Ok(Some(due)) => SWEEP.min(Duration::from_millis(u64::try_from(due - now).unwrap_or(0))),
        Ok(None) => SWEEP,
        Err(error) => {
            tracing::error!(account = shared.id(), "waiting runs cannot be found: {error:#}");
            SWEEP
        }
    }
}

async fn answer_batch(shared: &Shared) -> Result<usize> {
    let now = clock::now_ms();
    let runs = shared.store.queued_runs(shared.id(), now, PARALLEL_RUNS).await?;
    if runs.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
    shared.store.start_runs(&ids, clock::now_ms()).await?;
    // From here on nothing joins these runs, so what they answer is complete.
    let mut finished = Vec::with_capacity(runs.len());
    for run in &runs {
        finished.push(answer(shared, run).await);
    }
    // Started and not finished they would keep their sessions waiting, so this must not be given up.
    while let Err(error) = shared
        .store
        .finish_runs(shared.id(), &finished, clock::now_ms())
        .await
    {
        tracing::error!(account = shared.id(), "replies cannot be recorded: {error:#}");
        clock::pause(STORE_RETRY).await;
    }
    shared.outbox.notify_one();
    Ok(runs.len())
}

async fn answer(shared: &Shared, run: &QueuedRun) -> FinishedRun {
    match turn::gathered(shared, run).await {
        Ok(turn) => FinishedRun {
            id: run.id,
            error: None,
            reply: vec![Draft::text(
                run.message.chat.clone(),
                Purpose::Reply,
                agent::echo(&turn),
                clock::now_ms() + REPLY_TTL_MS,
            )],
        },
        Err(error) => FinishedRun {
            id: run.id,
            error: Some(format!("what it answers could not be read: {error:#}")),
            reply: Vec::new(),
        },
    }
}
