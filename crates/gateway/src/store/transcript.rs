//! What was said in a session, by whom.

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

/// Rows of one statement that forgets.
const FORGET_STEP: i64 = 1_000;

impl Store {
    /// What was said last in a session's epoch, oldest first: at most so many turns, and about so many bytes. A turn that
    /// does not fit is left out with all before it.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn history(&self, session: &str, epoch: i64, most: usize, bytes: usize) -> Result<Vec<Said>> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT role, text FROM transcript WHERE session = ? AND epoch = ? ORDER BY id DESC LIMIT ?",
        )
        .bind(session)
        .bind(epoch)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        let mut left = bytes;
        let mut said: Vec<Said> = rows
            .into_iter()
            .map_while(|(role, text)| {
                left = left.checked_sub(text.len())?;
                let role = if role == ASSISTANT {
                    Role::Assistant
                } else {
                    Role::User
                };
                Some(Said { role, text })
            })
            .collect();
        said.reverse();
        Ok(said)
    }

    /// Forgets what was said before this moment, a thousand rows at most. Returns whether there may be more.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn forget_said(&self, before_ms: i64) -> Result<bool> {
        // Rows are written in the order of time, so the oldest come first and nothing has to be looked for.
        let done = sqlx::query(
            "DELETE FROM transcript WHERE id IN (
                 SELECT id FROM (SELECT id, at_ms FROM transcript ORDER BY id LIMIT ?) WHERE at_ms < ?)",
        )
        .bind(FORGET_STEP)
        .bind(before_ms)
        .execute(&mut *self.write.turn().await?)
        .await?;
        Ok(i64::try_from(done.rows_affected()).is_ok_and(|rows| rows == FORGET_STEP))
    }
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
                .push_bind(text)
                .push_bind(now_ms);
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}
