//! When messages go out: held back by pacing, completed before they leave, or too old.

use anyhow::Result;
use fased_protocol::sidecar::Payload;
use sqlx::Connection as _;

use super::Store;
use super::settle::{is_answer, tell_run};
use super::tally::EXPIRY_TOLD;

/// Files that one look takes from messages that need them no longer.
const FILES: i64 = 100;

impl Store {
    /// Which messages that nobody asked for were first written after this moment: to which chat, and when.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn sent_unasked_since(&self, account: &str, since_ms: i64) -> Result<Vec<(String, i64)>> {
        Ok(sqlx::query_as(
            "SELECT chat, first_sent_ms FROM outbox
             WHERE account = ? AND first_sent_ms > ? AND purpose IN ('message', 'task')",
        )
        .bind(account)
        .bind(since_ms)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Keeps until when messages wait, each with its moment.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn hold_back(&self, until_ms: &[(i64, i64)]) -> Result<()> {
        sqlx::query(
            "UPDATE outbox SET not_before_ms = held.until_ms
             FROM (SELECT value ->> 0 AS id, value ->> 1 AS until_ms FROM json_each(?)) AS held
             WHERE outbox.id = held.id AND state = 'queued'",
        )
        .bind(serde_json::to_string(until_ms)?)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// Keeps all that a message is made of, once that is known: from now on it goes out like this. Returns whether it
    /// still waited to be.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn complete_draft(&self, id: i64, text: &str, payload: &Payload, now_ms: i64) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE outbox SET text = ?, payload = ?, draft = NULL, file = NULL, updated_ms = ?
             WHERE id = ? AND state = 'queued' AND draft IS NOT NULL",
        )
        .bind(text)
        .bind(serde_json::to_string(payload)?)
        .bind(now_ms)
        .bind(id)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends what is too old to be sent, and notes in runs that their answer was. Returns how many.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn expire_outbox(&self, account: &str, now_ms: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let expired: Vec<(Option<i64>, String)> = sqlx::query_as(
            "UPDATE outbox SET state = 'expired', updated_ms = ?1,
                 error = CASE purpose WHEN 'ack_reaction' THEN 'it was too old to be sent' ELSE error END
             WHERE account = ?2 AND state IN ('queued', 'unknown') AND expires_ms <= ?1
                 -- Word for word what the index says: without it everything that was ever sent is looked at.
                 AND state IN ('queued', 'sending', 'written', 'unknown') RETURNING run_id, purpose",
        )
        .bind(now_ms)
        .bind(account)
        .fetch_all(&mut *tx)
        .await?;
        let answers = expired.iter().filter(|(_, purpose)| is_answer(purpose));
        for run in answers.filter_map(|(run, _)| *run) {
            tell_run(&mut tx, run, "it was too old to be sent").await?;
        }
        tx.commit().await?;
        Ok(expired.len() as u64)
    }

    /// Tells the owner in one notice of all that expired and was not told of yet; not more often than every `every_ms`,
    /// whatever was restarted meanwhile. Returns how many messages that are.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn notice_expired(&self, account: &str, now_ms: i64, every_ms: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let told_ms: Option<i64> =
            sqlx::query_scalar("SELECT value FROM tally WHERE account = ? AND name = ?")
                .bind(account)
                .bind(EXPIRY_TOLD)
                .fetch_optional(&mut *tx)
                .await?;
        if told_ms.is_some_and(|told_ms| (0..every_ms).contains(&(now_ms - told_ms))) {
            return Ok(0);
        }
        let told = sqlx::query(
            "UPDATE outbox SET error = 'it was too old to be sent'
             WHERE account = ? AND state = 'expired' AND error IS NULL",
        )
        .bind(account)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if told > 0 {
            let messages = if told == 1 {
                "1 message was".to_owned()
            } else {
                format!("{told} messages were")
            };
            let text = format!(
                "{messages} not sent: the account could not send for too long. \
                 Next: fased outbox list --state expired, then fased outbox retry <id> for what is still worth it"
            );
            sqlx::query("INSERT INTO notice (at_ms, account, kind, text) VALUES (?, ?, 'expired', ?)")
                .bind(now_ms)
                .bind(account)
                .bind(text)
                .execute(&mut *tx)
                .await?;
            sqlx::query(
                "INSERT INTO tally (account, name, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account, name) DO UPDATE SET value = ?3",
            )
            .bind(account)
            .bind(EXPIRY_TOLD)
            .bind(now_ms)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(told)
    }

    /// Takes the files from messages that were settled before this moment; they are no longer needed.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn release_files(&self, account: &str, settled_before_ms: i64) -> Result<Vec<String>> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let files: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, file FROM outbox WHERE account = ? AND file IS NOT NULL AND updated_ms < ?
                 AND state NOT IN ('queued', 'sending', 'written', 'unknown') LIMIT ?",
        )
        .bind(account)
        .bind(settled_before_ms)
        .bind(FILES)
        .fetch_all(&mut *tx)
        .await?;
        for (id, _) in &files {
            sqlx::query("UPDATE outbox SET file = NULL WHERE id = ?")
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(files.into_iter().map(|(_, file)| file).collect())
    }

    /// Forgets what messages were made of that arrived and were queued before this moment; their texts stay, and so do
    /// polls, whose votes cannot be read without.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn forget_payloads(&self, account: &str, before_ms: i64) -> Result<()> {
        sqlx::query(
            "UPDATE outbox SET payload = NULL
             WHERE account = ? AND payload IS NOT NULL AND created_ms < ?
                 AND state IN ('server_ack', 'delivered', 'read', 'played')
                 AND json_extract(payload, '$.content.type') <> 'poll'",
        )
        .bind(account)
        .bind(before_ms)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }
}
