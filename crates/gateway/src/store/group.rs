//! What the owner chose for groups.

use anyhow::Result;
use fased_policy::access::Activation;

use super::Store;

impl Store {
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
        let mut turn = self.write.turn().await?;
        match activation {
            Some(activation) => {
                sqlx::query(
                    "INSERT INTO group_activation (account, chat, activation, set_ms) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (account, chat) DO UPDATE SET activation = ?3, set_ms = ?4",
                )
                .bind(account)
                .bind(group)
                .bind(activation.as_str())
                .bind(now_ms)
                .execute(&mut *turn)
                .await?
            }
            None => {
                sqlx::query("DELETE FROM group_activation WHERE account = ? AND chat = ?")
                    .bind(account)
                    .bind(group)
                    .execute(&mut *turn)
                    .await?
            }
        };
        Ok(())
    }
}
