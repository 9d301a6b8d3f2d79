//! Files that came in: wanted with the verdict that admits their message, then fetched, kept for a while, removed.

use std::collections::HashMap;

use anyhow::Result;
use sqlx::SqliteConnection;

use super::{Decision, Store, StoredMessage};

/// How far the file of a message has come.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InboundFile {
    /// Its message's place in the journal.
    pub inbox_seq: i64,
    /// `wanted`, `ready`, `failed` or `removed`.
    pub state: String,
    /// Where it is, relative to the media folder; a generated name.
    pub file: Option<String>,
    /// Its length.
    pub bytes: Option<i64>,
    /// SHA-256 in hex.
    pub sha256: Option<String>,
    /// Of a failure: its kind, such as `too_large`.
    pub error: Option<String>,
    /// How often fetching it failed.
    pub attempts: i64,
}

/// A file to fetch, and the message that it came with.
#[derive(Debug, Clone)]
pub struct WantedFile {
    /// The message.
    pub message: StoredMessage,
    /// The name chosen for it by an earlier attempt.
    pub file: Option<String>,
    /// How often fetching it failed.
    pub attempts: i64,
}

#[derive(sqlx::FromRow)]
struct WantedRow {
    chosen: Option<String>,
    attempts: i64,
    #[sqlx(flatten)]
    message: StoredMessage,
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptFile {
    /// Its message's place in the journal.
    pub inbox_seq: i64,
    /// Where it is, relative to the media folder.
    pub file: String,
    /// Its length.
    pub bytes: i64,
    /// When its message was admitted, Unix milliseconds.
    pub created_ms: i64,
}

/// Files of messages that an agent is to read are wanted from now on.
pub(super) async fn want(tx: &mut SqliteConnection, decisions: &[Decision], now_ms: i64) -> Result<()> {
    let seqs: Vec<i64> = decisions
        .iter()
        .filter(|decision| decision.wants_file())
        .map(|decision| decision.seq)
        .collect();
    if seqs.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO inbound_media (inbox_seq, account, state, created_ms, updated_ms)
         SELECT seq, account, 'wanted', ?1, ?1 FROM inbox
         WHERE media IS NOT NULL AND seq IN (SELECT value FROM json_each(?2))
         ON CONFLICT (inbox_seq) DO NOTHING",
    )
    .bind(now_ms)
    .bind(serde_json::to_string(&seqs)?)
    .execute(tx)
    .await?;
    Ok(())
}

impl Store {
    /// How far the files of these messages have come. Messages without one, and those whose file was never
    /// wanted, are left out.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn media_of(&self, seqs: &[i64]) -> Result<HashMap<i64, InboundFile>> {
        if seqs.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<InboundFile> = sqlx::query_as(
            "SELECT inbox_seq, state, file, bytes, sha256, error, attempts FROM inbound_media
             WHERE inbox_seq IN (SELECT value FROM json_each(?))",
        )
        .bind(serde_json::to_string(seqs)?)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(rows.into_iter().map(|row| (row.inbox_seq, row)).collect())
    }

    /// The oldest files that are wanted and due, without those that are being fetched.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn wanted_media(
        &self,
        account: &str,
        under_way: &[i64],
        now_ms: i64,
        limit: i64,
    ) -> Result<Vec<WantedFile>> {
        let rows: Vec<WantedRow> = sqlx::query_as(
            "SELECT medium.file AS chosen, medium.attempts, inbox.*
             FROM inbound_media AS medium JOIN inbox ON inbox.seq = medium.inbox_seq
             WHERE medium.account = ? AND medium.state = 'wanted' AND medium.not_before_ms <= ?
                 AND medium.inbox_seq NOT IN (SELECT value FROM json_each(?))
             ORDER BY medium.inbox_seq LIMIT ?",
        )
        .bind(account)
        .bind(now_ms)
        .bind(serde_json::to_string(under_way)?)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        let wanted = |row: WantedRow| WantedFile {
            message: row.message,
            file: row.chosen,
            attempts: row.attempts,
        };
        Ok(rows.into_iter().map(wanted).collect())
    }

    /// When the next file is due that waits to be tried again.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn next_media_due(&self, account: &str, now_ms: i64) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT MIN(not_before_ms) FROM inbound_media
             WHERE account = ? AND state = 'wanted' AND not_before_ms > ?",
        )
        .bind(account)
        .bind(now_ms)
        .fetch_one(&mut *self.read.turn().await?)
        .await?)
    }

    /// Chooses the name of a file before its first byte is asked for, so that a half one can be found.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn name_media(&self, inbox_seq: i64, file: &str, now_ms: i64) -> Result<()> {
        sqlx::query("UPDATE inbound_media SET file = ?, updated_ms = ? WHERE inbox_seq = ?")
            .bind(file)
            .bind(now_ms)
            .bind(inbox_seq)
            .execute(&mut *self.write.turn().await?)
            .await?;
        Ok(())
    }

    /// The file is there, with the right hashes.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn media_ready(&self, inbox_seq: i64, bytes: u64, sha256: &str, now_ms: i64) -> Result<()> {
        sqlx::query(
            "UPDATE inbound_media SET state = 'ready', bytes = ?, sha256 = ?, error = NULL, updated_ms = ?
             WHERE inbox_seq = ? AND state = 'wanted'",
        )
        .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
        .bind(sha256)
        .bind(now_ms)
        .bind(inbox_seq)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// Fetching it failed and will be tried again at that time; a fresh address replaces the old one.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn media_again(
        &self,
        inbox_seq: i64,
        fresh: Option<&str>,
        not_before_ms: i64,
        now_ms: i64,
    ) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = sqlx::Connection::begin(&mut *turn).await?;
        sqlx::query(
            "UPDATE inbound_media SET attempts = attempts + 1, not_before_ms = ?, updated_ms = ?
             WHERE inbox_seq = ? AND state = 'wanted'",
        )
        .bind(not_before_ms)
        .bind(now_ms)
        .bind(inbox_seq)
        .execute(&mut *tx)
        .await?;
        if let Some(fresh) = fresh {
            sqlx::query("UPDATE inbox SET media = ? WHERE seq = ?")
                .bind(fresh)
                .bind(inbox_seq)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The file will not come, for a reason of this kind.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn media_failed(&self, inbox_seq: i64, error: &str, now_ms: i64) -> Result<()> {
        sqlx::query(
            "UPDATE inbound_media SET state = 'failed', error = ?, attempts = attempts + 1, updated_ms = ?
             WHERE inbox_seq = ? AND state = 'wanted'",
        )
        .bind(error)
        .bind(now_ms)
        .bind(inbox_seq)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// The files that are kept for an account, oldest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn kept_media(&self, account: &str) -> Result<Vec<KeptFile>> {
        Ok(sqlx::query_as(
            "SELECT inbox_seq, file, bytes, created_ms FROM inbound_media
             WHERE state = 'ready' AND account = ? AND file IS NOT NULL AND bytes IS NOT NULL
             ORDER BY created_ms, inbox_seq",
        )
        .bind(account)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Notes that files are not kept any longer; done before they are deleted, so that no row names a file
    /// that is gone.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn remove_media(&self, seqs: &[i64], now_ms: i64) -> Result<()> {
        sqlx::query(
            "UPDATE inbound_media SET state = 'removed', updated_ms = ?
             WHERE state = 'ready' AND inbox_seq IN (SELECT value FROM json_each(?))",
        )
        .bind(now_ms)
        .bind(serde_json::to_string(seqs)?)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// The names of all files that belong to a message or to something still to be sent, relative to the
    /// media folder. What else lies there was left behind.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn media_in_use(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT file FROM inbound_media WHERE state = 'ready' AND file IS NOT NULL
             UNION SELECT file FROM outbox WHERE file IS NOT NULL",
        )
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }
}
