//! What waits for a person: messages that failed lately, and Tasks that keep failing. And the books on it, kept short.

use anyhow::Result;

use super::Store;

/// Rows that one step removes, so that others get their turn.
const STEP: i64 = 500;

/// A Task that keeps failing.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FailingTask {
    /// Its id.
    pub id: String,
    /// Account id.
    pub account: String,
    /// Failures since the last success.
    pub failures: i64,
}

impl Store {
    /// How many messages of an account failed or grew too old since then, and were not sent once more.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn failed_since(&self, account: &str, since_ms: i64) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM outbox
             WHERE account = ? AND state IN ('failed', 'expired') AND updated_ms >= ? AND retried_as IS NULL",
        )
        .bind(account)
        .bind(since_ms)
        .fetch_one(&mut *self.read.turn().await?)
        .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Active Tasks whose last runs failed, the worst first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn failing_tasks(&self, limit: i64) -> Result<Vec<FailingTask>> {
        Ok(sqlx::query_as(
            "SELECT id, account, failures FROM task WHERE state = 'active' AND failures > 0
             ORDER BY failures DESC, id LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// When the last message of somebody came in, Unix milliseconds. It looks at the newest messages of all accounts
    /// only, so that it takes the same time in any store; none where the account had no part in those.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn last_inbound(&self, account: &str) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT recorded_ms FROM inbox WHERE seq > (SELECT MAX(seq) FROM inbox) - 2000
                 AND +account = ? AND NOT from_me ORDER BY seq DESC LIMIT 1",
        )
        .bind(account)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// When a message first went out that WhatsApp has taken since, the newest such, Unix milliseconds.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn last_outbound(&self, account: &str) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT first_sent_ms FROM outbox WHERE account = ? AND first_sent_ms IS NOT NULL
                 AND state IN ('server_ack', 'delivered', 'read', 'played') ORDER BY first_sent_ms DESC LIMIT 1",
        )
        .bind(account)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// Removes some of the notices and of the states that accounts went through: those from before that time, and the
    /// oldest where there are more than `most` of a kind. Returns whether there may be more to remove.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn forget_told(&self, before_ms: i64, most: i64) -> Result<bool> {
        let mut more = false;
        for remove in [
            "DELETE FROM account_event WHERE id IN (SELECT id FROM account_event ORDER BY id LIMIT ?3)
                 AND (at_ms < ?1 OR id <= (SELECT id FROM account_event ORDER BY id DESC LIMIT 1 OFFSET ?2))",
            "DELETE FROM notice WHERE id IN (SELECT id FROM notice ORDER BY id LIMIT ?3)
                 AND (at_ms < ?1 OR id <= (SELECT id FROM notice ORDER BY id DESC LIMIT 1 OFFSET ?2))",
        ] {
            let removed = sqlx::query(remove)
                .bind(before_ms)
                .bind(most)
                .bind(STEP)
                .execute(&mut *self.write.turn().await?)
                .await?;
            more |= removed.rows_affected() > 0;
        }
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::store;

    #[tokio::test]
    async fn the_books_on_accounts_stay_short_and_keep_the_newest() {
        let (_dir, store) = store().await;
        for at in 0..1_210 {
            store.add_account_event("a", "ready", "It is.", at).await.unwrap();
        }
        for at in [5, 1_000, 1_001] {
            store
                .add_notice_of("note", "a", &format!("note {at}"), at)
                .await
                .unwrap();
        }
        while store.forget_told(10, 100).await.unwrap() {}
        let left: Vec<i64> = sqlx::query_scalar("SELECT at_ms FROM account_event ORDER BY id")
            .fetch_all(&mut *store.read.turn().await.unwrap())
            .await
            .unwrap();
        assert_eq!(left, (1_110..1_210).collect::<Vec<_>>());
        let notices = store.notices(10).await.unwrap();
        let told: Vec<i64> = notices.iter().map(|notice| notice.at_ms).collect();
        assert_eq!(told, [1_001, 1_000], "only the one from before is gone");
    }

    #[tokio::test]
    async fn nothing_came_in_or_went_out_of_an_empty_store() {
        let (_dir, store) = store().await;
        assert_eq!(store.last_inbound("a").await.unwrap(), None);
        assert_eq!(store.last_outbound("a").await.unwrap(), None);
        assert_eq!(store.failed_since("a", 0).await.unwrap(), 0);
        assert_eq!(store.failing_tasks(5).await.unwrap(), []);
        assert!(!store.forget_told(10, 100).await.unwrap());
    }
}
