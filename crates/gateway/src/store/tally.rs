//! How much came in, and what became of it; and counts that outlive a run of the gateway.

use anyhow::Result;
use fased_protocol::control::Count;

use super::Store;

/// Recipients asked for a message again, and there was nothing to send.
pub const RESEND_MISSED: &str = "resend_missed";
/// When the owner last heard of messages that were too old to be sent, Unix milliseconds.
pub(super) const EXPIRY_TOLD: &str = "expiry_told_ms";

impl Store {
    /// How many messages became what, as [`Store::tally_inbound`] counts.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn count_inbound(&self, account: &str) -> Result<Vec<Count>> {
        Ok(self.tally_inbound(account).await?.1)
    }

    /// How many deliveries there were, and how many messages became what. Repeated deliveries count
    /// as `duplicate`. One read, so that the counts add up to the deliveries at any instant.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn tally_inbound(&self, account: &str) -> Result<(u64, Vec<Count>)> {
        let mut rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT COALESCE(reason, 'undecided'), COUNT(*) FROM inbox WHERE account = ?1 GROUP BY 1
             UNION ALL
             SELECT 'duplicate', SUM(deliveries - 1) FROM inbox WHERE account = ?1 HAVING SUM(deliveries - 1) > 0
             UNION ALL
             SELECT '', SUM(deliveries) FROM inbox WHERE account = ?1 HAVING COUNT(*) > 0
             ORDER BY 1",
        )
        .bind(account)
        .fetch_all(&mut *self.counting().await?)
        .await?;
        let total = rows.iter().position(|(name, _)| name.is_empty());
        let received = total.map_or(0, |at| rows.remove(at).1);
        Ok((u64::try_from(received).unwrap_or(0), super::counts(rows)))
    }

    /// Counts one more of something.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn count_one(&self, account: &str, name: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO tally (account, name, value) VALUES (?, ?, 1)
             ON CONFLICT (account, name) DO UPDATE SET value = value + 1",
        )
        .bind(account)
        .bind(name)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }
}
