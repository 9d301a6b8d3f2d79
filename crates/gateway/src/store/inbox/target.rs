//! Earlier messages that later ones are about or reply to.

use anyhow::{Context, Result};
use fased_policy::ids::Identity;
use fased_protocol::sidecar::Payload;

use super::StoredMessage;
use crate::store::Store;

/// An earlier message.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The gateway sent it.
    Sent {
        /// What a person reads of it.
        text: String,
        /// What is derived from it for this message, in hex.
        secret: String,
        /// All that it is made of, where that is more than the text.
        payload: Option<Box<Payload>>,
    },
    /// It came in, or was written by hand on another device of the account.
    Received(Box<StoredMessage>),
}

/// Ids are chosen by senders, so several people may have used one; more than this are not looked at.
const MOST_OF_ONE_ID: i64 = 8;

impl Store {
    /// The message of this id in a chat, which is known by all these addresses. Where several people used the
    /// id, the one whose writer is named, else the first.
    ///
    /// # Errors
    /// What SQLite said, or a payload that cannot be read.
    pub async fn target(
        &self,
        account: &str,
        chats: &[String],
        message_id: &str,
        writer: Option<&Identity>,
    ) -> Result<Option<Target>> {
        let chats = serde_json::to_string(chats)?;
        let sent: Option<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT text, secret, payload FROM outbox
             WHERE account = ? AND message_id = ? AND chat IN (SELECT value FROM json_each(?))",
        )
        .bind(account)
        .bind(message_id)
        .bind(&chats)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?;
        if let Some((text, secret, payload)) = sent {
            let payload = payload.as_deref().map(serde_json::from_str).transpose();
            return Ok(Some(Target::Sent {
                text,
                secret,
                payload: payload.context("a payload in the outbox")?.map(Box::new),
            }));
        }
        let mut received: Vec<StoredMessage> = sqlx::query_as(
            "SELECT * FROM inbox WHERE message_id = ?2 AND account = ?1
                 AND (chat IN (SELECT value FROM json_each(?3)) OR chat_alt IN (SELECT value FROM json_each(?3)))
             ORDER BY seq LIMIT ?4",
        )
        .bind(account)
        .bind(message_id)
        .bind(&chats)
        .bind(MOST_OF_ONE_ID)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        let is_theirs =
            |message: &StoredMessage| writer.is_some_and(|writer| writer.matches(&message.written_by()));
        let place = received.iter().position(is_theirs).unwrap_or(0);
        Ok((place < received.len()).then(|| Target::Received(Box::new(received.swap_remove(place)))))
    }
}
