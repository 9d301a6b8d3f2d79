//! Messages that the owner has to be told of.

use anyhow::Result;
use sqlx::Connection as _;

use crate::store::Store;

impl Store {
    /// Messages that stayed unreadable since before `older_than_ms` and that the owner has not been
    /// told of: marks them as told, with the notice, and returns how many they are.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn notice_unreadable(&self, account: &str, older_than_ms: i64, now_ms: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let marked = sqlx::query(
            "UPDATE inbox SET noticed_ms = ?1 WHERE account = ?2 AND content = 'undecryptable'
                 AND noticed_ms IS NULL AND outcome = 'hold' AND recorded_ms < ?3",
        )
        .bind(now_ms)
        .bind(account)
        .bind(older_than_ms)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if marked > 0 {
            sqlx::query("INSERT INTO notice (at_ms, account, kind, text) VALUES (?, ?, 'unreadable', ?)")
                .bind(now_ms)
                .bind(account)
                .bind(format!(
                    "{marked} messages could not be decrypted and were not sent again; ask for them"
                ))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(marked)
    }

    /// Messages that came too late to be answered and that the owner has not been told of: once nothing more
    /// of that kind has come since `quiet_ms`, or the first has waited since `waited_ms`, marks them as
    /// told, with one notice.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn notice_stale(
        &self,
        account: &str,
        quiet_ms: i64,
        waited_ms: i64,
        now_ms: i64,
    ) -> Result<u64> {
        let waiting: (i64, Option<i64>, Option<i64>) = sqlx::query_as(
            "SELECT COUNT(*), MIN(decided_ms), MAX(decided_ms) FROM inbox
             WHERE account = ? AND outcome = 'stale' AND noticed_ms IS NULL",
        )
        .bind(account)
        .fetch_one(&mut *self.read.turn().await?)
        .await?;
        let (_, Some(first), Some(last)) = waiting else {
            return Ok(0);
        };
        if last > quiet_ms && first > waited_ms {
            return Ok(0);
        }
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let told = sqlx::query(
            "UPDATE inbox SET noticed_ms = ?1 WHERE account = ?2 AND outcome = 'stale' AND noticed_ms IS NULL",
        )
        .bind(now_ms)
        .bind(account)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        let messages = if told == 1 {
            "1 message"
        } else {
            &format!("{told} messages")
        };
        sqlx::query("INSERT INTO notice (at_ms, account, kind, text) VALUES (?, ?, 'backlog', ?)")
            .bind(now_ms)
            .bind(account)
            .bind(format!(
                "{messages} came too late to be answered (older than catchUp.maxAgeMinutes)"
            ))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(told)
    }
}
