//! Ends of runs, recorded together.

use std::time::Duration;

use anyhow::Result;
use tokio::task::{Id, JoinError};

use super::running::Entered;
use super::{Desk, STORE_RETRY, UnderWay, work};
use crate::store::{FinishedRun, RunKind};
use crate::{chat, clock};

/// Ends of runs are tried to be recorded together this often, then one by one.
const TOGETHER_TRIES: u32 = 3;
/// How long the end of a run may stay unrecorded while others work: ends are recorded together.
const RECORD_WITHIN: Duration = Duration::from_millis(10);

impl Desk<'_> {
    pub(super) fn note(&mut self, ended: Result<(Id, FinishedRun), JoinError>) {
        let task = ended.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let Some(UnderWay {
            run,
            kind,
            token,
            entered,
        }) = self.under_way.remove(&task)
        else {
            return;
        };
        self.has_commands |= kind == RunKind::Command;
        let finished = match ended {
            Ok((_, finished)) => finished,
            // What it says of itself may hold words of people.
            Err(error) => {
                let why = if error.is_panic() {
                    "it broke"
                } else {
                    "it was dropped"
                };
                tracing::error!(
                    account = self.shared.id(),
                    run,
                    "a run ended inside the gateway: {why}"
                );
                work::broken(self.shared, run, &token, why.to_owned())
            }
        };
        if self.over.is_empty() {
            self.record_at = clock::monotonic() + RECORD_WITHIN;
        }
        self.over.push((finished, entered));
    }

    /// Records the runs that have ended. Returns whether others may start now. What cannot be recorded is kept and tried
    /// again: started and not finished, runs would keep their sessions waiting. At the end of the gateway it is given up,
    /// and the next one finds them interrupted.
    pub(super) async fn record(&mut self) -> bool {
        if self.over.is_empty() {
            return false;
        }
        let over = std::mem::take(&mut self.over);
        self.followed = false;
        if self.unrecorded < TOGETHER_TRIES {
            let (finished, sessions): (Vec<FinishedRun>, Vec<Entered>) = over.into_iter().unzip();
            if let Err(error) = self.commit(&finished).await {
                self.keep_over(finished.into_iter().zip(sessions), &error);
            }
        } else {
            // One of them may be such that it can never be recorded.
            for (finished, entered) in over {
                self.record_alone(finished, entered).await;
            }
        }
        if self.over.is_empty() {
            (self.unrecorded, self.has_commands) = (0, false);
        }
        self.followed
    }

    /// Records one run; if that cannot be, at least that it has ended.
    async fn record_alone(&mut self, finished: FinishedRun, entered: Entered) {
        let Err(error) = self.commit(std::slice::from_ref(&finished)).await else {
            return;
        };
        if self.shared.store.noticed(&error) {
            // It is the disk and not this run: its reply is kept until there is room, though less would fit in now.
            self.keep_over(std::iter::once((finished, entered)), &error);
            return;
        }
        tracing::error!(
            account = self.shared.id(),
            run = finished.id,
            "a reply cannot be recorded, and its run ends without it: {error:#}"
        );
        let why = format!("its end could not be recorded: {error:#}");
        let bare = FinishedRun::failed(finished.id, "internal", why, Vec::new());
        if let Err(error) = self.commit(std::slice::from_ref(&bare)).await {
            self.keep_over(std::iter::once((finished, entered)), &error);
        }
    }

    async fn commit(&mut self, finished: &[FinishedRun]) -> Result<()> {
        let shared = self.shared;
        let changes = || finished.iter().flat_map(|run| &run.changes);
        // No verdict is given between the commit of a command and the moment from which what it changed is known: who may
        // write, who answers, and in which session.
        let verdicts = if self.has_commands {
            Some(shared.verdicts.lock().await)
        } else {
            None
        };
        let followed = shared
            .store
            .finish_runs(shared.id(), finished, clock::now_ms())
            .await?;
        self.followed |= followed || self.has_commands;
        if self.has_commands {
            chat::done(shared, changes()).await;
        }
        drop(verdicts);
        shared.outbox.notify_one();
        Ok(())
    }

    fn keep_over(&mut self, runs: impl Iterator<Item = (FinishedRun, Entered)>, error: &anyhow::Error) {
        tracing::error!(
            account = self.shared.id(),
            "replies cannot be recorded: {error:#}"
        );
        self.shared.store.noticed(error);
        self.over.extend(runs);
        self.unrecorded = self.unrecorded.saturating_add(1);
        self.record_at = clock::monotonic() + STORE_RETRY;
    }
}
