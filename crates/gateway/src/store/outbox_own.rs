//! Messages of ours that a person wants to change.

use anyhow::{Context, Result};
use fased_protocol::sidecar::Payload;

use super::Store;

/// A message that the gateway sent, or is about to send.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnMessage {
    /// The chat.
    pub chat: String,
    /// How far it came.
    pub state: String,
    /// When it was first written.
    pub first_sent_ms: Option<i64>,
    /// All that it is made of, where that is more than the text.
    pub payload: Option<Payload>,
    /// Of one under a key: a digest of what was asked for.
    pub asked: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    chat: String,
    state: String,
    first_sent_ms: Option<i64>,
    payload: Option<String>,
    asked: Option<String>,
}

impl Store {
    /// What the gateway sent under this id.
    ///
    /// # Errors
    /// What SQLite said, or a payload that cannot be read.
    pub async fn own_message(&self, account: &str, message_id: &str) -> Result<Option<OwnMessage>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT chat, state, first_sent_ms, payload, asked FROM outbox WHERE account = ? AND message_id = ?",
        )
        .bind(account)
        .bind(message_id)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?;
        let Some(Row {
            chat,
            state,
            first_sent_ms,
            payload,
            asked,
        }) = row
        else {
            return Ok(None);
        };
        let payload = payload.as_deref().map(serde_json::from_str).transpose();
        Ok(Some(OwnMessage {
            chat,
            state,
            first_sent_ms,
            asked,
            payload: payload.context("a payload in the outbox")?,
        }))
    }
}
