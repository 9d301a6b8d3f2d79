//! The journal: commit first, receipt second, one verdict each.

use anyhow::Result;
use fased_policy::ids::{AllowEntry, Identity, Lid, Phone};
use fased_protocol::private::short_hash;

use sqlx::Connection as _;

use super::{Store, account};

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
        let mut fresh = Vec::with_capacity(batch.len());
        let mut news = false;
        for (index, message) in batch.iter().enumerate() {
            if let Some((lid, phone)) = &message.learned {
                news |= account::learn(&mut tx, lid, phone, message.push_name.as_deref(), now_ms).await?;
            }
            if insert(&mut tx, account, message, now_ms).await? || fill_in(&mut tx, account, message).await? {
                fresh.push(index);
            } else {
                count_again(&mut tx, account, message).await?;
            }
        }
        tx.commit().await?;
        self.count_news(news);
        Ok(fresh)
    }

    /// The oldest messages without a verdict.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn undecided(&self, account: &str, limit: i64) -> Result<Vec<StoredMessage>> {
        Ok(
            sqlx::query_as("SELECT * FROM inbox WHERE account = ? AND outcome IS NULL ORDER BY seq LIMIT ?")
                .bind(account)
                .bind(limit)
                .fetch_all(&mut *self.read.turn().await?)
                .await?,
        )
    }

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
            sqlx::query("INSERT INTO notice (at_ms, account, text) VALUES (?, ?, ?)")
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
        sqlx::query("INSERT INTO notice (at_ms, account, text) VALUES (?, ?, ?)")
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

    /// The id of the message that a person means: the last one of a sender, named by number or hidden id, or
    /// the one that the log calls by these six digits. Nothing for anything else.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn message_meant(&self, text: &str) -> Result<Option<String>> {
        let mut sender = match AllowEntry::parse(text) {
            Ok(AllowEntry::Phone(phone)) if text.contains('+') => Identity::from(phone),
            Ok(AllowEntry::Lid(lid)) => Identity::from(lid),
            Ok(AllowEntry::Phone(_) | AllowEntry::Anyone) | Err(_) => return self.message_in_log(text).await,
        };
        self.complete(&mut sender).await?;
        let phones = sender.phones().map(Phone::to_jid);
        let addresses: Vec<String> = phones.chain(sender.lid.as_ref().map(Lid::to_jid)).collect();
        Ok(sqlx::query_scalar(
            "SELECT message_id FROM inbox WHERE sender IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT 1",
        )
        .bind(serde_json::to_string(&addresses)?)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    async fn message_in_log(&self, text: &str) -> Result<Option<String>> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let recent: Vec<String> =
            sqlx::query_scalar("SELECT message_id FROM inbox ORDER BY seq DESC LIMIT 10000")
                .fetch_all(&mut *self.read.turn().await?)
                .await?;
        Ok(recent.into_iter().find(|id| short_hash(id) == text))
    }

    /// Messages with this id, in any account.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn messages_by_id(&self, message_id: &str) -> Result<Vec<StoredMessage>> {
        Ok(
            sqlx::query_as("SELECT * FROM inbox WHERE message_id = ? ORDER BY seq")
                .bind(message_id)
                .fetch_all(&mut *self.read.turn().await?)
                .await?,
        )
    }
}

/// Adds a message; `false` when it is there already.
async fn insert(
    connection: &mut sqlx::SqliteConnection,
    account: &str,
    message: &Journaled,
    now_ms: i64,
) -> Result<bool> {
    let query = sqlx::query(
        "INSERT INTO inbox (account, chat, sender, message_id, chat_alt, sender_alt, from_me, push_name,
             timestamp_s, content, raw_kind, text, mentions, quoted_id, quoted_sender, quoted_text, detail, media,
             recorded_ms, outcome, reason, rule)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
             CASE ?10 WHEN 'undecryptable' THEN 'hold' END,
             CASE ?10 WHEN 'undecryptable' THEN 'undecryptable' END,
             CASE ?10 WHEN 'undecryptable' THEN 0 END)
         ON CONFLICT (account, chat, sender, message_id) DO NOTHING",
    );
    let done = bind(query, account, message)
        .bind(now_ms)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a placeholder its content; `false` when there is none that waits for it.
async fn fill_in(
    connection: &mut sqlx::SqliteConnection,
    account: &str,
    message: &Journaled,
) -> Result<bool> {
    let query = sqlx::query(
        "UPDATE inbox SET chat_alt = ?5, sender_alt = ?6, from_me = ?7, push_name = ?8, timestamp_s = ?9,
             content = ?10, raw_kind = ?11, text = ?12, mentions = ?13, quoted_id = ?14,
             quoted_sender = ?15, quoted_text = ?16, detail = ?17, media = ?18, outcome = NULL, reason = NULL, rule = NULL, deliveries = deliveries + 1
         WHERE account = ?1 AND chat = ?2 AND sender = ?3 AND message_id = ?4
             AND content = 'undecryptable' AND ?10 != 'undecryptable'",
    );
    let done = bind(query, account, message).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Counts one more delivery of a message that is there already.
async fn count_again(
    connection: &mut sqlx::SqliteConnection,
    account: &str,
    message: &Journaled,
) -> Result<()> {
    sqlx::query(
        "UPDATE inbox SET deliveries = deliveries + 1
         WHERE account = ? AND chat = ? AND sender = ? AND message_id = ?",
    )
    .bind(account)
    .bind(&message.chat)
    .bind(&message.sender)
    .bind(&message.message_id)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn take_back(connection: &mut sqlx::SqliteConnection, held: &[i64]) -> Result<()> {
    sqlx::query(
        "UPDATE inbox SET outcome = NULL, reason = NULL, rule = NULL
         WHERE outcome = 'hold' AND seq IN (SELECT value FROM json_each(?))",
    )
    .bind(serde_json::to_string(held)?)
    .execute(connection)
    .await?;
    Ok(())
}

type Query<'a> = sqlx::query::Query<'a, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn bind<'a>(query: Query<'a>, account: &'a str, message: &'a Journaled) -> Query<'a> {
    query
        .bind(account)
        .bind(&message.chat)
        .bind(&message.sender)
        .bind(&message.message_id)
        .bind(&message.chat_alt)
        .bind(&message.sender_alt)
        .bind(message.from_me)
        .bind(&message.push_name)
        .bind(message.timestamp_s)
        .bind(&message.content)
        .bind(&message.raw_kind)
        .bind(&message.text)
        .bind(&message.mentions)
        .bind(&message.quoted_id)
        .bind(&message.quoted_sender)
        .bind(&message.quoted_text)
        .bind(&message.detail)
        .bind(&message.media)
}
