//! How things stand in a session, for whoever asks in its chat.

use anyhow::Result;

use super::Store;

/// How things stand in a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Since when a run is under way, Unix milliseconds.
    pub running_since_ms: Option<i64>,
    /// Messages and Tasks that wait for their turn.
    pub waiting: i64,
    /// The kind of the last failure of late, in one word, and when that was.
    pub last_failure: Option<(String, i64)>,
}

/// So many runs back, over all sessions, a failure is looked for.
const RUNS_LOOKED_AT: i64 = 10_000;

impl Store {
    /// How things stand in a session.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn standing(&self, session: &str) -> Result<Standing> {
        let mut turn = self.read.turn().await?;
        let running_since_ms = sqlx::query_scalar(
            "SELECT started_ms FROM run
             WHERE session = ? AND state = 'running' AND state IN ('queued', 'running') LIMIT 1",
        )
        .bind(session)
        .fetch_optional(&mut *turn)
        .await?
        .flatten();
        let waiting = sqlx::query_scalar(
            "SELECT COALESCE(SUM(1 + (SELECT COUNT(*) FROM run_input WHERE run_id = run.id)), 0) FROM run
             WHERE session = ? AND state = 'queued' AND state IN ('queued', 'running')",
        )
        .bind(session)
        .fetch_one(&mut *turn)
        .await?;
        let last_failure = sqlx::query_as(
            "SELECT COALESCE(failure, 'error'), ended_ms FROM run
             WHERE id > (SELECT MAX(id) FROM run) - ? AND session = ? AND state IN ('error', 'interrupted')
                 AND ended_ms IS NOT NULL
             ORDER BY id DESC LIMIT 1",
        )
        .bind(RUNS_LOOKED_AT)
        .bind(session)
        .fetch_optional(&mut *turn)
        .await?;
        Ok(Standing {
            running_since_ms,
            waiting,
            last_failure,
        })
    }
}
