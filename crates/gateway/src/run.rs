//! Runs: each admitted message reaches its agent once, and its reply is committed before the
//! first byte of it leaves.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fased_policy::ids::GroupId;
use fased_policy::quoting;
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::{Call, Quote, Typing};
use tokio_util::sync::CancellationToken;

use crate::account::Shared;
use crate::outbound::{REPLY_TTL_MS, spoken};
use crate::store::{Draft, FinishedRun, Purpose, QueuedRun, StoredMessage};
use crate::{agent, clock, turn, typing};

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
        match answer_batch(&shared, &shutdown).await {
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

async fn answer_batch(shared: &Shared, shutdown: &CancellationToken) -> Result<usize> {
    let now = clock::now_ms();
    let mut runs = shared.store.queued_runs(shared.id(), now, PARALLEL_RUNS).await?;
    if runs.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
    // From here on nothing joins these runs, so what they answer is complete; until now more could.
    for started in shared.store.start_runs(&ids, clock::now_ms()).await? {
        if let Some(run) = runs.iter_mut().find(|run| run.id == started.id) {
            (run.joined, run.reads) = (started.joined, started.reads);
        }
    }
    let mut finished = Vec::with_capacity(runs.len());
    for run in &runs {
        finished.push(answer(shared, run).await);
    }
    // Started and not finished they would keep their sessions waiting, so this must not be given up, except at the end:
    // the next gateway finds them interrupted.
    while let Err(error) = shared
        .store
        .finish_runs(shared.id(), &finished, clock::now_ms())
        .await
    {
        tracing::error!(account = shared.id(), "replies cannot be recorded: {error:#}");
        tokio::select! {
            () = shutdown.cancelled() => return Ok(0),
            () = clock::pause(STORE_RETRY) => {}
        }
    }
    shared.outbox.notify_one();
    Ok(runs.len())
}

async fn answer(shared: &Shared, run: &QueuedRun) -> FinishedRun {
    let work = async {
        let (turn, last) = turn::gathered(shared, run).await?;
        let text = agent::echo(&turn);
        drafts(shared, run, &last, &text).await
    };
    // While only observing there are no runs; one of before may still wait.
    let reply = if shared.config().observe_only {
        work.await
    } else {
        typing::shown_while(work, |typing| tell_typing(shared, &run.message.chat, typing)).await
    };
    match reply {
        Ok(reply) => FinishedRun {
            id: run.id,
            error: None,
            reply,
        },
        Err(error) => FinishedRun {
            id: run.id,
            error: Some(format!("what it answers could not be read: {error:#}")),
            reply: Vec::new(),
        },
    }
}

/// A courtesy: it holds nothing up, and one that fails is not tried again.
fn tell_typing(shared: &Shared, chat: &str, typing: Typing) {
    let Some(link) = shared.link.borrow().clone() else {
        return;
    };
    let chat = Jid(chat.to_owned());
    shared.tasks.spawn(async move {
        if let Err(fault) = link.handle.call(Call::SetTyping { chat, typing }).await {
            tracing::debug!(code = ?fault.code, "typing was not shown: {}", fault.message);
        }
    });
}

/// The messages that an answer becomes, in order.
async fn drafts(shared: &Shared, run: &QueuedRun, last: &StoredMessage, text: &str) -> Result<Vec<Draft>> {
    let config = shared.config();
    let expires_ms = clock::now_ms() + REPLY_TTL_MS;
    let in_group = GroupId::parse(&last.chat).is_ok();
    let newer = shared.store.has_newer(shared.id(), &last.chat, last.seq).await?;
    let mut quote = quoting::quotes(in_group, newer).then(|| Quote {
        id: last.message_id.clone(),
        sender: Jid(last.sender.clone()),
        text: Private(quoting::quoted_text(last.text.as_deref(), &last.content)),
    });
    let texts = config.writing.answer(text).into_iter();
    Ok(texts
        .map(|text| spoken(&run.message.chat, Purpose::Reply, text, quote.take(), expires_ms))
        .collect())
}
