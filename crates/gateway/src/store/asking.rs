//! What has to be known of pairing requests while verdicts are given; asked for each unknown sender, so it
//! costs the same with three requests and with a thousand.

use anyhow::Result;
use fased_policy::ids::{Identity, Lid, Phone};

use super::{PairingRow, Store};

/// Unexpired requests of one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// With a code.
    pub with_code: usize,
    /// Listed without one.
    pub without_code: usize,
}

impl Store {
    /// A sender's own request, if it has not ended.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn pairing_of(
        &self,
        account: &str,
        sender: &Identity,
        now_ms: i64,
    ) -> Result<Option<PairingRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM pairing_request
             WHERE account = ?1 AND (lid = ?2 OR phone = ?3) AND expires_ms > ?4
             ORDER BY code IS NULL, id DESC LIMIT 1",
        )
        .bind(account)
        .bind(sender.lid.as_ref().map(Lid::to_string))
        .bind(sender.phone.as_ref().map(Phone::to_string))
        .bind(now_ms)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// How many wait.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn waiting(&self, account: &str, now_ms: i64) -> Result<Waiting> {
        let (all, with_code): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COUNT(code) FROM pairing_request WHERE account = ? AND expires_ms > ?",
        )
        .bind(account)
        .bind(now_ms)
        .fetch_one(&mut *self.read.turn().await?)
        .await?;
        let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Waiting {
            with_code: count(with_code),
            without_code: count(all - with_code),
        })
    }
}
