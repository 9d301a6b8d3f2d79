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

    /// People who wrote under their number before they wrote under a hidden id, which was not known to be theirs, go by the
    /// number again: what was said under it counts for more. Only where nothing was chosen under the hidden id. Returns the
    /// names that are given up.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn prefer_older_names(&self, account: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "DELETE FROM conversation WHERE account = ?1 AND agent IS NULL AND name IS NULL AND EXISTS (
                 SELECT 1 FROM identity WHERE identity.lid = substr(conversation.peer, 4)
                     AND conversation.peer LIKE 'dm:%' AND (
                         EXISTS (SELECT 1 FROM session WHERE session.account = ?1
                             AND session.peer = 'dm:' || identity.phone
                             AND session.created_ms < conversation.created_ms)
                         OR EXISTS (SELECT 1 FROM conversation AS older WHERE older.account = ?1
                             AND older.peer = 'dm:' || identity.phone
                             AND older.created_ms < conversation.created_ms)))
             RETURNING peer",
        )
        .bind(account)
        .fetch_all(&mut *self.write.turn().await?)
        .await?)
    }
}

/// Keeps what was chosen in a chat.
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
