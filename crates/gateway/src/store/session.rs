//! Sessions: conversations with an agent, named or not, and how often each was begun anew.

use anyhow::Result;
use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection};

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

    /// One session.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn session(&self, key: &str) -> Result<Option<SessionRow>> {
        Ok(sqlx::query_as("SELECT * FROM session WHERE key = ?")
            .bind(key)
            .fetch_optional(&mut *self.read.turn().await?)
            .await?)
    }

    /// Makes a session known, so that it is listed before anything is said in it.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn open_session(&self, key: &str, now_ms: i64) -> Result<()> {
        touch(&mut *self.write.turn().await?, [key].into_iter(), now_ms).await
    }

    /// Begins a session anew: what was said before is not told to the agent any more. Returns its epoch.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn begin_anew(&self, key: &str, now_ms: i64) -> Result<i64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let epoch = begin_anew(&mut tx, key, now_ms).await?;
        tx.commit().await?;
        Ok(epoch)
    }

    /// Forgets a session with all that was said in it. Returns whether there was one.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn close_session(&self, key: &str) -> Result<bool> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let closed = close(&mut tx, key).await?;
        tx.commit().await?;
        Ok(closed)
    }
}

/// Begins a session anew as part of a greater change.
pub(super) async fn begin_anew(tx: &mut SqliteConnection, key: &str, now_ms: i64) -> Result<i64> {
    touch(tx, [key].into_iter(), now_ms).await?;
    Ok(
        sqlx::query_scalar("UPDATE session SET epoch = epoch + 1 WHERE key = ? RETURNING epoch")
            .bind(key)
            .fetch_one(tx)
            .await?,
    )
}

/// Forgets a session as part of a greater change.
pub(super) async fn close(tx: &mut SqliteConnection, key: &str) -> Result<bool> {
    sqlx::query("DELETE FROM transcript WHERE session = ?")
        .bind(key)
        .execute(&mut *tx)
        .await?;
    let closed = sqlx::query("DELETE FROM session WHERE key = ?")
        .bind(key)
        .execute(tx)
        .await?;
    Ok(closed.rows_affected() > 0)
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
