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
                     COALESCE(reason, '') AS reason, decided_ms
                 FROM inbox WHERE seq IN (
                     SELECT seq FROM inbox WHERE account = ?1 AND seq < ?2 AND decided_ms IS NOT NULL AND outcome IS NOT NULL
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

#[cfg(test)]
mod tests {
    use super::super::fixtures::{ACCOUNT, NOW, admit, held, message, store};
    use super::*;
    use crate::store::StoredAccount;

    /// Of ten messages of each of two accounts every third is held, and the last is undecided.
    async fn journaled() -> (tempfile::TempDir, Store) {
        let (dir, store) = store().await;
        for account in [ACCOUNT, "work"] {
            let row = StoredAccount {
                account: account.to_owned(),
                ..StoredAccount::default()
            };
            store.record_account(&row).await.expect("an account");
            for number in 0..10 {
                let message = message(&format!("{account}-{number}"), "hello");
                store.journal(account, &[message], NOW).await.expect("journaled");
            }
            let undecided = store.undecided(account, &[], 100).await.expect("rows");
            for row in undecided.iter().take(9) {
                let decision = if row.seq % 3 == 0 {
                    held(row.seq, "pairing_required", 11)
                } else {
                    admit(row.seq)
                };
                store.decide(account, &[decision], NOW).await.expect("decided");
            }
        }
        (dir, store)
    }

    #[tokio::test]
    async fn pages_hold_each_verdict_once_newest_first() {
        let (_dir, store) = journaled().await;
        let mut found: Vec<i64> = Vec::new();
        loop {
            let filter = VerdictFilter {
                before: found.last().copied(),
                limit: 4,
                ..VerdictFilter::default()
            };
            let (rows, more) = store.verdicts(&filter).await.expect("verdicts");
            found.extend(rows.iter().map(|row| row.seq));
            if !more {
                break;
            }
            assert_eq!(rows.len(), 4);
        }
        let all: Vec<i64> = (1..=9).chain(11..=19).rev().collect();
        assert_eq!(found, all, "what is undecided is not among them");
    }

    #[tokio::test]
    async fn verdicts_are_chosen_by_account_outcome_and_reason() {
        let (_dir, store) = journaled().await;
        let of = async |account: Option<&str>, outcome: Option<&str>, reason: Option<&str>| {
            let filter = VerdictFilter {
                account: account.map(str::to_owned),
                outcome: outcome.map(str::to_owned),
                reason: reason.map(str::to_owned),
                before: None,
                limit: 100,
            };
            let (rows, more) = store.verdicts(&filter).await.expect("verdicts");
            assert!(!more);
            rows.iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        assert_eq!(of(Some("work"), None, None).await.len(), 9);
        assert_eq!(of(None, Some("hold"), None).await, [18, 15, 12, 9, 6, 3]);
        assert_eq!(of(Some("work"), Some("hold"), None).await, [18, 15, 12]);
        assert_eq!(of(Some(ACCOUNT), None, Some("pairing_required")).await, [9, 6, 3]);
        assert!(of(None, Some("drop"), None).await.is_empty());
        assert!(of(Some("nobody"), None, None).await.is_empty());
    }
}
