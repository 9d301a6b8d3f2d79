//! The outbox: what goes out, under ids that never change, each with a known fate.

use anyhow::{Context, Result};
use fased_policy::delivery::SendState;
use fased_protocol::control::{Count, SentInfo};
use fased_protocol::sidecar::Payload;

use super::Store;
use super::draft::Pending;
use super::tally::RESEND_MISSED;
use super::wake::with_wake;

/// An outbound message, as read back.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OutboxRow {
    /// Its place in the outbox.
    pub id: i64,
    /// The chat.
    pub chat: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// The text.
    pub text: String,
    /// What belongs to it besides the text.
    pub secret: String,
    /// Everything it is made of, as JSON, where that is more than a text.
    pub payload: Option<String>,
    /// When it was made.
    pub created_ms: i64,
    /// Name of its state.
    pub state: String,
    /// How often it was written.
    pub attempts: i64,
    /// Not sent after this.
    pub expires_ms: i64,
    /// Last change.
    pub updated_ms: i64,
    /// Not written before this.
    pub not_before_ms: i64,
    /// It goes to somebody who has never written to this account.
    pub first_contact: bool,
    /// What has to be done before it is complete, as JSON.
    pub draft: Option<String>,
    /// Its line: messages of one line of a chat follow each other, and never wait for those of another.
    pub line: Line,
}

/// What waits for each other in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[repr(i64)]
pub enum Line {
    /// Answers, codes and notices.
    Answers = 0,
    /// What nobody asked for; it may have to wait.
    Unasked = 1,
    /// Reactions that say that an answer is being made.
    Acks = 2,
}

/// What is open in the outbox.
#[derive(Debug, Clone)]
pub struct OpenOutbox {
    /// The oldest message of each line of each chat.
    pub heads: Vec<OutboxRow>,
    /// When the next message may go that waits for its time, Unix milliseconds.
    pub wake_ms: Option<i64>,
}

/// An outbound message whose fate is open, with what its end depends on.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OpenFate {
    /// Its place in the outbox.
    pub id: i64,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// Name of its state.
    pub state: String,
    /// Not sent after this.
    pub expires_ms: i64,
    /// Last change.
    pub updated_ms: i64,
}

impl OutboxRow {
    /// What has to be done before it is complete.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn pending(&self) -> Result<Option<Pending>> {
        let read = |json: &str| serde_json::from_str(json).context("the stored draft cannot be read");
        self.draft.as_deref().map(read).transpose()
    }

    /// Everything it is made of.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn payload(&self) -> Result<Payload> {
        read_payload(
            self.text.clone(),
            self.secret.clone(),
            self.payload.as_deref(),
            self.created_ms,
        )
    }
}

/// A message that is made anew from a stored one is as old as its own row.
fn read_payload(text: String, secret: String, stored: Option<&str>, created_ms: i64) -> Result<Payload> {
    let mut payload = match stored {
        Some(json) => serde_json::from_str(json).context("the stored message cannot be read")?,
        None => Payload::text(text, secret),
    };
    payload.at_ms = Some(created_ms);
    Ok(payload)
}

/// News of one message's way.
#[derive(Debug, Clone)]
pub struct Fate {
    /// Which message.
    pub message_id: String,
    /// How far it came.
    pub to: SendState,
    /// WhatsApp's error code, if it refused.
    pub error_code: Option<u32>,
    /// What went wrong, if something did.
    pub error: Option<String>,
}

impl Fate {
    /// News without an error.
    #[must_use]
    pub fn new(message_id: String, to: SendState) -> Self {
        Self {
            message_id,
            to,
            error_code: None,
            error: None,
        }
    }

    /// The same news, be it of another message.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.to, self.error_code, &self.error) == (other.to, other.error_code, &other.error)
    }
}

impl Store {
    /// The oldest message of each line of each chat whose fate is open: answers and acks before what nobody asked for,
    /// the oldest first. Those in `passed` are not counted, so that what comes after them is found. What has to wait,
    /// for its time or for the end of a time lock, is left out with all behind it, so that it takes no place from what
    /// need not; not when it is too old, which somebody has to notice. And when the next one may go that waits for its time.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn open_outbox(
        &self,
        account: &str,
        passed: &[i64],
        now_ms: i64,
        limit: i64,
    ) -> Result<OpenOutbox> {
        // Both in one question: each is a trip to SQLite's thread and back.
        let rows = sqlx::query(
            // Word for word what the index says: without it everything that was ever sent is looked at.
            "SELECT next.wake_ms, open.* FROM (
                 SELECT MIN(not_before_ms) AS wake_ms FROM outbox WHERE account = ?1 AND state = 'queued'
                     AND not_before_ms > ?3 AND state IN ('queued', 'sending', 'written', 'unknown')) AS next
             LEFT JOIN (SELECT * FROM (
                 SELECT MIN(id) AS id, chat, message_id, text, secret, payload, created_ms, state, attempts, expires_ms,
                     updated_ms, not_before_ms, draft,
                     first_contact AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.account = outbox.account
                         AND inbox.chat = outbox.chat AND NOT inbox.from_me) AS first_contact,
                     CASE WHEN purpose IN ('message', 'task') THEN 1 WHEN purpose = 'ack_reaction' THEN 2 ELSE 0 END AS line
                 FROM outbox WHERE account = ?1 AND state IN ('queued', 'sending', 'written', 'unknown')
                     AND id NOT IN (SELECT value FROM json_each(?2))
                 GROUP BY chat, line)
             WHERE expires_ms <= ?3 OR state IN ('sending', 'written')
                 OR NOT (state = 'queued' AND not_before_ms > ?3 AND draft IS NULL)
                 AND NOT (first_contact
                     AND EXISTS (SELECT 1 FROM timelock WHERE timelock.account = ?1 AND until_ms > ?3))
             ORDER BY line = 1, id LIMIT ?4) AS open ON true
             ORDER BY open.line = 1, open.id",
        )
        .bind(account)
        .bind(serde_json::to_string(passed)?)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        let (heads, wake_ms) = with_wake(&rows, "id")?;
        Ok(OpenOutbox { heads, wake_ms })
    }

    /// Which of these messages have an open fate still.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn still_open(&self, ids: &[i64]) -> Result<Vec<OpenFate>> {
        Ok(sqlx::query_as(
            "SELECT id, message_id, state, expires_ms, updated_ms FROM outbox
             WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('queued', 'sending', 'written', 'unknown')",
        )
        .bind(serde_json::to_string(ids)?)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Notes that messages are about to be written; afterwards a crash leaves them `unknown`.
    /// Returns those that may be: one whose fate became known meanwhile is left alone.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn start_sending(&self, ids: &[i64], now_ms: i64) -> Result<Vec<i64>> {
        Ok(sqlx::query_scalar(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, updated_ms = ?1,
                 first_sent_ms = COALESCE(first_sent_ms, ?1)
             WHERE id IN (SELECT value FROM json_each(?2)) AND state IN ('queued', 'unknown') RETURNING id",
        )
        .bind(now_ms)
        .bind(serde_json::to_string(ids)?)
        .fetch_all(&mut *self.write.turn().await?)
        .await?)
    }

    /// Everything that was being written when a link ended: nobody knows whether it arrived.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn mark_unknown(&self, account: &str, now_ms: i64) -> Result<u64> {
        let done = sqlx::query(
            "UPDATE outbox SET state = 'unknown', updated_ms = ? WHERE account = ? AND state IN ('sending', 'written')",
        )
        .bind(now_ms)
        .bind(account)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(done.rows_affected())
    }

    /// Puts a message back that was certainly not written this time: it costs no attempt. One that may have been
    /// written before stays `unknown`, so that nobody takes it back or sends it under another id.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn send_again_later(&self, id: i64, now_ms: i64) -> Result<()> {
        sqlx::query(
            "UPDATE outbox SET state = CASE WHEN attempts > 1 THEN 'unknown' ELSE 'queued' END,
                 first_sent_ms = CASE WHEN attempts > 1 THEN first_sent_ms END,
                 attempts = MAX(attempts - 1, 0), updated_ms = ?
             WHERE id = ? AND state = 'sending'",
        )
        .bind(now_ms)
        .bind(id)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// Is this the id of a message that we sent?
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn is_own_message(&self, account: &str, message_id: &str) -> Result<bool> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM outbox WHERE account = ? AND message_id = ?")
                .bind(account)
                .bind(message_id)
                .fetch_optional(&mut *self.read.turn().await?)
                .await?;
        Ok(found.is_some())
    }

    /// What was sent under this id, to which chat, unless it is older than `oldest_ms`.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn sent_payload(
        &self,
        account: &str,
        message_id: &str,
        oldest_ms: i64,
    ) -> Result<Option<(String, Payload)>> {
        let row: Option<(String, String, String, Option<String>, i64)> = sqlx::query_as(
            "SELECT chat, text, secret, payload, created_ms FROM outbox
             WHERE account = ? AND message_id = ? AND created_ms > ? AND attempts > 0",
        )
        .bind(account)
        .bind(message_id)
        .bind(oldest_ms)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?;
        row.map(|(chat, text, secret, payload, created_ms)| {
            Ok((chat, read_payload(text, secret, payload.as_deref(), created_ms)?))
        })
        .transpose()
    }

    /// What was sent because of a run.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn sent_by_run(&self, run_id: i64) -> Result<Vec<SentInfo>> {
        let rows: Vec<(String, String, String, Option<i64>, i64)> = sqlx::query_as(
            "SELECT message_id, chat, state, error_code, updated_ms FROM outbox WHERE run_id = ? ORDER BY id",
        )
        .bind(run_id)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, chat, state, code, at)| sent(id, chat, state, code, at))
            .collect())
    }

    /// Outbound messages with this id, with their accounts and creation times.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn sent_by_id(&self, message_id: &str) -> Result<Vec<(String, i64, SentInfo)>> {
        let rows: Vec<(String, i64, String, String, Option<i64>, i64)> = sqlx::query_as(
            "SELECT account, created_ms, chat, state, error_code, updated_ms FROM outbox WHERE message_id = ?",
        )
        .bind(message_id)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(account, created, chat, state, code, at)| {
                (
                    account,
                    created,
                    sent(message_id.to_owned(), chat, state, code, at),
                )
            })
            .collect())
    }

    /// How many outbound messages are in which state, and how many were asked for again in vain.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn count_outbound(&self, account: &str) -> Result<Vec<Count>> {
        let rows = sqlx::query_as(
            "SELECT state, COUNT(*) FROM outbox WHERE account = ?1 GROUP BY state
             UNION ALL
             SELECT name, value FROM tally WHERE account = ?1 AND name = ?2 ORDER BY 1",
        )
        .bind(account)
        .bind(RESEND_MISSED)
        .fetch_all(&mut *self.counting().await?)
        .await?;
        Ok(super::counts(rows))
    }
}

pub(super) fn sent(
    message_id: String,
    chat: String,
    state: String,
    code: Option<i64>,
    updated_ms: i64,
) -> SentInfo {
    let error_code = code.and_then(|code| u32::try_from(code).ok());
    SentInfo {
        message_id,
        chat,
        state,
        error_code,
        updated_ms,
    }
}
