//! Runs: each admitted message reaches its agent once, and its reply is committed before the
//! first byte of it leaves.
//!
//! `running` knows what is under way, `slots` how much may be, `work` carries one run out, `answer` takes what the agent
//! says, `question` what it asks, `put` when that has reached WhatsApp, `questions`
//! knows what waits for an owner, `token` says where that may go, `record` makes the ends of runs durable.

mod answer;
pub(crate) mod engine;
mod put;
pub(crate) mod question;
pub(crate) mod questions;
mod record;
pub(crate) mod running;
mod slots;
#[cfg(test)]
mod tests;
mod token;
mod work;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::account::Shared;
use crate::clock;
use crate::config::{Agent, QueueMode};
use crate::log;
use crate::store::{FinishedRun, QueuedRun, RunKind};
pub(crate) use engine::Engine;
use running::Entered;
use slots::Slot;
pub(crate) use token::Token;

/// The failure of runs that somebody ended.
pub(crate) const STOPPED: &str = "stopped";

/// Runs of one account that are looked at together.
const TOGETHER: i64 = 32;
/// Looks for work at least this often, should a wake-up ever be missed.
const SWEEP: Duration = Duration::from_secs(5);
/// How long to wait before trying a failed commit again.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// How long runs under way get at the end of the gateway. The next one starts those again that are not done.
const DRAIN: Duration = Duration::from_secs(3);

/// Starts runs until told to end.
pub(crate) async fn answer_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    let config = shared.config();
    let tell = |run: &_| work::failure_text(&config, &Token::of_cut_off(shared.id(), run)).pop();
    // Until these are known, their sessions would wait for runs that nobody works on.
    let (again, given_up) = loop {
        let requeued = shared
            .store
            .requeue_interrupted(shared.id(), clock::now_ms(), tell)
            .await;
        match requeued {
            Ok(found) => break found,
            Err(error) => tracing::error!(
                account = shared.id(),
                "interrupted runs cannot be found, and none starts before: {error:#}"
            ),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = clock::pause(STORE_RETRY) => {}
        }
    };
    if (again, given_up) != (0, 0) {
        tracing::warn!(
            account = shared.id(),
            again,
            given_up,
            "runs were cut off by the last end of the gateway"
        );
        shared.outbox.notify_one();
    }
    let mut desk = Desk::new(&shared, shutdown);
    desk.work().await;
    desk.drain().await;
}

/// A run under way, as its account sees it.
struct UnderWay {
    run: i64,
    kind: RunKind,
    token: Token,
    entered: Entered,
}

type Turn = Pin<Box<dyn Future<Output = Slot> + Send>>;

/// One account's runs.
struct Desk<'a> {
    shared: &'a Arc<Shared>,
    shutdown: CancellationToken,
    tasks: JoinSet<FinishedRun>,
    under_way: HashMap<Id, UnderWay>,
    /// Runs that have ended and are not recorded yet. Their sessions stay taken until then.
    over: Vec<(FinishedRun, Entered)>,
    /// When they must be.
    record_at: Instant,
    /// How often that failed in a row.
    unrecorded: u32,
    /// Chat commands are among them.
    has_commands: bool,
    /// Others may start because of what was recorded last.
    followed: bool,
    /// Its turn to get a place, while it waits for one, and the place that it got.
    turn: Option<Turn>,
    slot: Option<Slot>,
    /// A session that something waits for is taken by a run of another account.
    waits_for_others: bool,
    /// When to look again if nothing happens.
    look_at: Instant,
    /// When the next run is due that waits for more to answer, Unix milliseconds, as of the last look.
    wake_ms: Option<i64>,
}

impl<'a> Desk<'a> {
    fn new(shared: &'a Arc<Shared>, shutdown: CancellationToken) -> Self {
        let now = clock::monotonic();
        Self {
            shared,
            shutdown,
            tasks: JoinSet::new(),
            under_way: HashMap::new(),
            over: Vec::new(),
            record_at: now,
            unrecorded: 0,
            has_commands: false,
            followed: false,
            turn: None,
            slot: None,
            waits_for_others: false,
            look_at: now,
            wake_ms: None,
        }
    }

    async fn work(&mut self) {
        let shared = self.shared;
        let shutdown = self.shutdown.clone();
        let mut others = shared.engine.running.ended();
        let mut look = true;
        while !shutdown.is_cancelled() {
            // What is due later may be due at once when a simulation moves the clock.
            let moved = clock::moved();
            if look {
                others.mark_unchanged();
                match self.start_due().await {
                    Ok(true) => continue,
                    Ok(false) => self.look_at = clock::monotonic() + self.until_due(),
                    Err(error) => {
                        tracing::error!(account = shared.id(), "runs cannot be started: {error:#}");
                        self.look_at = clock::monotonic() + STORE_RETRY;
                    }
                }
            }
            look = tokio::select! {
                () = shutdown.cancelled() => return,
                Some(ended) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => {
                    self.note(ended);
                    while let Some(ended) = self.tasks.try_join_next_with_id() {
                        self.note(ended);
                    }
                    // While none works there is nothing to wait for.
                    self.tasks.is_empty() && self.record().await
                }
                () = tokio::time::sleep_until(self.record_at), if !self.over.is_empty() => self.record().await,
                slot = wait_turn(&mut self.turn) => {
                    self.turn = None;
                    self.slot = Some(slot);
                    true
                }
                _ = others.changed(), if self.waits_for_others => true,
                () = shared.runs.notified() => true,
                () = moved => true,
                () = tokio::time::sleep_until(self.look_at) => true,
            };
        }
    }

    /// Starts what is due, as far as there are places. Returns whether there may be more to start at once.
    async fn start_due(&mut self) -> Result<bool> {
        let shared = self.shared;
        let now = clock::now_ms();
        let mut free = self.slot.take().or_else(|| shared.engine.slots.try_take());
        // While no place is free it is enough to know that one is wanted.
        let of_agents = if free.is_some() { TOGETHER } else { 1 };
        let due = shared
            .store
            .due_runs(shared.id(), now, TOGETHER, of_agents)
            .await?;
        self.wake_ms = due.wake_ms;
        let due = due.runs;
        // All that is due is seen at once, unless there is more than was asked for.
        let mut may_be_more = i64::try_from(due.len()).unwrap_or(i64::MAX) >= of_agents;
        let config = shared.config();
        let gathered: Vec<i64> = due
            .iter()
            .filter(|run| run.kind == RunKind::Broadcast)
            .map(|run| run.id)
            .collect();
        if !gathered.is_empty() {
            shared.store.fork_runs(&gathered, now).await?;
            // What they became is seen with the next look.
            may_be_more = true;
        }
        let mut chosen = Vec::with_capacity(due.len());
        let mut collect = Vec::new();
        let (mut wants_slot, mut waits_for_others) = (false, false);
        for run in due {
            let slot = match run.kind {
                // The gateway does these itself, and /stop has to work when all places are taken.
                RunKind::Command => None,
                // It has become runs of its agents by now.
                RunKind::Broadcast => continue,
                RunKind::Message | RunKind::Task => {
                    let Some(slot) = free.take().or_else(|| shared.engine.slots.try_take()) else {
                        wants_slot = true;
                        continue;
                    };
                    Some(slot)
                }
            };
            let Some(entered) = shared.engine.running.enter(shared.id(), &run) else {
                if slot.is_some() {
                    free = slot;
                }
                waits_for_others = true;
                continue;
            };
            let together = match config.agents.queue {
                // What several agents answer is the same for all of them, so none takes over what another one has to answer.
                QueueMode::Collect | QueueMode::Interrupt => {
                    run.kind == RunKind::Message && run.fork_of.is_none()
                }
                QueueMode::Followup => false,
            };
            let agent = config.agents.list.get(&run.agent);
            if together && !agent.is_some_and(Agent::only_repeats) {
                collect.push(run.id);
            }
            chosen.push((run, slot, entered));
        }
        self.waits_for_others = waits_for_others;
        // A place that nobody needs any more goes to whoever waits for one.
        drop(free);
        if !wants_slot {
            self.turn = None;
        } else if self.turn.is_none() {
            self.turn = Some(Box::pin(Arc::clone(&shared.engine.slots).take()));
        }
        if chosen.is_empty() {
            return Ok(!gathered.is_empty());
        }
        let ids: Vec<i64> = chosen.iter().map(|(run, ..)| run.id).collect();
        // From here on nothing joins these runs, so what they answer is complete; until now more could.
        let started = shared.store.start_runs(&ids, &collect, now).await?;
        for (mut run, slot, entered) in chosen {
            // One that was cancelled meanwhile; what waited behind it may start instead.
            let Some(started) = started.iter().find(|started| started.id == run.id) else {
                may_be_more = true;
                continue;
            };
            run.joined = started.joined;
            run.reads = started.reads;
            run.epoch = started.epoch;
            entered.cancel().works(started.patience);
            self.spawn(run, slot, entered);
        }
        Ok(may_be_more)
    }

    fn spawn(&mut self, run: QueuedRun, slot: Option<Slot>, entered: Entered) {
        let under_way = UnderWay {
            run: run.id,
            kind: run.kind,
            token: Token::of(self.shared.id(), &run),
            entered,
        };
        let cancel = under_way.entered.cancel().clone();
        let answers = run.message.as_ref().map(|message| message.message_id.as_str());
        let way = log::span::run(self.shared.id(), run.id, answers);
        let work = work::carry_out(Arc::clone(self.shared), run, cancel, slot).instrument(way);
        let task = self.tasks.spawn(work);
        self.under_way.insert(task.id(), under_way);
    }

    /// How long until a run is due that waits for more to answer.
    fn until_due(&self) -> Duration {
        let until = self.wake_ms.map(|due| due - clock::now_ms());
        until.map_or(SWEEP, |until| {
            SWEEP.min(Duration::from_millis(u64::try_from(until).unwrap_or(0)))
        })
    }

    /// Lets runs under way end that do so soon. The others are dropped and stay `running` in the store.
    async fn drain(&mut self) {
        (self.turn, self.slot) = (None, None);
        let until = clock::monotonic() + DRAIN;
        while !self.tasks.is_empty() {
            match tokio::time::timeout_at(until, self.tasks.join_next_with_id()).await {
                Ok(Some(ended)) => self.note(ended),
                Ok(None) | Err(_) => break,
            }
        }
        self.record().await;
        self.tasks.shutdown().await;
    }
}

/// A place, when it is this one's turn; never while none is waited for.
async fn wait_turn(turn: &mut Option<Turn>) -> Slot {
    match turn {
        Some(turn) => turn.await,
        None => std::future::pending().await,
    }
}
