//! What the gateway said lately, for recognising it when it comes back under another id.

use anyhow::Result;

use super::Store;

/// A message of ours that left not long ago.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RecentSend {
    /// Its place in the outbox.
    pub id: i64,
    /// The id it travels under.
    pub message_id: String,
    /// Its chat.
    pub chat: String,
    /// What it says.
    pub text: String,
    /// When it was queued, Unix milliseconds.
    pub created_ms: i64,
    /// Has something come back that was recognised as it?
    pub echoed: bool,
}

/// Messages that are compared with one that may be an echo.
const MOST: i64 = 500;

impl Store {
    /// What was sent to these addresses since then (or may have been), newest first, 500 at most.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn recent_sends(
        &self,
        account: &str,
        chats: &[String],
        since_ms: i64,
    ) -> Result<Vec<RecentSend>> {
        Ok(sqlx::query_as(
            "SELECT id, message_id, chat, text, created_ms, echo_seq IS NOT NULL AS echoed FROM outbox
             WHERE account = ?1 AND purpose IN ('reply', 'pairing', 'notice', 'message', 'progress', 'task') AND created_ms > ?2 AND attempts > 0
                 AND chat IN (SELECT value FROM json_each(?3))
             ORDER BY id DESC LIMIT ?4",
        )
        .bind(account)
        .bind(since_ms)
        .bind(serde_json::to_string(chats)?)
        .bind(MOST)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }
}
