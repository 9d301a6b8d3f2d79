//! Runs that end, together with what they say.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection};

use super::command::{self, Change};
use super::draft::Draft;
use super::remembered::Remembered;
use super::run_over::{HandedOver, hand_over};
use super::transcript::{self, Exchange};
use super::{Store, batch, remembered, run_fork, session, task};

/// How a run ended, and what it says.
#[derive(Debug)]
pub struct FinishedRun {
    /// Run id.
    pub id: i64,
    /// How.
    pub end: RunEnd,
    /// What to send, besides what was sent while it worked.
    pub reply: Vec<Draft>,
    /// What was said, for later runs of the session.
    pub said: Option<Exchange>,
    /// The key of a session in which something was said of which nothing is kept.
    pub used: Option<String>,
    /// Of a Task: the first words of what came of it.
    pub result: Option<String>,
    /// What the backend told of its work.
    pub detail: Option<String>,
    /// What the backend calls the conversation, for a later run of it.
    pub remembers: Option<Remembered>,
    /// Of one that went wrong: the end of what the agent's process complained of. It may repeat what people said, so it
    /// stays in the store and is in no log.
    pub stderr: Option<String>,
    /// What a chat command changes.
    pub changes: Vec<Change>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// It went well.
    Ok,
    /// It did not.
    Failed {
        /// The kind of failure in one word.
        failure: &'static str,
        /// What is known of it. It may repeat what the agent said (a program's complaints), so it stays in the store and
        /// is in no log.
        error: String,
    },
    /// Somebody ended it.
    Cancelled {
        /// Who or what, in one word.
        failure: &'static str,
    },
    /// A newer message ended it, whose run answers what this one was to answer.
    Superseded,
}

impl RunEnd {
    /// In one word: the run's state.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed { .. } => "error",
            Self::Cancelled { .. } | Self::Superseded => "cancelled",
        }
    }

    /// The kind of failure, in one word.
    #[must_use]
    pub fn failure(&self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::Failed { failure, .. } | Self::Cancelled { failure } => Some(failure),
            Self::Superseded => Some("interrupted_by_newer"),
        }
    }

    fn error(&self) -> Option<&str> {
        match self {
            Self::Failed { error, .. } => Some(error),
            Self::Ok | Self::Cancelled { .. } | Self::Superseded => None,
        }
    }
}

impl FinishedRun {
    /// It went well and says this.
    #[must_use]
    pub fn ok(id: i64, reply: Vec<Draft>) -> Self {
        Self::ended(id, RunEnd::Ok, reply)
    }

    /// It failed, of which the chat is told this.
    #[must_use]
    pub fn failed(id: i64, failure: &'static str, error: String, reply: Vec<Draft>) -> Self {
        Self::ended(id, RunEnd::Failed { failure, error }, reply)
    }

    /// It ended like this.
    #[must_use]
    pub fn ended(id: i64, end: RunEnd, reply: Vec<Draft>) -> Self {
        Self {
            id,
            end,
            reply,
            said: None,
            used: None,
            result: None,
            detail: None,
            remembers: None,
            stderr: None,
            changes: Vec::new(),
        }
    }
}

/// Does another run wait in the session of a run, or may one for its end?
macro_rules! followed {
    () => {
        "run.fork_of IS NOT NULL OR EXISTS (SELECT 1 FROM run AS next WHERE next.session = run.session
             AND next.state = 'queued' AND next.state IN ('queued', 'running'))"
    };
}

/// An ended run, as the store knows it.
#[derive(sqlx::FromRow)]
struct Ended {
    id: i64,
    chat: String,
    task: Option<String>,
    /// Another run waits in its session.
    followed: bool,
}

impl Store {
    /// Ends runs and commits their replies, all or nothing. A run that has ended already is passed over with all that it
    /// would say. Returns whether others may start now that waited for these to end.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn finish_runs(&self, account: &str, finished: &[FinishedRun], now_ms: i64) -> Result<bool> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let followed = record_finished(&mut tx, account, finished, now_ms).await?;
        tx.commit().await?;
        let mut changes = finished.iter().flat_map(|run| &run.changes);
        if changes.any(Change::is_about_tasks) {
            self.tasks.notify_one();
        }
        Ok(followed)
    }

    /// Commits a part of a run's answer, or a word on its progress, while it works. Returns whether it is still under way.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn say_meanwhile(
        &self,
        account: &str,
        run: i64,
        drafts: &[Draft],
        now_ms: i64,
    ) -> Result<bool> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let chat: Option<String> =
            sqlx::query_scalar("SELECT chat FROM run WHERE id = ? AND state = 'running'")
                .bind(run)
                .fetch_optional(&mut *tx)
                .await?;
        let Some(chat) = chat else {
            return Ok(false);
        };
        let drafts = sayable(run, &chat, drafts);
        batch::queue(&mut tx, account, &drafts, now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Is this message in the outbox? Whatever was being committed when the question was put is taken into account.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn was_queued(&self, account: &str, message_id: &str) -> Result<bool> {
        // In the line of those who write, for the answer is to come after them.
        Ok(
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM outbox WHERE message_id = ? AND +account = ?)")
                .bind(message_id)
                .bind(account)
                .fetch_one(&mut *self.write.turn().await?)
                .await?,
        )
    }

    /// The sessions in which messages of a chat, under any of its addresses, are being answered, or wait to be.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn answered_in(&self, account: &str, addresses: &[String]) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT DISTINCT session FROM run WHERE account = ? AND chat IN (SELECT value FROM json_each(?)) AND kind IN ('message', 'broadcast')
                 AND state IN ('queued', 'running')",
        )
        .bind(account)
        .bind(serde_json::to_string(addresses)?)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Takes what waits in sessions out of the queue, and notes that what is under way is to end. What was said in a
    /// group before and would have been read waits for the next run again. Returns how many runs waited.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn drop_waiting(&self, sessions: &[&str], failure: &str, now_ms: i64) -> Result<u64> {
        let sessions = serde_json::to_string(sessions)?;
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let dropped: Vec<(i64, Option<String>, Option<i64>)> = sqlx::query_as(
            "UPDATE run SET state = 'cancelled', failure = ?, ended_ms = ?
             WHERE session IN (SELECT value FROM json_each(?)) AND state = 'queued' AND state IN ('queued', 'running')
             RETURNING id, task, fork_of",
        )
        .bind(failure)
        .bind(now_ms)
        .bind(&sessions)
        .fetch_all(&mut *tx)
        .await?;
        // Should the gateway end before it has, it is not run again.
        sqlx::query(
            "UPDATE run SET failure = ? WHERE session IN (SELECT value FROM json_each(?))
                 AND state = 'running' AND state IN ('queued', 'running')",
        )
        .bind(failure)
        .bind(&sessions)
        .execute(&mut *tx)
        .await?;
        let mut ids: Vec<i64> = dropped.iter().map(|(run, ..)| *run).collect();
        let gathered: BTreeSet<i64> = dropped.iter().filter_map(|(.., fork_of)| *fork_of).collect();
        ids.extend(run_fork::unread(&mut tx, &gathered).await?);
        sqlx::query(
            "UPDATE inbox SET context_run = NULL
             WHERE context_run IN (SELECT value FROM json_each(?)) AND context_run IS NOT NULL AND outcome = 'context'",
        )
        .bind(serde_json::to_string(&ids)?)
        .execute(&mut *tx)
        .await?;
        for (run, task, _) in &dropped {
            if let Some(task) = task {
                task::after_run(&mut tx, &task::Ended::new(task, *run, "cancelled", now_ms)).await?;
            }
        }
        tx.commit().await?;
        Ok(dropped.len() as u64)
    }
}

async fn record_finished(
    tx: &mut SqliteConnection,
    account: &str,
    finished: &[FinishedRun],
    now_ms: i64,
) -> Result<bool> {
    let mut ended: HashMap<i64, Ended> = HashMap::with_capacity(finished.len());
    let (plain, special): (Vec<_>, Vec<_>) = finished
        .iter()
        .partition(|run| run.end == RunEnd::Ok && run.detail.is_none() && run.result.is_none());
    // What becomes of the others may let more start than what follows them.
    let mut followed = !special.is_empty();
    if !plain.is_empty() {
        let mut update = QueryBuilder::<Sqlite>::new(
            "UPDATE run SET state = 'ok', failure = NULL, error = NULL, ended_ms = ",
        );
        update.push_bind(now_ms).push(" WHERE id IN (");
        let mut ids = update.separated(", ");
        for run in &plain {
            ids.push_bind(run.id);
        }
        update.push(concat!(
            ") AND state = 'running' RETURNING id, chat, task, ",
            followed!(),
            " AS followed"
        ));
        let many = plain.len();
        let rows: Vec<Ended> = update.build_query_as().fetch_all(&mut *tx).await?;
        followed |= rows.len() < many || rows.iter().any(|row| row.followed);
        ended.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    for run in special {
        let end = match run.end {
            RunEnd::Superseded => match hand_over(&mut *tx, run.id, now_ms).await? {
                HandedOver::Ends(end) => end,
                HandedOver::Waits => continue,
            },
            RunEnd::Ok | RunEnd::Failed { .. } | RunEnd::Cancelled { .. } => run.end.clone(),
        };
        let row: Option<Ended> = sqlx::query_as(
            "UPDATE run SET state = ?, failure = ?, error = ?, detail = ?, result = ?, stderr = ?, ended_ms = ?
             WHERE id = ? AND state = 'running' RETURNING id, chat, task, 1 AS followed",
        )
        .bind(end.state())
        .bind(end.failure())
        .bind(end.error())
        .bind(&run.detail)
        .bind(&run.result)
        .bind(&run.stderr)
        .bind(now_ms)
        .bind(run.id)
        .fetch_optional(&mut *tx)
        .await?;
        ended.extend(row.map(|row| (row.id, row)));
    }
    let mut drafts = Vec::with_capacity(finished.len());
    let mut said = Vec::new();
    let mut used = BTreeSet::new();
    for run in finished {
        let Some(row) = ended.get(&run.id) else {
            continue;
        };
        for change in &run.changes {
            command::apply(tx, account, change, now_ms).await?;
        }
        used.extend(run.used.as_deref());
        if let Some(exchange) = &run.said {
            said.push((run.id, exchange));
        }
        let tells = match &row.task {
            None => true,
            Some(task) => {
                let told = task::Ended {
                    task,
                    run: run.id,
                    state: run.end.state(),
                    now_ms,
                };
                // Of failures in a row, the chat hears of the first, and of those that somebody asked for.
                task::after_run(tx, &told).await? || !matches!(run.end, RunEnd::Failed { .. })
            }
        };
        if tells {
            drafts.extend(sayable(run.id, &row.chat, &run.reply));
        }
    }
    if !used.is_empty() {
        session::touch(tx, used.into_iter(), now_ms).await?;
    }
    transcript::record(tx, &said, now_ms).await?;
    // Now each of their sessions is there.
    let ended = finished.iter().filter(|run| ended.contains_key(&run.id));
    remembered::record(tx, ended.filter_map(|run| run.remembers.as_ref())).await?;
    batch::queue(tx, account, &drafts, now_ms).await?;
    Ok(followed)
}

/// What a run may say: something, and nowhere but in its own chat.
fn sayable<'a>(run: i64, chat: &str, drafts: &'a [Draft]) -> Vec<(Option<i64>, &'a Draft)> {
    let is_fine = |draft: &&Draft| {
        let fine = draft.chat == chat && (!draft.text.trim().is_empty() || draft.payload.is_some());
        if !fine {
            tracing::error!(
                run,
                "an answer that is empty, or not for the chat of its run, was not sent"
            );
        }
        fine
    };
    drafts
        .iter()
        .filter(is_fine)
        .map(|draft| (Some(run), draft))
        .collect()
}
