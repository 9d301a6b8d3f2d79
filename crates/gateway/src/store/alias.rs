//! What WhatsApp makes of numbers that people write in more than one way, and whom else that
//! concerns.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use anyhow::Result;
use fased_policy::ids::Phone;
use sqlx::Connection as _;

use super::Store;

/// A number that WhatsApp did not know may have come to it after a while.
const ASK_AGAIN_MS: i64 = 7 * 24 * 3_600_000;
/// A statement that gives a row the next number of what was learned, wherever it was learned.
macro_rules! numbered {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "(SELECT MAX(no) + 1 FROM (SELECT COALESCE(MAX(learned_no), 0) AS no FROM identity
                  UNION SELECT COALESCE(MAX(learned_no), 0) FROM phone_alias))",
            $after
        )
    };
}
pub(super) use numbered;

/// Numbers as WhatsApp writes them, with their other spellings.
pub(super) type Aliases = HashMap<Phone, Vec<Phone>>;

impl Store {
    /// All numbers that WhatsApp was asked about and answered for.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn asked_aliases(&self) -> Result<Vec<Phone>> {
        let asked: Vec<String> = sqlx::query_scalar("SELECT alias FROM phone_alias")
            .fetch_all(&mut *self.read.turn().await?)
            .await?;
        Ok(phones(&asked))
    }

    /// Which of these numbers WhatsApp has still to be asked about: the new ones, and those that it
    /// did not know a week ago.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn alias_pending(&self, listed: &[Phone], now_ms: i64) -> Result<Vec<Phone>> {
        let pending: Vec<String> = sqlx::query_scalar(
            "SELECT value FROM json_each(?1) WHERE value NOT IN
                 (SELECT alias FROM phone_alias WHERE phone IS NOT NULL OR asked_ms > ?2)",
        )
        .bind(json(listed)?)
        .bind(now_ms.saturating_sub(ASK_AGAIN_MS))
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(phones(&pending))
    }

    /// Keeps what WhatsApp takes a number for; `None` when it does not know it.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn learn_alias(&self, alias: &Phone, phone: Option<&Phone>, now_ms: i64) -> Result<()> {
        sqlx::query(numbered!(
            "INSERT INTO phone_alias (alias, phone, asked_ms, learned_no) VALUES (?1, ?2, ?3, ",
            ") ON CONFLICT (alias) DO UPDATE SET phone = ?2, asked_ms = ?3, learned_no = excluded.learned_no"
        ))
        .bind(alias.to_string())
        .bind(phone.map(ToString::to_string))
        .bind(now_ms)
        .execute(&mut *self.write.turn().await?)
        .await?;
        *self.aliases.lock().await = None;
        self.count_news(true);
        Ok(())
    }

    /// Other spellings of a number. There are few of them and they are asked for with every message, so they
    /// are kept in memory.
    pub(super) async fn aliases_of(&self, phone: &Phone) -> Result<Vec<Phone>> {
        let mut kept = self.aliases.lock().await;
        if kept.is_none() {
            let rows: Vec<(String, String)> = sqlx::query_as(
                "SELECT phone, alias FROM phone_alias WHERE phone IS NOT NULL AND phone != alias",
            )
            .fetch_all(&mut *self.read.turn().await?)
            .await?;
            let mut known = Aliases::new();
            for (phone, alias) in rows {
                if let (Ok(phone), Ok(alias)) = (Phone::parse(&phone), Phone::parse(&alias)) {
                    known.entry(phone).or_default().push(alias);
                }
            }
            *kept = Some(known);
        }
        let known = kept.as_ref().and_then(|known| known.get(phone));
        Ok(known.cloned().unwrap_or_default())
    }

    /// The numbers of these people, as WhatsApp writes them, whose hidden id is not known. Left out
    /// are those that are not on WhatsApp.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn phones_without_lid(&self, listed: &[Phone]) -> Result<Vec<Phone>> {
        let unknown: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT COALESCE(known.phone, listed.value) AS number
             FROM json_each(?) AS listed LEFT JOIN phone_alias AS known ON known.alias = listed.value
             WHERE (known.alias IS NULL OR known.phone IS NOT NULL)
                 AND number NOT IN (SELECT phone FROM identity)",
        )
        .bind(json(listed)?)
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        Ok(phones(&unknown))
    }

    /// How often something was learned since the store was opened: who sees it unchanged need not look.
    #[must_use]
    pub fn news(&self) -> u64 {
        self.news.load(Ordering::Acquire)
    }

    pub(super) fn count_news(&self, news: bool) {
        if news {
            self.news.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Takes back the verdicts of what is held from people of whom more was learned since this was last
    /// done for the account, also by other accounts and before a restart, so that it is judged again.
    /// Returns how many messages that are.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn judge_again_by_news(&self, account: &str) -> Result<u64> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let before: i64 =
            sqlx::query_scalar("SELECT COALESCE((SELECT learned_no FROM judged_again WHERE account = ?), 0)")
                .bind(account)
                .fetch_one(&mut *tx)
                .await?;
        let again = sqlx::query(
            "WITH news (address) AS (
                 SELECT lid FROM identity WHERE learned_no > ?2
                 UNION SELECT substr(phone, 2) || '@s.whatsapp.net' FROM identity WHERE learned_no > ?2
                 UNION SELECT substr(phone, 2) || '@s.whatsapp.net' FROM phone_alias WHERE learned_no > ?2
                 UNION SELECT substr(alias, 2) || '@s.whatsapp.net' FROM phone_alias WHERE learned_no > ?2
                 UNION SELECT identity.lid FROM phone_alias JOIN identity ON identity.phone = phone_alias.phone
                     WHERE phone_alias.learned_no > ?2)
             UPDATE inbox SET outcome = NULL, reason = NULL, rule = NULL
             WHERE account = ?1 AND outcome = 'hold' AND content != 'undecryptable'
                 AND sender IN (SELECT address FROM news WHERE address IS NOT NULL)",
        )
        .bind(account)
        .bind(before)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        sqlx::query(
            "INSERT INTO judged_again (account, learned_no)
             SELECT ?1, MAX(no) FROM (SELECT COALESCE(MAX(learned_no), 0) AS no FROM identity
                 UNION SELECT COALESCE(MAX(learned_no), 0) FROM phone_alias) WHERE true
             ON CONFLICT (account) DO UPDATE SET learned_no = excluded.learned_no",
        )
        .bind(account)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(again)
    }

    /// The same for all people of one country whose identity was not clear.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn judge_unclear_again(&self, account: &str, country_code: &str) -> Result<u64> {
        // A colon is what follows the digits in the order of characters.
        let after = format!("{country_code}:");
        let judged = sqlx::query(
            "UPDATE inbox SET outcome = NULL, reason = NULL, rule = NULL
             WHERE account = ?1 AND outcome = 'hold' AND reason = 'unresolved_identity'
                 AND (sender BETWEEN ?2 AND ?3 OR sender_alt BETWEEN ?2 AND ?3 OR sender IN
                     (SELECT lid FROM identity WHERE phone BETWEEN '+' || ?2 AND '+' || ?3))",
        )
        .bind(account)
        .bind(country_code)
        .bind(after)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(judged.rows_affected())
    }
}

fn phones(texts: &[String]) -> Vec<Phone> {
    texts.iter().filter_map(|text| Phone::parse(text).ok()).collect()
}

fn json(phones: &[Phone]) -> Result<String> {
    let texts: Vec<String> = phones.iter().map(ToString::to_string).collect();
    Ok(serde_json::to_string(&texts)?)
}

#[cfg(test)]
mod tests;
