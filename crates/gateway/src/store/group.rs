//! What the owner chose for groups.

use anyhow::Result;
use fased_policy::access::Activation;

use sqlx::SqliteConnection;

use super::Store;

/// A group of which there are messages, or for which something was chosen.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GroupRow {
    /// Account id.
    pub account: String,
    /// The group's address.
    pub chat: String,
    /// Messages in the journal.
    pub messages: i64,
    /// When the last was recorded.
    pub last_ms: Option<i64>,
    /// Messages that wait for a run to read them.
    pub context: i64,
    /// What the owner chose.
    pub activation: Option<String>,
}

impl Store {
    /// Groups that were seen or chosen for, by account and address.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn groups(&self, account: Option<&str>) -> Result<Vec<GroupRow>> {
        Ok(sqlx::query_as(
            "WITH seen AS (
                 SELECT account, chat, COUNT(*) AS messages, MAX(recorded_ms) AS last_ms,
                     SUM(outcome IS 'context' AND context_run IS NULL AND reason IS NOT 'about_message') AS context
                 FROM inbox WHERE chat LIKE '%@g.us' AND (?1 IS NULL OR account = ?1) GROUP BY account, chat
                 UNION ALL
                 SELECT account, chat, 0, NULL, 0 FROM group_activation WHERE ?1 IS NULL OR account = ?1
             )
             SELECT account, chat, SUM(messages) AS messages, MAX(last_ms) AS last_ms, SUM(context) AS context,
                 (SELECT activation FROM group_activation AS chosen
                  WHERE chosen.account = seen.account AND chosen.chat = seen.chat) AS activation
             FROM seen GROUP BY account, chat ORDER BY account, chat",
        )
        .bind(account)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// What the owner chose for a group.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn activation(&self, account: &str, group: &str) -> Result<Option<Activation>> {
        let chosen: Option<String> =
            sqlx::query_scalar("SELECT activation FROM group_activation WHERE account = ? AND chat = ?")
                .bind(account)
                .bind(group)
                .fetch_optional(&mut *self.read.turn().await?)
                .await?;
        Ok(chosen.as_deref().and_then(Activation::parse))
    }

    /// Keeps what the owner chooses for a group; `None` goes back to the config.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn set_activation(
        &self,
        account: &str,
        group: &str,
        activation: Option<Activation>,
        now_ms: i64,
    ) -> Result<()> {
        set_activation(&mut *self.write.turn().await?, account, group, activation, now_ms).await
    }
}

/// The same as part of a greater change.
pub(super) async fn set_activation(
    connection: &mut SqliteConnection,
    account: &str,
    group: &str,
    activation: Option<Activation>,
    now_ms: i64,
) -> Result<()> {
    let query = match activation {
        Some(activation) => sqlx::query(
            "INSERT INTO group_activation (account, chat, activation, set_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (account, chat) DO UPDATE SET activation = ?3, set_ms = ?4",
        )
        .bind(account)
        .bind(group)
        .bind(activation.as_str())
        .bind(now_ms),
        None => sqlx::query("DELETE FROM group_activation WHERE account = ? AND chat = ?")
            .bind(account)
            .bind(group),
    };
    query.execute(connection).await?;
    Ok(())
}
