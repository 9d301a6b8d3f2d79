//! Who wrote to an account, and when it may write to those who did not.

use anyhow::Result;
use fased_policy::ids::{Identity, Lid, Phone};

use super::Store;

impl Store {
    /// Did this person ever write to the account, alone with it?
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn wrote(&self, account: &str, person: &Identity) -> Result<bool> {
        let mut addresses: Vec<String> = person.phones().map(Phone::to_jid).collect();
        addresses.extend(person.lid.as_ref().map(Lid::to_jid));
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM inbox WHERE account = ?1 AND NOT from_me
                 AND chat IN (SELECT value FROM json_each(?2)) LIMIT 1",
        )
        .bind(account)
        .bind(serde_json::to_string(&addresses)?)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?;
        Ok(found.is_some())
    }

    /// Has anybody written in a chat after this message?
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn has_newer(&self, account: &str, chat: &str, seq: i64) -> Result<bool> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM inbox WHERE account = ? AND chat = ? AND seq > ? AND NOT from_me
                 AND content NOT IN ('reaction', 'edit', 'delete', 'poll_vote', 'other', 'undecryptable') LIMIT 1",
        )
        .bind(account)
        .bind(chat)
        .bind(seq)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?;
        Ok(found.is_some())
    }

    /// Until when the account may not write to people who never wrote to it; `None` when it may.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn timelock(&self, account: &str, now_ms: i64) -> Result<Option<i64>> {
        Ok(
            sqlx::query_scalar("SELECT until_ms FROM timelock WHERE account = ? AND until_ms > ?")
                .bind(account)
                .bind(now_ms)
                .fetch_optional(&mut *self.read.turn().await?)
                .await?,
        )
    }

    /// Keeps until when that is, or that it is no longer so. What waits for it waits as long. Returns whether the
    /// account was free before and is not now.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn set_timelock(&self, account: &str, until_ms: Option<i64>, now_ms: i64) -> Result<bool> {
        let mut turn = self.write.turn().await?;
        let mut tx = sqlx::Connection::begin(&mut *turn).await?;
        let before: Option<i64> =
            sqlx::query_scalar("SELECT until_ms FROM timelock WHERE account = ? AND until_ms > ?")
                .bind(account)
                .bind(now_ms)
                .fetch_optional(&mut *tx)
                .await?;
        match until_ms {
            Some(until_ms) => {
                sqlx::query(
                    "INSERT INTO timelock (account, until_ms) VALUES (?1, ?2)
                     ON CONFLICT (account) DO UPDATE SET until_ms = ?2",
                )
                .bind(account)
                .bind(until_ms)
                .execute(&mut *tx)
                .await?;
            }
            None => {
                sqlx::query("DELETE FROM timelock WHERE account = ?")
                    .bind(account)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        // Those that wait for the end of the lock are marked with exactly that moment.
        if let Some(before) = before {
            sqlx::query(
                "UPDATE outbox SET not_before_ms = ? WHERE account = ? AND state = 'queued' AND not_before_ms = ?",
            )
            .bind(until_ms.unwrap_or(now_ms))
            .bind(account)
            .bind(before)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(before.is_none() && until_ms.is_some())
    }
}
