//! Journaled message → one verdict → pairing request, run, or nothing, each with its reason.
//!
//! `decide` judges one message, `ask` sees to strangers, `echoes` recognises what is our own, `hold` lets commands go first, `react` shows that an answer is being made, `wait` lets
//! quick messages be answered together, `tell` logs and shows what was decided.

mod ask;
mod decide;
mod echoes;
mod hold;
mod react;
mod tell;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::account::Shared;
use crate::clock;
use crate::config::QueueMode;
use crate::store::{Decision, RunKind};
use decide::Bench;
pub(crate) use tell::label;

/// Verdicts that are committed together.
const BATCH: usize = 64;
/// Looks for work at least this often, should a wake-up ever be missed.
const SWEEP: Duration = Duration::from_secs(3);
/// Shortest time between two batches of verdicts.
const COALESCE: Duration = Duration::from_millis(10);
/// How often messages are looked for that the owner should hear of.
const NOTICE_EVERY: Duration = Duration::from_secs(10);
/// A backlog is through when nothing of it has come for this long.
const STALE_QUIET_MS: i64 = 5_000;
/// The owner hears of the beginning of a backlog after this at the latest.
const STALE_WAIT_MS: i64 = 60_000;
/// A message that no resend made readable in this time is told to the owner.
const UNREADABLE_MS: i64 = 600_000;

/// What is remembered from batch to batch; all of it may be lost.
#[derive(Default)]
struct Memory {
    /// What had been learned of people when held messages were last judged again.
    news: Option<u64>,
    echoes: echoes::Loops,
    told: tell::Told,
    held_back: hold::HeldBack,
    waits: wait::Latest,
}

/// Gives verdicts until told to end.
pub(crate) async fn decide_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    let mut memory = Memory::default();
    let mut noticed = clock::monotonic();
    let mut last_batch = noticed;
    while !shutdown.is_cancelled() {
        // Also when messages never stop coming.
        if clock::monotonic() >= noticed + NOTICE_EVERY {
            noticed = clock::monotonic();
            notice_late(&shared).await;
        }
        // While messages keep coming, verdicts are given together, so that the journal's commits do
        // not stand in line behind theirs. The first after a quiet moment does not wait.
        tokio::time::sleep_until(last_batch + COALESCE).await;
        match decide_batch(&shared, &mut memory).await {
            Ok(0) => {}
            Ok(seen) if seen < BATCH => last_batch = clock::monotonic(),
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(account = shared.id(), "verdicts cannot be recorded: {error:#}");
                shared.store.noticed(&error);
                clock::pause(Duration::from_secs(1)).await;
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = shared.undecided.notified() => {}
            () = clock::pause(SWEEP) => {}
        }
    }
}

async fn notice(shared: &Shared, kind: &str, text: &str) {
    let now = clock::now_ms();
    if let Err(error) = shared.store.add_notice_of(kind, shared.id(), text, now).await {
        tracing::error!(account = shared.id(), "a notice cannot be left: {error:#}");
    }
}

/// Tells the owner of messages that came too late or stayed unreadable.
async fn notice_late(shared: &Shared) {
    let now = clock::now_ms();
    let stale = shared
        .store
        .notice_stale(shared.id(), now - STALE_QUIET_MS, now - STALE_WAIT_MS, now)
        .await;
    let unreadable = shared
        .store
        .notice_unreadable(shared.id(), now - UNREADABLE_MS, now)
        .await;
    for told in [stale, unreadable] {
        if let Err(error) = told {
            tracing::error!(account = shared.id(), "the owner cannot be told: {error:#}");
        }
    }
}

/// Returns how many messages were looked at: some of them may have to wait for a command before them.
async fn decide_batch(shared: &Shared, memory: &mut Memory) -> Result<usize> {
    let _verdicts = shared.verdicts.lock().await;
    // More may be known of people whose messages are held.
    let news = shared.store.news();
    if memory.news != Some(news) {
        shared.store.judge_again_by_news(shared.id()).await?;
        shared
            .conversations
            .by_older_names(&shared.store, shared.id())
            .await?;
        memory.news = Some(news);
    }
    memory.held_back.look(shared).await?;
    let held = memory.held_back.addresses();
    let messages = shared.store.undecided(shared.id(), &held, BATCH as i64).await?;
    if messages.is_empty() {
        return Ok(0);
    }
    // One batch is judged by one config and one list of approvals.
    let config = shared.config();
    let approved = shared.store.approved(shared.id()).await?;
    let mut bench = Bench::new(shared, &config, &approved, &messages);
    let mut decisions = Vec::with_capacity(messages.len());
    let mut decided = Vec::with_capacity(messages.len());
    for message in &messages {
        if memory.held_back.holds(message) {
            continue;
        }
        let (decision, outcome) = bench
            .decide(message, &mut memory.echoes, &mut memory.waits)
            .await?;
        if decision
            .run
            .as_ref()
            .is_some_and(|run| run.kind == RunKind::Command)
        {
            memory.held_back.hold(message, &outcome.known);
        }
        decisions.push(decision);
        decided.push((message, outcome));
    }
    commit(shared, &decisions).await?;
    for (message, decided) in &decided {
        tell::tell(shared, &config, message, decided, &mut memory.told);
        if decided.starts_loop_break {
            notice(
                shared,
                "loop",
                "the gateway's own words kept coming back in a chat, so it fell silent there",
            )
            .await;
        }
    }
    Ok(messages.len())
}

async fn commit(shared: &Shared, decisions: &[Decision]) -> Result<()> {
    shared
        .store
        .decide(shared.id(), decisions, clock::now_ms())
        .await?;
    let runs = decisions.iter().filter_map(|decision| decision.run.as_ref());
    let mut any = false;
    for run in runs {
        any = true;
        if let Some(peer) = &run.keeps {
            shared.conversations.kept(peer);
        }
        // Only after the commit: what the run under way was to answer goes to the next one that waits in its chat, which
        // is there now, unless /stop takes it away first.
        if run.collects && interrupts(shared, &run.agent) {
            let running = &shared.engine.running;
            running.supersede(&run.session, shared.id(), &run.chat, clock::now_ms());
        }
    }
    if any {
        shared.runs.notify_one();
    }
    if decisions.iter().any(Decision::wants_file) {
        shared.files.notify_one();
    }
    if decisions.iter().any(|decision| !decision.sends.is_empty()) {
        shared.outbox.notify_one();
    }
    Ok(())
}

/// Does a newer message of its session stop a run of this agent? One that only repeats is done at once.
fn interrupts(shared: &Shared, agent: &str) -> bool {
    let config = shared.config();
    let agent = config.agents.list.get(agent);
    config.agents.queue == QueueMode::Interrupt && agent.is_some_and(|agent| !agent.only_repeats())
}
