//! Messages that a person asks for.

use anyhow::Result;
use fased_policy::ids::{AllowEntry, Identity, Lid, Phone};
use fased_protocol::private::short_hash;

use super::StoredMessage;
use crate::store::Store;

impl Store {
    /// The id of the message that a person means: the last one of a sender, named by number or hidden id, or
    /// the one that the log calls by these six digits. Nothing for anything else.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn message_meant(&self, text: &str) -> Result<Option<String>> {
        let mut sender = match AllowEntry::parse(text) {
            Ok(AllowEntry::Phone(phone)) if text.contains('+') => Identity::from(phone),
            Ok(AllowEntry::Lid(lid)) => Identity::from(lid),
            Ok(AllowEntry::Phone(_) | AllowEntry::Anyone) | Err(_) => return self.message_in_log(text).await,
        };
        self.complete(&mut sender).await?;
        let phones = sender.phones().map(Phone::to_jid);
        let addresses: Vec<String> = phones.chain(sender.lid.as_ref().map(Lid::to_jid)).collect();
        Ok(sqlx::query_scalar(
            "SELECT message_id FROM inbox WHERE sender IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT 1",
        )
        .bind(serde_json::to_string(&addresses)?)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    async fn message_in_log(&self, text: &str) -> Result<Option<String>> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let recent: Vec<String> =
            sqlx::query_scalar("SELECT message_id FROM inbox ORDER BY seq DESC LIMIT 10000")
                .fetch_all(&mut *self.read.turn().await?)
                .await?;
        Ok(recent.into_iter().find(|id| short_hash(id) == text))
    }

    /// Messages with this id, in any account.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn messages_by_id(&self, message_id: &str) -> Result<Vec<StoredMessage>> {
        Ok(
            sqlx::query_as("SELECT * FROM inbox WHERE message_id = ? ORDER BY seq")
                .bind(message_id)
                .fetch_all(&mut *self.read.turn().await?)
                .await?,
        )
    }
}
