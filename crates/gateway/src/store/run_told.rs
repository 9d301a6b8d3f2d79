//! Runs, as far as they are told to people.

use anyhow::Result;
use fased_protocol::control::RunInfo;
use fased_protocol::private::Private;

use super::{RunKind, Store};

/// A run, as far as it is told to people.
#[derive(sqlx::FromRow)]
struct ToldRow {
    id: i64,
    inbox_seq: i64,
    kind: String,
    agent: String,
    state: String,
    attempts: i64,
    failure: Option<String>,
    error: Option<String>,
    stderr: Option<String>,
}

impl Store {
    /// The run of a message.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn run_of(&self, inbox_seq: i64) -> Result<Option<RunInfo>> {
        let row: Option<ToldRow> = sqlx::query_as(
            "SELECT id, inbox_seq, kind, agent, state, attempts, failure, error, stderr FROM run
             WHERE inbox_seq = ?1 OR id = (SELECT run_id FROM run_input WHERE inbox_seq = ?1)",
        )
        .bind(inbox_seq)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?;
        let Some(run) = row else {
            return Ok(None);
        };
        let answers = sqlx::query_scalar(
            "SELECT message_id FROM inbox
             WHERE seq = ?1 OR seq IN (SELECT inbox_seq FROM run_input WHERE run_id = ?2)
             ORDER BY timestamp_s, seq",
        )
        .bind(run.inbox_seq)
        .bind(run.id)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        let context = sqlx::query_scalar("SELECT message_id FROM inbox WHERE context_run = ? ORDER BY seq")
            .bind(run.id)
            .fetch_all(&mut *self.read.turn().await?)
            .await?;
        let forks = match RunKind::parse(&run.kind) {
            Some(RunKind::Broadcast) => self.forks_of(run.id).await?,
            Some(RunKind::Message | RunKind::Command | RunKind::Task) | None => Vec::new(),
        };
        Ok(Some(with_forks(
            RunInfo {
                answers,
                context,
                ..run.told()
            },
            forks,
        )))
    }

    async fn forks_of(&self, run: i64) -> Result<Vec<RunInfo>> {
        let forks: Vec<ToldRow> = sqlx::query_as(
            "SELECT id, 0 AS inbox_seq, kind, agent, state, attempts, failure, error, stderr FROM run
             WHERE fork_of = ? ORDER BY id",
        )
        .bind(run)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(forks.into_iter().map(ToldRow::told).collect())
    }
}

impl ToldRow {
    fn told(self) -> RunInfo {
        RunInfo {
            id: self.id,
            kind: self.kind,
            agent: self.agent,
            state: self.state,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            failure: self.failure,
            error: self.error,
            stderr: self.stderr.map(Private),
            ..RunInfo::default()
        }
    }
}

/// What became of a run that was shared out is what became of its forks: it goes on while one of them does, and else it
/// ended like the one that went wrong most.
fn with_forks(run: RunInfo, forks: Vec<RunInfo>) -> RunInfo {
    const ROUGHEST_FIRST: [&str; 5] = ["running", "queued", "interrupted", "error", "cancelled"];
    let of_state = |state: &&str| forks.iter().find(|fork| fork.state == *state).cloned();
    let worst = ROUGHEST_FIRST.iter().find_map(of_state);
    let run = match worst {
        Some(worst) => RunInfo {
            state: worst.state,
            failure: worst.failure,
            error: worst.error,
            ..run
        },
        None => run,
    };
    RunInfo { forks, ..run }
}
