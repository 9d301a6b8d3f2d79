//! What was said in chats, from the journal and from the outbox.

use anyhow::Result;
use fased_protocol::sidecar::Payload;

use super::draft::Pending;
use super::{Store, StoredMessage};

/// So many messages of the outbox are looked through, of all chats together: it is not kept in the order of chats. What was
/// sent longer ago than that, seen from where one looks, is not found.
const LOOKED_THROUGH: i64 = 20_000;

/// The newest of a chat in the journal, or in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// An address of the chat.
    pub chat: String,
    /// When it was recorded or made, Unix milliseconds.
    pub at_ms: i64,
}

/// Where one looks from: what comes before this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// A place in the journal.
    pub seq: i64,
    /// What is in the journal was recorded by then, Unix milliseconds.
    pub recorded_ms: i64,
    /// A place in the outbox.
    pub id: i64,
}

impl Before {
    /// The end.
    pub const END: Self = Self {
        seq: i64::MAX,
        recorded_ms: i64::MAX,
        id: i64::MAX,
    };
}

/// Something that the gateway sent, or is to send.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SentMessage {
    /// Its place in the outbox.
    pub id: i64,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// How far it came.
    pub state: String,
    /// What a person reads of it.
    pub text: String,
    /// All that it is made of, as JSON, where that is more than the text.
    payload: Option<String>,
    /// What has to be done before it is complete, as JSON.
    draft: Option<String>,
    /// The agent whose run it comes from.
    pub agent: Option<String>,
}

impl SentMessage {
    /// All that it is made of, where that is more than the text.
    #[must_use]
    pub fn payload(&self) -> Option<Payload> {
        serde_json::from_str(self.payload.as_deref()?).ok()
    }

    /// What has still to be done.
    #[must_use]
    pub fn pending(&self) -> Option<Pending> {
        serde_json::from_str(self.draft.as_deref()?).ok()
    }
}

impl Store {
    /// The addresses under which an account's chats were written in, each with when that was last; sent messages only as
    /// far back as is looked.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn chat_heads(&self, account: &str) -> Result<Vec<Head>> {
        let mut turn = self.read.turn().await?;
        let mut heads: Vec<Head> = sqlx::query_as(
            "SELECT inbox.chat, recorded_ms AS at_ms
             FROM (SELECT chat, MAX(seq) AS seq FROM inbox WHERE account = ? GROUP BY chat) AS head
             JOIN inbox ON inbox.seq = head.seq",
        )
        .bind(account)
        .fetch_all(&mut *turn)
        .await?;
        let sent: Vec<Head> = sqlx::query_as(
            "SELECT chat, MAX(created_ms) AS at_ms FROM outbox
             WHERE id > (SELECT MAX(id) FROM outbox) - ? AND +account = ? AND purpose <> 'ack_reaction' GROUP BY chat",
        )
        .bind(LOOKED_THROUGH)
        .bind(account)
        .fetch_all(&mut *turn)
        .await?;
        heads.extend(sent);
        Ok(heads)
    }

    /// Where a message of a chat is, if it is there, so that one can look from it.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn place_of(
        &self,
        account: &str,
        chats: &[String],
        message_id: &str,
    ) -> Result<Option<Before>> {
        let chats = serde_json::to_string(chats)?;
        let mut turn = self.read.turn().await?;
        let sent: Option<(i64, i64)> = sqlx::query_as(
            "SELECT id, created_ms FROM outbox
             WHERE message_id = ? AND +account = ? AND chat IN (SELECT value FROM json_each(?))",
        )
        .bind(message_id)
        .bind(account)
        .bind(&chats)
        .fetch_optional(&mut *turn)
        .await?;
        if let Some((id, recorded_ms)) = sent {
            let seq = i64::MAX;
            return Ok(Some(Before { seq, recorded_ms, id }));
        }
        let received: Option<(i64, i64)> = sqlx::query_as(
            "SELECT seq, recorded_ms FROM inbox
             WHERE message_id = ? AND +account = ? AND chat IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT 1",
        )
        .bind(message_id)
        .bind(account)
        .bind(&chats)
        .fetch_optional(&mut *turn)
        .await?;
        let Some((seq, recorded_ms)) = received else {
            return Ok(None);
        };
        // The outbox is in the order of time, so the way back ends at the first that is old enough.
        let last: Option<i64> =
            sqlx::query_scalar("SELECT id FROM outbox WHERE created_ms < ? ORDER BY id DESC LIMIT 1")
                .bind(recorded_ms)
                .fetch_optional(&mut *turn)
                .await?;
        Ok(Some(Before {
            seq,
            recorded_ms,
            id: last.map_or(0, |id| id + 1),
        }))
    }

    /// What came in one chat under one of its addresses, newest first; without what was the gateway's own words coming back.
    /// What `for_agent` leaves out is what no agent is told of: what was not let in, and commands to the gateway.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn received_in(
        &self,
        account: &str,
        chat: &str,
        before: Before,
        for_agent: bool,
        limit: i64,
    ) -> Result<Vec<StoredMessage>> {
        Ok(sqlx::query_as(
            "SELECT * FROM inbox
             WHERE chat = ?1 AND account = ?2 AND seq < ?3 AND recorded_ms <= ?4
                 AND reason IS NOT 'own_echo'
                 AND NOT (from_me AND EXISTS (SELECT 1 FROM outbox
                     WHERE outbox.account = inbox.account AND outbox.message_id = inbox.message_id))
                 AND (NOT ?5 OR (
                     (outcome IN ('admit', 'context', 'stale') OR reason = 'own_outgoing')
                     AND content <> 'undecryptable'
                     AND NOT EXISTS (SELECT 1 FROM run WHERE run.inbox_seq = inbox.seq AND run.kind = 'command')))
             ORDER BY seq DESC LIMIT ?6",
        )
        .bind(chat)
        .bind(account)
        .bind(before.seq)
        .bind(before.recorded_ms)
        .bind(for_agent)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// What was sent to a chat, newest first; without reactions that only say that an answer is being made. What `for_agent`
    /// leaves out is what the gateway says itself, such as codes, notices and the answers to commands.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn sent_to(
        &self,
        account: &str,
        chats: &[String],
        before: Before,
        for_agent: bool,
        limit: i64,
    ) -> Result<Vec<SentMessage>> {
        Ok(sqlx::query_as(
            "SELECT id, message_id, created_ms, state, text, payload, draft,
                 (SELECT agent FROM run WHERE run.id = outbox.run_id AND kind <> 'command') AS agent
             FROM outbox
             WHERE id < ?3 AND id >= MIN(?3, (SELECT MAX(id) FROM outbox) + 1) - ?6
                 AND +account = ?1 AND +chat IN (SELECT value FROM json_each(?2)) AND purpose <> 'ack_reaction'
                 AND (NOT ?4 OR (purpose NOT IN ('pairing', 'notice')
                     AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = outbox.run_id AND run.kind = 'command')))
             ORDER BY id DESC LIMIT ?5",
        )
        .bind(account)
        .bind(serde_json::to_string(chats)?)
        .bind(before.id)
        .bind(for_agent)
        .bind(limit)
        .bind(LOOKED_THROUGH)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// The name that the person of a direct chat gave themselves last.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn name_in(&self, account: &str, chats: &[String]) -> Result<Option<String>> {
        Ok(sqlx::query_scalar(
            "SELECT push_name FROM inbox WHERE chat IN (SELECT value FROM json_each(?)) AND account = ?
                 AND NOT from_me AND push_name IS NOT NULL ORDER BY seq DESC LIMIT 1",
        )
        .bind(serde_json::to_string(chats)?)
        .bind(account)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }
}

#[cfg(test)]
mod tests;
