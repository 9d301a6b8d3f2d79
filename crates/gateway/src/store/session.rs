//! Sessions: conversations with an agent, named or not, and how often each was begun anew.

use anyhow::Result;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Store;
use crate::session::Key;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    /// Session key.
    pub key: String,
    /// Agent id.
    pub agent: String,
    /// Account id; empty where owners share a session over all accounts.
    pub account: String,
    /// `dm:<person>`, `group:<address>`, or `main`.
    pub peer: String,
    /// Its name; none is the unnamed one.
    pub name: Option<String>,
    /// How often it was begun anew.
    pub epoch: i64,
    /// When it was begun, Unix milliseconds.
    pub created_ms: i64,
    /// When something was last said in it.
    pub used_ms: i64,
}

impl Store {
    /// The sessions of a chat with one agent, the one used last first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn sessions_of(&self, agent: &str, account: &str, peer: &str) -> Result<Vec<SessionRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM session WHERE account = ? AND peer = ? AND agent = ? ORDER BY used_ms DESC, key LIMIT 100",
        )
        .bind(account)
        .bind(peer)
        .bind(agent)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// The Tasks that belong to a session, done ones as well: they can run again. Id and name, a hundred at most.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn tasks_of_session(&self, key: &str) -> Result<Vec<(String, Option<String>)>> {
        Ok(
            sqlx::query_as("SELECT id, name FROM task WHERE session = ? ORDER BY created_ms, id LIMIT 100")
                .bind(key)
                .fetch_all(&mut *self.read.turn().await?)
                .await?,
        )
    }
}

/// Begins a session anew: what was said before is not told to the agent any more. What waits in it or is under way was asked
/// before and stays in the epoch of then; what waits for more of its kind does not wait for what comes now.
pub(super) async fn begin_anew(tx: &mut SqliteConnection, key: &str, now_ms: i64) -> Result<()> {
    touch(tx, [key].into_iter(), now_ms).await?;
    for step in [
        "UPDATE run SET epoch = (SELECT epoch FROM session WHERE key = ?1), not_before_ms = 0
         WHERE session = ?1 AND epoch IS NULL AND state IN ('queued', 'running')",
        "UPDATE session SET epoch = epoch + 1 WHERE key = ?1",
    ] {
        sqlx::query(step).bind(key).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Forgets a session with all that was said in it.
pub(super) async fn close(tx: &mut SqliteConnection, key: &str) -> Result<()> {
    for step in [
        "DELETE FROM transcript WHERE session = ?",
        "DELETE FROM session WHERE key = ?",
    ] {
        sqlx::query(step).bind(key).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Notes that sessions are used now. Each key is there once at most.
pub(super) async fn touch(
    connection: &mut SqliteConnection,
    keys: impl Iterator<Item = &str>,
    now_ms: i64,
) -> Result<()> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO session (key, agent, account, peer, name, created_ms, used_ms) ",
    );
    insert.push_values(keys, |mut row, key| {
        let parts = Key::parse(key);
        row.push_bind(key.to_owned())
            .push_bind(parts.agent.to_owned())
            .push_bind(parts.account.to_owned())
            .push_bind(parts.peer.to_owned())
            .push_bind(parts.name.map(str::to_owned))
            .push_bind(now_ms)
            .push_bind(now_ms);
    });
    insert.push(" ON CONFLICT (key) DO UPDATE SET used_ms = excluded.used_ms");
    insert.build().execute(connection).await?;
    Ok(())
}
