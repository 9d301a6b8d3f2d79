//! What was said in a session, by whom.

use std::borrow::Cow;

use anyhow::Result;
use fased_agents::{Role, Said};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{Store, session};

/// What somebody said, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Session key.
    pub session: String,
    /// Of the session, when the run began.
    pub epoch: i64,
    /// What was asked.
    pub user: String,
    /// What was answered, if anything was.
    pub assistant: Option<String>,
}

const USER: &str = "user";
const ASSISTANT: &str = "assistant";

/// Of what somebody said so many bytes are kept, with a note where the rest is missing: a long answer is sent as it is, and
/// remembered by its beginning.
const MOST_KEPT: usize = 32 * 1024;
const SHORTENED: &str = "\n[the rest is left out]";

/// Rows of one statement that forgets.
const FORGET_STEP: i64 = 1_000;

impl Store {
    /// What was said last in a session's epoch, oldest first: at most so many turns, and so many bytes. A turn that does not
    /// fit is left out with all before it; none takes more than a quarter, so that the newest question and its answer are
    /// always there, if shortened.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn history(&self, session: &str, epoch: i64, most: usize, bytes: usize) -> Result<Vec<Said>> {
        let of_one = bytes / 4;
        // Lengths are found without reading the texts.
        let mut rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT role, text FROM transcript WHERE id IN (
                 SELECT id FROM (
                     SELECT id, SUM(MIN(bytes, ?5)) OVER (ORDER BY id DESC) AS so_far FROM (
                         SELECT id, octet_length(text) AS bytes FROM transcript
                         WHERE session = ?1 AND epoch = ?2 ORDER BY id DESC LIMIT ?3))
                 WHERE so_far <= ?4)
             ORDER BY id DESC",
        )
        .bind(session)
        .bind(epoch)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
        .bind(i64::try_from(of_one).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        rows.reverse();
        let said = rows.into_iter().map(|(role, text)| Said {
            role: if role == ASSISTANT {
                Role::Assistant
            } else {
                Role::User
            },
            text: shortened(&text, of_one).into_owned(),
        });
        Ok(said.filter(|said| !said.text.is_empty()).collect())
    }

    /// Forgets what was said before this moment, and what processes complained of then, a thousand rows of each at most. Returns whether there may be more.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn forget_said(&self, before_ms: i64) -> Result<bool> {
        let done = sqlx::query(
            "DELETE FROM transcript WHERE id IN (SELECT id FROM transcript WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
        )
        .bind(before_ms)
        .bind(FORGET_STEP)
        .execute(&mut *self.write.turn().await?)
        .await?;
        // An agent's process may have repeated it.
        let complaints = sqlx::query(
            "UPDATE run SET stderr = NULL
             WHERE id IN (SELECT id FROM run WHERE stderr IS NOT NULL AND ended_ms < ? LIMIT ?)",
        )
        .bind(before_ms)
        .bind(FORGET_STEP)
        .execute(&mut *self.write.turn().await?)
        .await?;
        let most = done.rows_affected().max(complaints.rows_affected());
        Ok(i64::try_from(most).is_ok_and(|rows| rows == FORGET_STEP))
    }
}

/// A text of at most so many bytes. Where its end is missing it says so, if there is room for that.
fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let note = if most > 2 * SHORTENED.len() { SHORTENED } else { "" };
    let kept = text
        .get(..text.floor_char_boundary(most - note.len()))
        .unwrap_or("");
    Cow::Owned(format!("{kept}{note}"))
}

/// Exchanges in one statement: each is up to two rows of six values, and SQLite takes 32,766.
const STEP: usize = 1_000;

pub(super) async fn record(tx: &mut SqliteConnection, said: &[(i64, &Exchange)], now_ms: i64) -> Result<()> {
    for step in said.chunks(STEP) {
        session::touch(
            tx,
            step.iter().map(|(_, exchange)| exchange.session.as_str()),
            now_ms,
        )
        .await?;
        let rows = step.iter().flat_map(|(run, exchange)| {
            let user = std::iter::once((*run, *exchange, USER, exchange.user.as_str()));
            let assistant = exchange.assistant.iter();
            user.chain(assistant.map(move |text| (*run, *exchange, ASSISTANT, text.as_str())))
        });
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO transcript (session, epoch, run_id, role, text, at_ms) ",
        );
        insert.push_values(rows, |mut row, (run, exchange, role, text)| {
            row.push_bind(&exchange.session)
                .push_bind(exchange.epoch)
                .push_bind(run)
                .push_bind(role)
                .push_bind(shortened(text, MOST_KEPT).into_owned())
                .push_bind(now_ms);
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}
