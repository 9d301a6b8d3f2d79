//! Runs that several agents answer: one gathers, and becomes a run for each of them.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sqlx::{Connection as _, SqliteConnection};

use super::Store;

/// Who answers what a run gathers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forks {
    /// Each waits until the one before it has ended.
    pub in_turn: bool,
    /// In order.
    pub by: Vec<Fork>,
}

/// One that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// Agent id.
    pub agent: String,
    /// Key of its own session with the chat.
    pub session: String,
}

impl Store {
    /// Runs that gathered become one run for each agent that is to answer; one that was cancelled meanwhile does not. All
    /// or nothing: after a crash it is tried anew, and nothing is shared out twice.
    ///
    /// # Errors
    /// What SQLite said; then none has.
    pub async fn fork_runs(&self, ids: &[i64], now_ms: i64) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        for id in ids {
            fork(&mut tx, *id, now_ms).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Lets what a session gathers become runs of its agents now, whatever it waits for.
pub(super) async fn fork_session(tx: &mut SqliteConnection, session: &str, now_ms: i64) -> Result<()> {
    let waiting: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM run WHERE session = ? AND state = 'queued' AND state IN ('queued', 'running') ORDER BY id",
    )
    .bind(session)
    .fetch_all(&mut *tx)
    .await?;
    for run in waiting {
        fork(tx, run, now_ms).await?;
    }
    Ok(())
}

async fn fork(tx: &mut SqliteConnection, run: i64, now_ms: i64) -> Result<()> {
    let found: Option<String> = sqlx::query_scalar(
        "UPDATE run SET state = 'ok', attempts = attempts + 1, started_ms = ?1, ended_ms = ?1
         WHERE id = ?2 AND state = 'queued' AND kind = 'broadcast' RETURNING COALESCE(forks, '')",
    )
    .bind(now_ms)
    .bind(run)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(written) = found else {
        return Ok(());
    };
    let forks: Forks = match serde_json::from_str(&written) {
        Ok(forks) => forks,
        // Tried again it would be the same, and keep whatever follows in its session waiting.
        Err(error) => {
            tracing::error!(run, "who is to answer cannot be read: {error}");
            sqlx::query("UPDATE run SET state = 'error', failure = 'unreadable' WHERE id = ?")
                .bind(run)
                .execute(tx)
                .await?;
            return Ok(());
        }
    };
    let mut after = match forks.in_turn {
        true => last_open(tx, &forks).await?,
        false => None,
    };
    for fork in &forks.by {
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO run (account, kind, chat, agent, session, state, created_ms, fork_of, after_run)
             SELECT account, 'message', chat, ?2, ?3, 'queued', ?4, id, ?5 FROM run WHERE id = ?1 RETURNING id",
        )
        .bind(run)
        .bind(&fork.agent)
        .bind(&fork.session)
        .bind(now_ms)
        .bind(after)
        .fetch_one(&mut *tx)
        .await?;
        if forks.in_turn {
            after = Some(id);
        }
    }
    Ok(())
}

/// The last of the agents that have still to answer something earlier there: who answers in turn waits for them, too.
async fn last_open(tx: &mut SqliteConnection, forks: &Forks) -> Result<Option<i64>> {
    let sessions: Vec<&str> = forks.by.iter().map(|fork| fork.session.as_str()).collect();
    Ok(sqlx::query_scalar(LAST_OPEN)
        .bind(serde_json::to_string(&sessions)?)
        .fetch_one(tx)
        .await?)
}

pub(super) const LAST_OPEN: &str = "SELECT MAX(id) FROM run
     WHERE session IN (SELECT value FROM json_each(?1)) AND state IN ('queued', 'running') AND fork_of IS NOT NULL";

/// Those of these gathering runs of which nobody has read anything, nor will: all that they became was dropped before it
/// started.
pub(super) async fn unread(tx: &mut SqliteConnection, gathered: &BTreeSet<i64>) -> Result<Vec<i64>> {
    if gathered.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar(UNREAD)
        .bind(serde_json::to_string(gathered)?)
        .fetch_all(tx)
        .await?)
}

pub(super) const UNREAD: &str =
    "SELECT id FROM run WHERE id IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (
     SELECT 1 FROM run AS fork WHERE fork.fork_of = run.id
         AND (fork.started_ms IS NOT NULL OR fork.state IN ('queued', 'running')))";
