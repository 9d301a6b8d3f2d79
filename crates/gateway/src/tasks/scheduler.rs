//! Lets Tasks run when they are due: one for the whole gateway, however many Tasks there are. It sleeps until the next
//! is due, and is woken when one changes or the clock is moved.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fased_policy::task::{Act, Due, State, Why, on_due};
use tokio_util::sync::CancellationToken;

use super::desk::addresses;
use super::{Desk, upkeep, zone};
use crate::clock;
use crate::control::Live;
use crate::store::{Became, Cause, Decided, DueTask, NewTaskRun, Store};

/// Due Tasks that are looked at together.
const BATCH: i64 = 200;
/// Looks at least this often: the operating system may set the clock, which wakes nobody.
pub(super) const SWEEP: Duration = Duration::from_secs(30);
/// How long to wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// Why a time was missed. It may also be that the gateway ran: it was late, or its clock was set.
const MISSED: &str = "its time passed longer ago than tasks.catchUpMinutes";
/// A run that was due longer ago than this is one that was caught up on.
const LATE_MS: i64 = 60_000;

/// Lets Tasks run until told to end.
pub(crate) async fn run(live: Arc<Live>, shutdown: CancellationToken) {
    tokio::join!(schedule(&live, &shutdown), upkeep::run(&live, &shutdown));
}

async fn schedule(live: &Live, shutdown: &CancellationToken) {
    let store = live.store();
    while !shutdown.is_cancelled() {
        let moved = clock::moved();
        let rest = match look(live, store).await {
            Ok(rest) => rest,
            Err(error) => {
                tracing::error!("due Tasks cannot be recorded: {error:#}");
                store.noticed(&error);
                STORE_RETRY
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = store.tasks_changed() => wake(live, None),
            () = moved => {}
            () = clock::pause(rest) => {}
        }
    }
}

/// Deals with what is due. Returns how long until the next look.
async fn look(live: &Live, store: &Store) -> Result<Duration> {
    loop {
        let now = clock::now_ms();
        let desk = live.desk_now();
        let dealt = deal(store, &desk, now).await?;
        wake(live, Some(&dealt.accounts));
        if dealt.due == 0 {
            let next = store.next_task_due(&desk.free()).await?;
            return Ok(rest(next, clock::now_ms()));
        }
        if dealt.recorded == 0 {
            // All of them changed since they were read, which cannot go on for long.
            return Ok(STORE_RETRY);
        }
    }
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
    // What is due while its account sends nothing stays so until that is too long ago: perhaps it will in a moment.
    let others_before_ms = now_ms - desk.settings("").catch_up_ms.max(LATE_MS);
    let due = store
        .due_tasks(now_ms, &desk.free(), others_before_ms, BATCH)
        .await?;
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
    if task.is_unreadable() {
        return Decided {
            run: None,
            task,
            state: State::Active,
            why: None,
            next_ms: None,
            keep: settings.keep_runs,
        };
    }
    let schedule = task.schedule();
    let zone = zone::stored(&task.zone);
    let held = desk.held(&task.account);
    let mut next = on_due(&Due {
        timing: task.timing(schedule.as_ref(), &zone),
        due_ms: task.next_ms.unwrap_or(now_ms),
        now_ms,
        catch_up_ms: settings.catch_up_ms,
        // A run that was open when its account went away is not what is in the way.
        busy: due.busy && held.is_none(),
    });
    let (due_ms, became) = match next.act {
        Act::Wait => (None, None),
        Act::Run { due_ms } => (Some(due_ms), Some(Became::Queued)),
        Act::Skip { due_ms, reason } => {
            let became = Became::Skipped {
                failure: reason.as_str(),
                why: reason.sentence().to_owned(),
            };
            (Some(due_ms), Some(became))
        }
        Act::Missed { due_ms } => (
            Some(due_ms),
            Some(Became::Missed {
                why: MISSED.to_owned(),
            }),
        ),
    };
    let became = match held {
        Some(held) if became.is_some() => {
            if next.next_ms.is_none() {
                // It has no run that would end it.
                (next.state, next.why) = (State::Done, Some(Why::Held));
            }
            Some(Became::Skipped {
                failure: held.word(),
                why: held.sentence(&task.account),
            })
        }
        Some(_) | None => became,
    };
    let run = due_ms.zip(became).map(|(due_ms, became)| NewTaskRun {
        task,
        chat,
        cause: if now_ms - due_ms > LATE_MS {
            Cause::CatchUp
        } else {
            Cause::Schedule
        },
        due_ms: Some(due_ms),
        became,
    });
    Decided {
        run,
        task,
        state: next.state,
        why: next.why,
        next_ms: next.next_ms,
        keep: settings.keep_runs,
    }
}
