//! Runs: each admitted message reaches its agent once, and its reply is committed before the
//! first byte of it leaves.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::account::Shared;
use crate::outbound::{REPLY_TTL_MS, mint_id, mint_secret};
use crate::store::{Draft, FinishedRun, Purpose, QueuedRun};
use crate::{agent, clock};

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
    loop {
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
            () = clock::pause(SWEEP) => {}
        }
    }
}

async fn answer_batch(shared: &Shared) -> Result<usize> {
    let runs = shared.store.queued_runs(shared.id(), PARALLEL_RUNS).await?;
    if runs.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
    shared.store.start_runs(&ids, clock::now_ms()).await?;
    let finished: Vec<FinishedRun> = runs.iter().map(answer).collect();
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

fn answer(run: &QueuedRun) -> FinishedRun {
    let text = agent::echo(run.message.text.as_deref().unwrap_or_default());
    let draft = Draft {
        chat: run.message.chat.clone(),
        message_id: mint_id(),
        secret: mint_secret(),
        purpose: Purpose::Reply,
        text,
        expires_ms: clock::now_ms() + REPLY_TTL_MS,
    };
    FinishedRun {
        id: run.id,
        error: None,
        reply: vec![draft],
    }
}
