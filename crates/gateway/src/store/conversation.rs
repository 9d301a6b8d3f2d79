//! Chats that do not go to the agent and session that the config gives them.

use anyhow::Result;
use sqlx::SqliteConnection;

use super::Store;

/// What was chosen in a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Conversation {
    /// `dm:<number or hidden id>` or `group:<address>`.
    pub peer: String,
    /// The agent; none is the config's.
    pub agent: Option<String>,
    /// The session's name; none is the unnamed one.
    pub name: Option<String>,
}

impl Store {
    /// All of an account.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn conversations(&self, account: &str) -> Result<Vec<Conversation>> {
        Ok(
            sqlx::query_as("SELECT peer, agent, name FROM conversation WHERE account = ?")
                .bind(account)
                .fetch_all(&mut *self.read.turn().await?)
                .await?,
        )
    }

    /// Keeps what was chosen in a chat.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn keep_conversation(&self, account: &str, chosen: &Conversation, now_ms: i64) -> Result<()> {
        keep(&mut *self.write.turn().await?, account, chosen, now_ms).await
    }
}

/// The same as part of a greater change.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    account: &str,
    chosen: &Conversation,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO conversation (account, peer, agent, name, created_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (account, peer) DO UPDATE SET agent = excluded.agent, name = excluded.name",
    )
    .bind(account)
    .bind(&chosen.peer)
    .bind(&chosen.agent)
    .bind(&chosen.name)
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps the name under which a chat is known, whatever else becomes known of it.
pub(super) async fn keep_name(
    tx: &mut SqliteConnection,
    account: &str,
    peer: &str,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO conversation (account, peer, created_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(account)
    .bind(peer)
    .bind(now_ms)
    .execute(tx)
    .await?;
    Ok(())
}
