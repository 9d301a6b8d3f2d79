//! Lets Tasks run when they are due: one for the whole gateway, however many Tasks there are. It sleeps until the next
//! is due, and is woken when one changes or the clock is moved.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fased_policy::task::{Act, Due, Next, State, Why, on_due};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::desk::addresses;
use super::{Desk, Held, zone};
use crate::clock;
use crate::control::Live;
use crate::store::{Became, Cause, Decided, DueTask, NewTaskRun, Store};

/// Due Tasks that are looked at together.
const BATCH: i64 = 200;
/// Looks at least this often: the operating system may set the clock, which wakes nobody.
const SWEEP: Duration = Duration::from_secs(30);
/// How long to wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// How often what is too old is looked for.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// Records that are forgotten in one transaction.
const FORGOTTEN: i64 = 500;
/// A run that was due longer ago than this is one that was caught up on.
const LATE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Lets Tasks run until told to end.
pub(crate) async fn run(live: Arc<Live>, shutdown: CancellationToken) {
    let store = live.store();
    let mut tidy_at = clock::monotonic() + SWEEP;
    while !shutdown.is_cancelled() {
        let moved = clock::moved();
        let rest = match look(&live, store).await {
            Ok(rest) => rest,
            Err(error) => {
                tracing::error!("due Tasks cannot be recorded: {error:#}");
                STORE_RETRY
            }
        };
        if clock::monotonic() >= tidy_at {
            tidy_at = tidy(&live, store).await;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = store.tasks_changed() => wake(&live, None),
            () = moved => tidy_at = clock::monotonic(),
            () = clock::pause(rest) => {}
        }
    }
}

/// Deals with what is due. Returns how long until the next look.
async fn look(live: &Live, store: &Store) -> Result<Duration> {
    loop {
        let now = clock::now_ms();
        let desk = desk(live, store);
        let dealt = deal(store, &desk, now).await?;
        wake(live, Some(&dealt.accounts));
        if dealt.due == 0 {
            let next = store.next_task_due().await?;
            return Ok(rest(next, clock::now_ms()));
        }
        if dealt.recorded == 0 {
            // All of them changed since they were read, which cannot go on for long.
            return Ok(STORE_RETRY);
        }
    }
}

fn desk(live: &Live, store: &Store) -> Desk {
    let accounts = live.running();
    Desk::new(store, accounts.values().map(|account| account.shared().config()))
}

fn rest(next_ms: Option<i64>, now_ms: i64) -> Duration {
    next_ms.map_or(SWEEP, |next| {
        SWEEP.min(Duration::from_millis(u64::try_from(next - now_ms).unwrap_or(0)))
    })
}

/// Tells accounts that there may be runs to start: these, or all.
fn wake(live: &Live, accounts: Option<&BTreeSet<String>>) {
    for (id, account) in live.running().iter() {
        if accounts.is_none_or(|accounts| accounts.contains(id)) {
            account.shared().runs.notify_one();
        }
    }
}

/// What one batch came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dealt {
    /// Tasks that were due.
    pub(super) due: usize,
    /// Of them, those that were recorded.
    pub(super) recorded: u64,
    /// Accounts that have something to run.
    pub(super) accounts: BTreeSet<String>,
}

/// Decides about a batch of Tasks that are due, and records that.
pub(super) async fn deal(store: &Store, desk: &Desk, now_ms: i64) -> Result<Dealt> {
    let due = store.due_tasks(now_ms, BATCH).await?;
    if due.is_empty() {
        return Ok(Dealt::default());
    }
    let chats: Vec<&str> = due.iter().map(|due| due.task.chat.as_str()).collect();
    let chats = addresses(store, &chats).await?;
    let mut accounts = BTreeSet::new();
    let decided: Vec<Decided<'_>> = due
        .iter()
        .zip(&chats)
        .map(|(due, chat)| {
            let decided = decide(desk, due, chat, now_ms);
            if decided
                .run
                .as_ref()
                .is_some_and(|run| run.became == Became::Queued)
            {
                accounts.insert(due.task.account.clone());
            }
            decided
        })
        .collect();
    let recorded = store.record_due(&decided, now_ms).await?;
    Ok(Dealt {
        due: due.len(),
        recorded,
        accounts,
    })
}

fn decide<'a>(desk: &Desk, due: &'a DueTask, chat: &'a str, now_ms: i64) -> Decided<'a> {
    let task = &due.task;
    let settings = desk.settings(&task.account);
    let schedule = task.schedule();
    let zone = zone::stored(&task.zone);
    let next = on_due(&Due {
        timing: task.timing(schedule.as_ref(), &zone),
        due_ms: task.next_ms.unwrap_or(now_ms),
        now_ms,
        catch_up_ms: settings.catch_up_ms,
        busy: due.busy,
    });
    let run = |due_ms: i64, became| NewTaskRun {
        task,
        chat,
        cause: if now_ms - due_ms > LATE_MS {
            Cause::CatchUp
        } else {
            Cause::Schedule
        },
        due_ms: Some(due_ms),
        became,
    };
    let held = desk.held(&task.account);
    let run = match next.act {
        Act::Wait => None,
        Act::Run { due_ms } => {
            let became = held.map_or(Became::Queued, |held| skipped(held, &task.account));
            Some(run(due_ms, became))
        }
        Act::Skip { due_ms, reason } => {
            let became = Became::Skipped {
                failure: reason.as_str(),
                why: reason.sentence().to_owned(),
            };
            Some(run(due_ms, became))
        }
        Act::Missed { due_ms } => {
            let why = "its time passed while no gateway ran, longer ago than tasks.catchUpMinutes".to_owned();
            Some(run(due_ms, Became::Missed { why }))
        }
    };
    let is_skipped = held.is_some() && matches!(next.act, Act::Run { .. });
    let (state, why) = ended(&next, is_skipped);
    Decided {
        run,
        task,
        state,
        why,
        next_ms: next.next_ms,
        keep: settings.keep_runs,
    }
}

/// What a Task is up to now. One whose last run was skipped has none that would end it.
fn ended(next: &Next, is_skipped: bool) -> (State, Option<Why>) {
    if is_skipped && next.next_ms.is_none() {
        (State::Done, Some(Why::Over))
    } else {
        (next.state, next.why)
    }
}

fn skipped(held: Held, account: &str) -> Became {
    Became::Skipped {
        failure: held.word(),
        why: held.sentence(account),
    }
}

/// Forgets what is too old. Returns when to look again.
async fn tidy(live: &Live, store: &Store) -> Instant {
    let days = desk(live, store).settings("").keep_days;
    let before_ms = clock::now_ms() - i64::from(days) * DAY_MS;
    loop {
        match store.forget_task_runs(before_ms, FORGOTTEN).await {
            Ok(0) => return clock::monotonic() + TIDY_EVERY,
            Ok(gone) => tracing::debug!(gone, "records of Tasks were kept long enough"),
            Err(error) => {
                tracing::error!("old records of Tasks cannot be removed: {error:#}");
                return clock::monotonic() + TIDY_EVERY;
            }
        }
    }
}
