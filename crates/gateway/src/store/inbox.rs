//! The journal: commit first, receipt second, one verdict each.

use anyhow::Result;
use fased_policy::ids::{Identity, Lid, Phone};
use sqlx::{Connection as _, SqliteConnection};

use super::{Store, account};
pub(super) use insert::take_back;
use insert::{count_again, fill_in, insert};
pub use target::Target;

mod insert;
mod late;
mod lookup;
mod target;

/// A message to journal. Addresses are without device part.
#[derive(Debug, Clone)]
pub struct Journaled {
    /// The chat.
    pub chat: String,
    /// Who wrote it.
    pub sender: String,
    /// Chosen by the sender.
    pub message_id: String,
    /// The chat's other address.
    pub chat_alt: Option<String>,
    /// The sender's other address.
    pub sender_alt: Option<String>,
    /// Written by this account itself.
    pub from_me: bool,
    /// Name that the sender chose for themselves.
    pub push_name: Option<String>,
    /// When it was sent, Unix seconds.
    pub timestamp_s: i64,
    /// Kind of content; [`Journaled::UNDECRYPTABLE`] while only a placeholder.
    pub content: String,
    /// The protobuf field that held it.
    pub raw_kind: String,
    /// Text or caption.
    pub text: Option<String>,
    /// Mentioned addresses, as a JSON list.
    pub mentions: String,
    /// Id of the quoted message.
    pub quoted_id: Option<String>,
    /// Writer of the quoted message.
    pub quoted_sender: Option<String>,
    /// What the quoted message said.
    pub quoted_text: Option<String>,
    /// What else it holds, a `Detail` as JSON.
    pub detail: Option<String>,
    /// Where its file is, a `MediaRef` as JSON.
    pub media: Option<String>,
    /// What the event says about who is who.
    pub learned: Option<(Lid, Phone)>,
}

impl Journaled {
    /// Content of a message that could not be decrypted (yet).
    pub const UNDECRYPTABLE: &str = "undecryptable";
}

/// A journaled message, as read back.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredMessage {
    /// Its place in the journal.
    pub seq: i64,
    /// Account id.
    pub account: String,
    /// The chat.
    pub chat: String,
    /// Who wrote it.
    pub sender: String,
    /// Its id.
    pub message_id: String,
    /// The chat's other address.
    pub chat_alt: Option<String>,
    /// The sender's other address.
    pub sender_alt: Option<String>,
    /// Written by this account itself.
    pub from_me: bool,
    /// Name that the sender chose for themselves.
    pub push_name: Option<String>,
    /// When it was sent, Unix seconds.
    pub timestamp_s: i64,
    /// Kind of content.
    pub content: String,
    /// The protobuf field that held it.
    pub raw_kind: String,
    /// Text or caption.
    pub text: Option<String>,
    /// Mentioned addresses, as a JSON list.
    pub mentions: String,
    /// Id of the quoted message.
    pub quoted_id: Option<String>,
    /// Writer of the quoted message.
    pub quoted_sender: Option<String>,
    /// What the quoted message said.
    pub quoted_text: Option<String>,
    /// What else it holds, a `Detail` as JSON.
    pub detail: Option<String>,
    /// Where its file is, a `MediaRef` as JSON.
    pub media: Option<String>,
    /// When it was committed.
    pub recorded_ms: i64,
    /// The verdict, once given.
    pub outcome: Option<String>,
    /// Its reason.
    pub reason: Option<String>,
    /// The row of the rule table that decided.
    pub rule: Option<i64>,
}

impl StoredMessage {
    /// Who wrote it, as far as it tells itself.
    #[must_use]
    pub fn written_by(&self) -> Identity {
        Identity::from_jids(&self.sender, self.sender_alt.as_deref())
    }

    /// The mentioned addresses.
    #[must_use]
    pub fn mentions(&self) -> Vec<String> {
        serde_json::from_str(&self.mentions).unwrap_or_default()
    }
}

impl Store {
    /// Commits a batch of messages. A message that is there already is counted, not added; a
    /// placeholder is filled in by the resend that carries its content.
    /// Returns the messages that are new (or newly filled in).
    ///
    /// # Errors
    /// What SQLite said; then nothing of the batch is committed and nothing may be acknowledged.
    pub async fn journal(&self, account: &str, batch: &[Journaled], now_ms: i64) -> Result<Vec<usize>> {
        let mut turn = self.write.turn().await?;
        // The usual case, a single new message, is one statement and so its own transaction: each
        // further statement is a trip to SQLite's thread while a sidecar waits for the ack.
        if let [message] = batch
            && message.learned.is_none()
            && insert(&mut turn, account, message, now_ms).await?
        {
            return Ok(vec![0]);
        }
        let mut tx = turn.begin().await?;
        let (fresh, news) = record(&mut tx, account, batch, now_ms).await?;
        tx.commit().await?;
        self.count_news(news);
        Ok(fresh)
    }

    /// The oldest messages without a verdict, but for those under these addresses of chats: however many of them wait,
    /// what others write is found.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn undecided(&self, account: &str, but: &[String], limit: i64) -> Result<Vec<StoredMessage>> {
        Ok(sqlx::query_as(
            "SELECT * FROM inbox WHERE account = ?1 AND outcome IS NULL
                 AND chat NOT IN (SELECT value FROM json_each(?2))
                 AND (chat_alt IS NULL OR chat_alt NOT IN (SELECT value FROM json_each(?2)))
             ORDER BY seq LIMIT ?3",
        )
        .bind(account)
        .bind(serde_json::to_string(but)?)
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }
}

/// The same as part of a greater change. Returns also whether something was learned of people.
pub(super) async fn record(
    tx: &mut SqliteConnection,
    account: &str,
    batch: &[Journaled],
    now_ms: i64,
) -> Result<(Vec<usize>, bool)> {
    let mut fresh = Vec::with_capacity(batch.len());
    let mut news = false;
    for (index, message) in batch.iter().enumerate() {
        if let Some((lid, phone)) = &message.learned {
            news |= account::learn(tx, lid, phone, message.push_name.as_deref(), now_ms).await?;
        }
        if insert(tx, account, message, now_ms).await? || fill_in(tx, account, message).await? {
            fresh.push(index);
        } else {
            count_again(tx, account, message).await?;
        }
    }
    Ok((fresh, news))
}
