//! Pairing requests and approvals, per account.

use anyhow::Result;
use fased_policy::ids::{Identity, Lid, Phone};
use fased_protocol::control::{ApprovedInfo, PendingInfo};

use sqlx::{Connection as _, SqliteConnection};

use super::{Draft, Store, batch, inbox};

/// A pending request.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PairingRow {
    /// Its place in the store.
    pub id: i64,
    /// Account id.
    pub account: String,
    /// The sender's hidden id.
    pub lid: Option<String>,
    /// The sender's number.
    pub phone: Option<String>,
    /// Where an answer goes.
    pub chat: String,
    /// Name that the sender chose for themselves.
    pub name: Option<String>,
    /// The code; absent when too many waited.
    pub code: Option<String>,
    /// First asked.
    pub created_ms: i64,
    /// The code ends.
    pub expires_ms: i64,
    /// Last wrote.
    pub last_seen_ms: i64,
    /// When the text with the code was queued.
    pub text_sent_ms: Option<i64>,
}

impl PairingRow {
    /// Who asks.
    #[must_use]
    pub fn identity(&self) -> Identity {
        identity(self.lid.as_deref(), self.phone.as_deref())
    }

    /// As shown to the owner.
    #[must_use]
    pub fn into_info(self) -> PendingInfo {
        PendingInfo {
            sender: self.identity().label(),
            account: self.account,
            code: self.code,
            name: self.name,
            created_ms: self.created_ms,
            expires_ms: self.expires_ms,
            last_seen_ms: self.last_seen_ms,
        }
    }
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ApprovalRow {
    /// Its place in the store.
    pub id: i64,
    /// Account id.
    pub account: String,
    /// The sender's hidden id.
    pub lid: Option<String>,
    /// The sender's number.
    pub phone: Option<String>,
    /// Since when.
    pub approved_ms: i64,
}

impl ApprovalRow {
    /// Who is approved.
    #[must_use]
    pub fn identity(&self) -> Identity {
        identity(self.lid.as_deref(), self.phone.as_deref())
    }

    /// As shown to the owner.
    #[must_use]
    pub fn into_info(self) -> ApprovedInfo {
        ApprovedInfo {
            sender: self.identity().label(),
            account: self.account,
            lid: self.lid,
            phone: self.phone,
            approved_ms: self.approved_ms,
        }
    }
}

/// A held message, as far as it says who wrote it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HeldRow {
    seq: i64,
    /// Account id.
    pub account: String,
    chat: String,
    sender: String,
    sender_alt: Option<String>,
}

impl HeldRow {
    /// Who wrote it, by what the message itself says.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::from_jids(&self.sender, self.sender_alt.as_deref())
    }

    /// Where it was written, if that is a chat with its sender alone.
    #[must_use]
    pub fn direct_chat(&self) -> Option<&str> {
        let direct = !Identity::from_jids(&self.chat, None).is_empty();
        direct.then_some(self.chat.as_str())
    }
}

/// What happens to a sender's request.
#[derive(Debug, Clone)]
pub enum PairingChange {
    /// A new request.
    Add {
        /// Who asks.
        sender: Identity,
        /// Where an answer goes.
        chat: String,
        /// The name they chose.
        name: Option<String>,
        /// The code; absent when too many wait.
        code: Option<String>,
        /// When it ends.
        expires_ms: i64,
        /// The text with the code is queued together with this.
        text_sent: bool,
    },
    /// They wrote again.
    Seen {
        /// The request.
        id: i64,
        /// The text with the code is queued together with this.
        text_sent: bool,
    },
}

impl Store {
    /// Requests that have not ended, oldest first; of all accounts if none is named.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn pending_pairings(&self, account: Option<&str>, now_ms: i64) -> Result<Vec<PairingRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM pairing_request WHERE (?1 IS NULL OR account = ?1) AND expires_ms > ?2 ORDER BY id",
        )
        .bind(account)
        .bind(now_ms)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Identities approved for an account.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn approved(&self, account: &str) -> Result<Vec<Identity>> {
        let rows = self.approvals(Some(account)).await?;
        Ok(rows.iter().map(ApprovalRow::identity).collect())
    }

    /// Approvals, oldest first; of all accounts if none is named.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn approvals(&self, account: Option<&str>) -> Result<Vec<ApprovalRow>> {
        Ok(
            sqlx::query_as("SELECT * FROM pairing_approval WHERE (?1 IS NULL OR account = ?1) ORDER BY id")
                .bind(account)
                .fetch_all(&mut *self.read.turn().await?)
                .await?,
        )
    }

    /// Who wrote the messages that are held, oldest first; of all accounts if none is named.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn held_senders(&self, account: Option<&str>) -> Result<Vec<HeldRow>> {
        held(&mut *self.read.turn().await?, account).await
    }

    /// Approves a sender, ends what they asked for, and takes back the verdicts of their held
    /// messages, so that they are judged again; queues what they are told. One person is one
    /// approval, under all addresses that are known by now.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn approve(
        &self,
        account: &str,
        sender: &Identity,
        notice: Option<&Draft>,
        now_ms: i64,
    ) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        approve(&mut tx, account, sender, notice, now_ms).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes approvals back.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn revoke(&self, ids: &[i64]) -> Result<()> {
        delete_approvals(&mut *self.write.turn().await?, ids).await
    }

    /// Ends what somebody asked for without approval. They keep no code and get a new one only by
    /// writing again.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn deny(&self, request: &PairingRow) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        end_requests(&mut tx, &request.account, &request.identity()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How many pairing texts an account has queued since then.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn pairing_texts_since(&self, account: &str, since_ms: i64) -> Result<usize> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM outbox WHERE account = ? AND purpose = 'pairing' AND created_ms > ?",
        )
        .bind(account)
        .bind(since_ms)
        .fetch_one(&mut *self.read.turn().await?)
        .await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }
}

/// The same as part of a greater change.
pub(super) async fn approve(
    tx: &mut SqliteConnection,
    account: &str,
    sender: &Identity,
    notice: Option<&Draft>,
    now_ms: i64,
) -> Result<()> {
    let approvals: Vec<ApprovalRow> =
        sqlx::query_as("SELECT * FROM pairing_approval WHERE account = ? ORDER BY id")
            .bind(account)
            .fetch_all(&mut *tx)
            .await?;
    let (mut sender, mut since_ms) = (sender.clone(), now_ms);
    let mut replaced = Vec::new();
    for earlier in approvals {
        if earlier.identity().matches(&sender) {
            sender.merge(&earlier.identity());
            since_ms = since_ms.min(earlier.approved_ms);
            replaced.push(earlier.id);
        }
    }
    delete_approvals(tx, &replaced).await?;
    sqlx::query("INSERT INTO pairing_approval (account, lid, phone, approved_ms) VALUES (?, ?, ?, ?)")
        .bind(account)
        .bind(sender.lid.as_ref().map(Lid::to_string))
        .bind(sender.phone.as_ref().map(Phone::to_string))
        .bind(since_ms)
        .execute(&mut *tx)
        .await?;
    end_requests(tx, account, &sender).await?;
    let held: Vec<i64> = held(tx, Some(account))
        .await?
        .iter()
        .filter(|message| message.identity().matches(&sender))
        .map(|message| message.seq)
        .collect();
    inbox::take_back(tx, &held).await?;
    let told: Vec<_> = notice.iter().map(|draft| (None, *draft)).collect();
    batch::queue(tx, account, &told, now_ms).await?;
    Ok(())
}

fn identity(lid: Option<&str>, phone: Option<&str>) -> Identity {
    Identity {
        lid: lid.and_then(|text| Lid::parse(text).ok()),
        phone: phone.and_then(|text| Phone::parse(text).ok()),
        ..Identity::default()
    }
}

async fn held(connection: &mut SqliteConnection, account: Option<&str>) -> Result<Vec<HeldRow>> {
    Ok(sqlx::query_as(
        "SELECT seq, account, chat, sender, sender_alt FROM inbox
         WHERE (?1 IS NULL OR account = ?1) AND outcome = 'hold' AND content != 'undecryptable' ORDER BY seq",
    )
    .bind(account)
    .fetch_all(connection)
    .await?)
}

/// Ends what somebody asked for.
pub(super) async fn end_requests(
    connection: &mut SqliteConnection,
    account: &str,
    sender: &Identity,
) -> Result<()> {
    let rows: Vec<PairingRow> = sqlx::query_as("SELECT * FROM pairing_request WHERE account = ?")
        .bind(account)
        .fetch_all(&mut *connection)
        .await?;
    let theirs = rows.iter().filter(|row| row.identity().matches(sender));
    let ids: Vec<i64> = theirs.map(|row| row.id).collect();
    sqlx::query("DELETE FROM pairing_request WHERE id IN (SELECT value FROM json_each(?))")
        .bind(serde_json::to_string(&ids)?)
        .execute(connection)
        .await?;
    Ok(())
}

async fn delete_approvals(connection: &mut SqliteConnection, ids: &[i64]) -> Result<()> {
    sqlx::query("DELETE FROM pairing_approval WHERE id IN (SELECT value FROM json_each(?))")
        .bind(serde_json::to_string(ids)?)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn apply(
    tx: &mut SqliteConnection,
    account: &str,
    change: &PairingChange,
    now_ms: i64,
) -> Result<()> {
    match change {
        PairingChange::Add {
            sender,
            chat,
            name,
            code,
            expires_ms,
            text_sent,
        } => {
            // Requests that ended make room, and their codes may be drawn again.
            sqlx::query("DELETE FROM pairing_request WHERE account = ? AND expires_ms <= ?")
                .bind(account)
                .bind(now_ms)
                .execute(&mut *tx)
                .await?;
            // One request a person: one that was listed without a code gives way.
            sqlx::query("DELETE FROM pairing_request WHERE account = ? AND (lid = ? OR phone = ?)")
                .bind(account)
                .bind(sender.lid.as_ref().map(Lid::to_string))
                .bind(sender.phone.as_ref().map(Phone::to_string))
                .execute(&mut *tx)
                .await?;
            sqlx::query(
                "INSERT INTO pairing_request
                     (account, lid, phone, chat, name, code, created_ms, expires_ms, last_seen_ms, text_sent_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?9)",
            )
            .bind(account)
            .bind(sender.lid.as_ref().map(Lid::to_string))
            .bind(sender.phone.as_ref().map(Phone::to_string))
            .bind(chat)
            .bind(name)
            .bind(code)
            .bind(now_ms)
            .bind(expires_ms)
            .bind(text_sent.then_some(now_ms))
            .execute(&mut *tx)
            .await?;
        }
        PairingChange::Seen { id, text_sent } => {
            sqlx::query(
                "UPDATE pairing_request SET last_seen_ms = ?1, text_sent_ms = COALESCE(text_sent_ms, ?2) WHERE id = ?3",
            )
            .bind(now_ms)
            .bind(text_sent.then_some(now_ms))
            .bind(id)
            .execute(&mut *tx)
            .await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
