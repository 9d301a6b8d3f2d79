//! What people do with the outbox: look, add, take back, send once more.

use anyhow::Result;
use fased_policy::delivery::SendState;
use fased_protocol::private::Private;
use fased_protocol::sidecar::Payload;
use sqlx::{Connection as _, QueryBuilder, Sqlite};

use super::draft::Draft;
use super::{Store, batch};
use crate::outbound::{mint_id, mint_secret};

/// A message of the outbox, for people.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OutboxEntry {
    /// Its place.
    pub id: i64,
    /// Account.
    pub account: String,
    /// The chat.
    pub chat: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// Why it is sent: `reply`, `message`, …
    pub purpose: String,
    /// The run that it comes from.
    pub run_id: Option<i64>,
    /// How far it came.
    pub state: String,
    /// How often it was written.
    pub attempts: i64,
    /// WhatsApp's error code, if it refused.
    pub error_code: Option<i64>,
    /// What went wrong, if something did.
    pub error: Option<String>,
    /// When it was queued.
    pub created_ms: i64,
    /// Not sent before this; 0 when it need not wait.
    pub not_before_ms: i64,
    /// Nor after this.
    pub expires_ms: i64,
    /// Last change.
    pub updated_ms: i64,
    /// What a person reads of it.
    pub text: String,
}

/// Which messages to list.
#[derive(Debug, Clone, Default)]
pub struct OutboxFilter {
    /// Of this account.
    pub account: Option<String>,
    /// In this state.
    pub state: Option<SendState>,
    /// To one of these addresses; an empty list means any.
    pub chats: Vec<String>,
    /// With one of these ids; an empty list means any.
    pub message_ids: Vec<String>,
    /// So many, the newest.
    pub limit: i64,
}

/// What became of a wish about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It was done. Of a retry: the id of the new message.
    Done(String),
    /// There is no such message.
    NotFound,
    /// It is in a state that does not allow it.
    Refused(SendState),
    /// It was sent once more before, under this id.
    Repeated(String),
    /// The file that it was to be made from is no longer kept.
    FileGone,
}

/// On whose wish messages are queued, and what that was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// The agent that has them sent by itself.
    pub agent: Option<String>,
    /// Of messages under a key: a digest of what is asked for.
    pub asked: Option<String>,
}

/// What became of messages that are to be queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// They are committed.
    Queued,
    /// Too many wait already, and nothing was committed.
    Full,
    /// Something is queued under their key already, and nothing was committed.
    Repeated,
}

impl Store {
    /// Commits messages in this order, all or none: none when `most` wait already, and of those under a key none when the
    /// first one's id is there.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn queue_messages(
        &self,
        account: &str,
        drafts: &[Draft],
        wish: &Wish,
        most: i64,
        now_ms: i64,
    ) -> Result<Taken> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let first = drafts.first().filter(|_| wish.asked.is_some());
        if let Some(first) = first {
            let there: Option<i64> =
                sqlx::query_scalar("SELECT 1 FROM outbox WHERE account = ? AND message_id = ?")
                    .bind(account)
                    .bind(&first.message_id)
                    .fetch_optional(&mut *tx)
                    .await?;
            if there.is_some() {
                return Ok(Taken::Repeated);
            }
        }
        // The second condition is word for word what the index says: without it everything that was ever sent is
        // looked at.
        let waiting: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM outbox WHERE account = ? AND state = 'queued'
                 AND state IN ('queued', 'sending', 'written', 'unknown')",
        )
        .bind(account)
        .fetch_one(&mut *tx)
        .await?;
        if waiting >= most {
            return Ok(Taken::Full);
        }
        let rows: Vec<_> = drafts.iter().map(|draft| (None, draft)).collect();
        batch::queue(&mut tx, account, &rows, now_ms).await?;
        if *wish != Wish::default() {
            let ids: Vec<&str> = drafts.iter().map(|draft| draft.message_id.as_str()).collect();
            sqlx::query(
                "UPDATE outbox SET asked = ?, by_agent = ?
                 WHERE account = ? AND message_id IN (SELECT value FROM json_each(?))",
            )
            .bind(&wish.asked)
            .bind(&wish.agent)
            .bind(account)
            .bind(serde_json::to_string(&ids)?)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(Taken::Queued)
    }

    /// Messages of the outbox, newest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn list_outbox(&self, filter: &OutboxFilter) -> Result<Vec<OutboxEntry>> {
        let mut list = QueryBuilder::<Sqlite>::new(
            "SELECT id, account, chat, message_id, purpose, run_id, state, attempts, error_code, error, created_ms,
                 MAX(not_before_ms, CASE WHEN first_contact AND state IN ('queued', 'unknown') THEN COALESCE(
                     (SELECT until_ms FROM timelock WHERE timelock.account = outbox.account), 0) ELSE 0 END)
                     AS not_before_ms,
                 expires_ms, updated_ms, text
             FROM outbox WHERE ",
        );
        // Who waits for messages asks for them by their ids, again and again; a condition that may be none at all
        // would keep SQLite from the index.
        if filter.message_ids.is_empty() {
            list.push("TRUE");
        } else {
            list.push("message_id IN (SELECT value FROM json_each(")
                .push_bind(serde_json::to_string(&filter.message_ids)?)
                .push("))");
        }
        // The plus signs keep the rows in the order of their ids, so that the newest are found first.
        if let Some(account) = &filter.account {
            list.push(" AND +account = ").push_bind(account);
        }
        if let Some(state) = filter.state {
            list.push(" AND +state = ").push_bind(state.as_str());
        }
        if !filter.chats.is_empty() {
            list.push(" AND +chat IN (SELECT value FROM json_each(")
                .push_bind(serde_json::to_string(&filter.chats)?)
                .push("))");
        }
        list.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
        Ok(list
            .build_query_as()
            .fetch_all(&mut *self.read.turn().await?)
            .await?)
    }

    /// Takes a message back that has certainly not left.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn cancel(&self, account: &str, message_id: &str, now_ms: i64) -> Result<Changed> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let Some(state) = state_of(&mut tx, account, message_id).await? else {
            return Ok(Changed::NotFound);
        };
        if state != SendState::Queued {
            return Ok(Changed::Refused(state));
        }
        sqlx::query(
            "UPDATE outbox SET state = 'cancelled', updated_ms = ?
             WHERE account = ? AND message_id = ? AND state = 'queued'",
        )
        .bind(now_ms)
        .bind(account)
        .bind(message_id)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Changed::Done(message_id.to_owned()))
    }

    /// Sends what failed, expired or was taken back once more, as a new message under a new id: what is final stays
    /// final, and nobody can get the old one twice. It has as much time as the first had. Done once: after that it is the
    /// new one that can be sent once more.
    ///
    /// # Errors
    /// What SQLite said, or that what is stored cannot be read.
    pub async fn retry(&self, account: &str, message_id: &str, now_ms: i64) -> Result<Changed> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let Some(state) = state_of(&mut tx, account, message_id).await? else {
            return Ok(Changed::NotFound);
        };
        if !matches!(
            state,
            SendState::Failed | SendState::Expired | SendState::Cancelled
        ) {
            return Ok(Changed::Refused(state));
        }
        let (payload, retried_as, file_gone): (Option<String>, Option<String>, bool) = sqlx::query_as(
            "SELECT payload, retried_as,
                 file IS NULL AND draft IS NOT NULL AND json_extract(draft, '$.upload') IS NOT NULL
             FROM outbox WHERE account = ? AND message_id = ?",
        )
        .bind(account)
        .bind(message_id)
        .fetch_one(&mut *tx)
        .await?;
        if let Some(new_id) = retried_as {
            return Ok(Changed::Repeated(new_id));
        }
        if file_gone {
            return Ok(Changed::FileGone);
        }
        let (new_id, secret) = (mint_id(), mint_secret());
        let payload = match payload {
            Some(json) => {
                let mut payload: Payload = serde_json::from_str(&json)?;
                payload.secret = Private(secret.clone());
                Some(serde_json::to_string(&payload)?)
            }
            None => None,
        };
        sqlx::query(
            "INSERT INTO outbox (account, chat, message_id, purpose, run_id, text, secret, state, created_ms,
                 expires_ms, updated_ms, payload, first_contact,
                 draft, file)
             SELECT account, chat, ?3, purpose, run_id, text, ?4, 'queued', ?5, ?5 + expires_ms - created_ms, ?5, ?6,
                 first_contact, draft, file
             FROM outbox WHERE account = ?1 AND message_id = ?2",
        )
        .bind(account)
        .bind(message_id)
        .bind(&new_id)
        .bind(&secret)
        .bind(now_ms)
        .bind(payload)
        .execute(&mut *tx)
        .await?;
        // The file belongs to the new message now.
        sqlx::query("UPDATE outbox SET file = NULL, retried_as = ? WHERE account = ? AND message_id = ?")
            .bind(&new_id)
            .bind(account)
            .bind(message_id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Changed::Done(new_id))
    }
}

async fn state_of(
    tx: &mut sqlx::SqliteConnection,
    account: &str,
    message_id: &str,
) -> Result<Option<SendState>> {
    let state: Option<String> =
        sqlx::query_scalar("SELECT state FROM outbox WHERE account = ? AND message_id = ?")
            .bind(account)
            .bind(message_id)
            .fetch_optional(tx)
            .await?;
    Ok(state.as_deref().and_then(SendState::parse))
}
