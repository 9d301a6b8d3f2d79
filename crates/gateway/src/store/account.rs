//! What is known of each account when it is not running, identities, and notices.

use std::collections::HashMap;

use anyhow::Result;
use fased_policy::ids::{Identity, Lid, Phone};
use fased_protocol::control::Notice;

use sqlx::Connection as _;

use super::{Store, alias};

#[cfg(test)]
mod tests;

/// The last known state of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredAccount {
    /// Account id.
    pub account: String,
    /// The linked number, `+digits`.
    pub phone: Option<String>,
    /// The linked hidden id.
    pub lid: Option<String>,
    /// The name set on the phone.
    pub name: Option<String>,
    /// Name of the state.
    pub state: String,
    /// The particulars of the state in one word: why it is degraded.
    pub reason: Option<String>,
    /// What it means.
    pub sentence: String,
    /// What to do.
    pub next: Option<String>,
    /// Since when.
    pub since_ms: i64,
    /// Until when, if that is known.
    pub until_ms: Option<i64>,
    /// When messages last flowed.
    pub last_ready_ms: Option<i64>,
    /// The version of WhatsApp's web client that was accepted last, as `a.b.c`.
    pub web_version: Option<String>,
    /// The owner wants the link closed.
    pub paused: bool,
}

impl StoredAccount {
    /// Who this account is on WhatsApp.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            phone: self.phone.as_deref().and_then(|text| Phone::parse(text).ok()),
            lid: self.lid.as_deref().and_then(|text| Lid::parse(text).ok()),
            ..Identity::default()
        }
    }
}

impl Store {
    /// All accounts that were ever started.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn accounts(&self) -> Result<Vec<StoredAccount>> {
        Ok(sqlx::query_as("SELECT * FROM account ORDER BY account")
            .fetch_all(&mut *self.read.turn().await?)
            .await?)
    }

    /// One account.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn account(&self, account: &str) -> Result<Option<StoredAccount>> {
        let query = sqlx::query_as("SELECT * FROM account WHERE account = ?").bind(account);
        Ok(query.fetch_optional(&mut *self.read.turn().await?).await?)
    }

    /// Keeps the state of an account for surfaces that ask when no gateway runs.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn record_account(&self, row: &StoredAccount) -> Result<()> {
        sqlx::query(
            "INSERT INTO account (account, phone, lid, name, state, sentence, next, since_ms, until_ms, last_ready_ms,
                 web_version, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (account) DO UPDATE SET phone = ?2, lid = ?3, name = ?4, state = ?5, sentence = ?6,
                 next = ?7, since_ms = ?8, until_ms = ?9, last_ready_ms = ?10,
                 web_version = ?11, reason = ?12",
        )
        .bind(&row.account)
        .bind(&row.phone)
        .bind(&row.lid)
        .bind(&row.name)
        .bind(&row.state)
        .bind(&row.sentence)
        .bind(&row.next)
        .bind(row.since_ms)
        .bind(row.until_ms)
        .bind(row.last_ready_ms)
        .bind(&row.web_version)
        .bind(&row.reason)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// Keeps the owner's wish that an account's link stays closed, or opens again.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn set_paused(&self, account: &str, paused: bool) -> Result<()> {
        sqlx::query(
            "INSERT INTO account (account, state, sentence, since_ms, paused) VALUES (?1, '', '', 0, ?2)
             ON CONFLICT (account) DO UPDATE SET paused = ?2",
        )
        .bind(account)
        .bind(paused)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(())
    }

    /// Learns pairs of hidden id and phone number, as `…@lid` and `+digits`.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn learn_identities(&self, pairs: &[(Lid, Phone)], now_ms: i64) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let mut news = false;
        for (lid, phone) in pairs {
            news |= learn(&mut tx, lid, phone, None, now_ms).await?;
        }
        tx.commit().await?;
        self.count_news(news);
        Ok(())
    }

    /// Completes several identities with one question, as far as their hidden ids tell their numbers.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn complete_all(&self, people: &mut [Identity]) -> Result<()> {
        let hidden: Vec<String> = people
            .iter()
            .filter(|person| person.phone.is_none())
            .filter_map(|person| person.lid.as_ref().map(Lid::to_string))
            .collect();
        if hidden.is_empty() {
            return Ok(());
        }
        let known: Vec<(String, String)> =
            sqlx::query_as("SELECT lid, phone FROM identity WHERE lid IN (SELECT value FROM json_each(?))")
                .bind(serde_json::to_string(&hidden)?)
                .fetch_all(&mut *self.read.turn().await?)
                .await?;
        let known: HashMap<String, String> = known.into_iter().collect();
        for person in people.iter_mut().filter(|person| person.phone.is_none()) {
            let phone = person.lid.as_ref().and_then(|lid| known.get(&lid.to_string()));
            person.phone = phone.and_then(|phone| Phone::parse(phone).ok());
        }
        Ok(())
    }

    /// Completes an identity from what was learned.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn complete(&self, identity: &mut Identity) -> Result<()> {
        match (&identity.lid, &identity.phone) {
            (Some(lid), None) => {
                let query =
                    sqlx::query_scalar("SELECT phone FROM identity WHERE lid = ?").bind(lid.to_string());
                let phone: Option<String> = query.fetch_optional(&mut *self.read.turn().await?).await?;
                identity.phone = phone.and_then(|text| Phone::parse(&text).ok());
            }
            (None, Some(phone)) => {
                let query =
                    sqlx::query_scalar("SELECT lid FROM identity WHERE phone = ? ORDER BY learned_ms DESC")
                        .bind(phone.to_string());
                let lid: Option<String> = query.fetch_optional(&mut *self.read.turn().await?).await?;
                identity.lid = lid.and_then(|text| Lid::parse(&text).ok());
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        if let Some(phone) = &identity.phone {
            identity.aliases = self.aliases_of(phone).await?;
        }
        Ok(())
    }

    /// Tells the owner something, once. `kind` is one of `fased_policy::alerting::KINDS`.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn add_notice_of(&self, kind: &str, account: &str, text: &str, now_ms: i64) -> Result<()> {
        sqlx::query("INSERT INTO notice (at_ms, account, kind, text) VALUES (?, ?, ?, ?)")
            .bind(now_ms)
            .bind(account)
            .bind(kind)
            .bind(text)
            .execute(&mut *self.write.turn().await?)
            .await?;
        Ok(())
    }

    /// Writes down that an account is in another state now.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn add_account_event(
        &self,
        account: &str,
        state: &str,
        sentence: &str,
        now_ms: i64,
    ) -> Result<()> {
        sqlx::query("INSERT INTO account_event (at_ms, account, state, sentence) VALUES (?, ?, ?, ?)")
            .bind(now_ms)
            .bind(account)
            .bind(state)
            .bind(sentence)
            .execute(&mut *self.write.turn().await?)
            .await?;
        Ok(())
    }

    /// The newest notices, newest first. That an account recovered is told outside only: here its state says it.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn notices(&self, limit: i64) -> Result<Vec<Notice>> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT at_ms, account, text FROM notice WHERE kind <> 'recovered' ORDER BY id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(at_ms, account, text)| Notice { at_ms, account, text })
            .collect())
    }
}

/// Learns a pair. Returns whether it is news: a name alone is none.
pub(super) async fn learn(
    tx: &mut sqlx::SqliteConnection,
    lid: &Lid,
    phone: &Phone,
    name: Option<&str>,
    now_ms: i64,
) -> Result<bool> {
    let (lid, phone) = (lid.to_string(), phone.to_string());
    let news = sqlx::query(alias::numbered!(
        "INSERT INTO identity (lid, phone, learned_ms, name, learned_no) VALUES (?1, ?2, ?3, ?4, ",
        ")
         ON CONFLICT (lid) DO UPDATE SET phone = ?2, learned_ms = ?3, name = COALESCE(?4, name),
             learned_no = excluded.learned_no
             WHERE phone != ?2"
    ))
    .bind(&lid)
    .bind(&phone)
    .bind(now_ms)
    .bind(name)
    .execute(&mut *tx)
    .await?
    .rows_affected()
        > 0;
    if !news && name.is_some() {
        sqlx::query("UPDATE identity SET name = ?1 WHERE lid = ?2 AND name IS NOT ?1")
            .bind(name)
            .bind(&lid)
            .execute(tx)
            .await?;
    }
    Ok(news)
}
