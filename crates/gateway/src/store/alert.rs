//! Notices on their way to whoever is told outside of WhatsApp.
//!
//! An alert is made of the notices that are told together, and keeps its id and its content from before the first try until
//! somebody took it, over restarts too.

use std::sync::Arc;

use anyhow::Result;
use fased_policy::alerting::{Told, Waiting};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnection, SqliteOperation};
use tokio::sync::Notify;

use super::Store;

/// Alerts that were taken.
pub const TOLD: &str = "alerts_told";
/// Tries that failed.
pub const FAILED: &str = "alerts_failed";
/// Notices that could not be told in time.
pub const GIVEN_UP: &str = "alerts_given_up";
/// Notices of one series of an account that one look takes up; more wait for the next, and keep nothing of others waiting.
const LOOK: i64 = 100;

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The same in every try.
    pub id: String,
    /// Account id.
    pub account: String,
    /// The kind of the newest notice.
    pub kind: String,
    /// What the newest notice says, for people.
    pub text: String,
    /// When that was, Unix milliseconds.
    pub at_ms: i64,
    /// How many earlier notices of the same series it stands for.
    pub more: u64,
    /// Tries that failed.
    pub attempts: u32,
    /// When the oldest of its notices was made, Unix milliseconds.
    pub first_ms: i64,
}

/// Rings whenever a notice is written, wherever that is done. It rings before that is committed, so whoever is woken
/// has to wait for a turn to write.
pub(super) async fn ring(connection: &mut SqliteConnection, bell: &Arc<Notify>) -> Result<()> {
    let rings = Arc::clone(bell);
    let mut handle = connection.lock_handle().await?;
    handle.set_update_hook(move |change| {
        if change.table == "notice" && change.operation == SqliteOperation::Insert {
            rings.notify_one();
        }
    });
    Ok(())
}

impl Store {
    /// The alert that was begun and not taken yet; the oldest if there are several.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn open_alert(&self) -> Result<Option<Alert>> {
        let mut turn = self.write.turn().await?;
        let begun: Option<String> = sqlx::query_scalar(
            "SELECT alert_id FROM notice WHERE alerted_ms IS NULL AND alert_id IS NOT NULL ORDER BY id LIMIT 1",
        )
        .fetch_optional(&mut *turn)
        .await?;
        let Some(id) = begun else { return Ok(None) };
        let rows: Vec<(i64, String, String, String, u32)> = sqlx::query_as(
            "SELECT at_ms, account, kind, text, alert_attempts FROM notice
             WHERE alert_id = ? AND alerted_ms IS NULL ORDER BY id DESC",
        )
        .bind(&id)
        .fetch_all(&mut *turn)
        .await?;
        let first_ms = rows.last().map_or(0, |row| row.0);
        let more = rows.len().saturating_sub(1) as u64;
        Ok(rows
            .into_iter()
            .next()
            .map(|(at_ms, account, kind, text, attempts)| Alert {
                id,
                account,
                kind,
                text,
                at_ms,
                more,
                attempts,
                first_ms,
            }))
    }

    /// Notices that belong to no alert yet, oldest first, and when each series was last told since a moment.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn untold(&self, since_ms: i64) -> Result<(Vec<Waiting>, Vec<Told>)> {
        // A turn to write, because only then is what rang committed.
        let mut turn = self.write.turn().await?;
        let waiting: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT id, account, kind FROM
                 (SELECT id, account, kind, ROW_NUMBER() OVER (PARTITION BY account,
                     CASE WHEN kind IN ('recovered', 'breaker', 'storage') THEN 'state' ELSE kind END ORDER BY id) AS nth
                  FROM notice WHERE alerted_ms IS NULL AND alert_id IS NULL)
             WHERE nth <= ? ORDER BY id",
        )
        .bind(LOOK)
        .fetch_all(&mut *turn)
        .await?;
        if waiting.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let told: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT account, kind, MAX(alerted_ms) FROM notice
             WHERE alerted_ms > ? AND alert_id IS NOT NULL GROUP BY account, kind",
        )
        .bind(since_ms)
        .fetch_all(&mut *turn)
        .await?;
        let waiting = waiting
            .into_iter()
            .map(|(id, account, kind)| Waiting { id, account, kind });
        let told = told
            .into_iter()
            .map(|(account, kind, at_ms)| Told { account, kind, at_ms });
        Ok((waiting.collect(), told.collect()))
    }

    /// Makes an alert of these notices.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn begin_alert(&self, notices: &[i64], id: &str) -> Result<()> {
        sqlx::query(
            "UPDATE notice SET alert_id = ? WHERE alerted_ms IS NULL AND alert_id IS NULL
                 AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(id)
        .bind(serde_json::to_string(notices)?)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// Somebody took an alert.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn alert_told(&self, id: &str, now_ms: i64) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        sqlx::query("UPDATE notice SET alerted_ms = ? WHERE alert_id = ? AND alerted_ms IS NULL")
            .bind(now_ms)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tally(&mut tx, TOLD, 1).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A try failed.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn alert_failed(&self, id: &str) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        sqlx::query(
            "UPDATE notice SET alert_attempts = alert_attempts + 1 WHERE alert_id = ? AND alerted_ms IS NULL",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?;
        tally(&mut tx, FAILED, 1).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives up what is older than this, and leaves a notice of it that is not told outside in its turn, for that is what
    /// does not work. Returns how many notices that were.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn give_up_alerts(&self, before_ms: i64, now_ms: i64) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let tried: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE alerted_ms IS NULL AND at_ms < ? AND alert_id IS NOT NULL)",
        )
        .bind(before_ms)
        .fetch_one(&mut *tx)
        .await?;
        // An alert is given up as a whole, or it would say something else from one try to the next.
        let given_up = sqlx::query(
            "UPDATE notice SET alerted_ms = 0 WHERE alerted_ms IS NULL AND (at_ms < ?1 OR alert_id IN
                 (SELECT alert_id FROM notice WHERE alerted_ms IS NULL AND at_ms < ?1))",
        )
        .bind(before_ms)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        // What nobody tried to tell is from before there was anybody to tell.
        let given_up = if tried { given_up } else { 0 };
        if given_up > 0 {
            let many = i64::try_from(given_up).unwrap_or(i64::MAX);
            tally(&mut tx, GIVEN_UP, many).await?;
            sqlx::query(
                "INSERT INTO notice (at_ms, account, kind, text, alerted_ms) VALUES (?1, '', 'note', ?2, 0)",
            )
            .bind(now_ms)
            .bind(format!(
                "{given_up} alerts could not be told within a day and were given up. Next: fased alerts test"
            ))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(given_up)
    }

    /// Settles notices of kinds that nobody wants to be told.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn skip_alerts(&self, notices: &[i64]) -> Result<()> {
        sqlx::query(
            "UPDATE notice SET alerted_ms = 0 WHERE alerted_ms IS NULL AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(serde_json::to_string(notices)?)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// Notes that an account is ready again, if the last that was noted of it is that it was not.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn notice_recovered(&self, account: &str, now_ms: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO notice (at_ms, account, kind, text)
             SELECT ?2, ?1, 'recovered', 'The account is ready again; messages flow both ways.'
             WHERE (SELECT kind FROM notice WHERE account = ?1 AND kind IN ('state', 'breaker', 'storage', 'recovered')
                 ORDER BY id DESC LIMIT 1) <> 'recovered'",
        )
        .bind(account)
        .bind(now_ms)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }
}

async fn tally(tx: &mut SqliteConnection, name: &str, many: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO tally (account, name, value) VALUES ('', ?1, ?2)
         ON CONFLICT (account, name) DO UPDATE SET value = value + ?2",
    )
    .bind(name)
    .bind(many)
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
