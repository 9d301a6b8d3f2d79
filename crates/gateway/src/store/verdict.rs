//! Verdicts, newest first.

use anyhow::Result;

use super::Store;

/// Which verdicts.
#[derive(Debug, Clone, Default)]
pub struct VerdictFilter {
    /// Only those of this account.
    pub account: Option<String>,
    /// Only those with this outcome.
    pub outcome: Option<String>,
    /// Only those with this reason.
    pub reason: Option<String>,
    /// Only those before this place in the journal.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: i64,
}

/// One verdict, without what the message says.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VerdictRow {
    /// Its place in the journal.
    pub seq: i64,
    /// Account id.
    pub account: String,
    /// The message's id.
    pub message_id: String,
    /// The chat.
    pub chat: String,
    /// The chat's other address.
    pub chat_alt: Option<String>,
    /// Who wrote it.
    pub sender: String,
    /// Their other address.
    pub sender_alt: Option<String>,
    /// Kind of content.
    pub content: String,
    /// What became of it.
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// When, Unix milliseconds.
    pub decided_ms: i64,
}

impl Store {
    /// Verdicts, newest first, and whether there are older ones. Each account is asked for by itself: its verdicts lie
    /// in order in an index, those of all accounts together do not.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn verdicts(&self, filter: &VerdictFilter) -> Result<(Vec<VerdictRow>, bool)> {
        let accounts = match &filter.account {
            Some(account) => vec![account.clone()],
            None => {
                sqlx::query_scalar("SELECT account FROM account")
                    .fetch_all(&mut *self.read.turn().await?)
                    .await?
            }
        };
        let mut found: Vec<VerdictRow> = Vec::new();
        for account in accounts {
            let rows: Vec<VerdictRow> = sqlx::query_as(
                "SELECT seq, account, message_id, chat, chat_alt, sender, sender_alt, content, outcome,
                     COALESCE(reason, '') AS reason, COALESCE(decided_ms, recorded_ms) AS decided_ms
                 FROM inbox WHERE seq IN (
                     SELECT seq FROM inbox WHERE account = ?1 AND seq < ?2 AND outcome IS NOT NULL
                         AND (?3 IS NULL OR outcome = ?3) AND (?4 IS NULL OR reason = ?4)
                     ORDER BY seq DESC LIMIT ?5)
                 ORDER BY seq DESC",
            )
            .bind(account)
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.outcome.as_deref())
            .bind(filter.reason.as_deref())
            .bind(filter.limit.saturating_add(1))
            .fetch_all(&mut *self.read.turn().await?)
            .await?;
            found.extend(rows);
        }
        found.sort_unstable_by_key(|row| std::cmp::Reverse(row.seq));
        let limit = usize::try_from(filter.limit).unwrap_or(0);
        let more = found.len() > limit;
        found.truncate(limit);
        Ok((found, more))
    }
}
