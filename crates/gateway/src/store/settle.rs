//! How far messages came: acks, receipts and refusals, as they arrive, into the outbox.

use std::collections::HashMap;

use anyhow::Result;
use fased_policy::delivery::SendState;
use fased_protocol::control::SentInfo;
use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection};

use super::draft::Purpose;
use super::outbox::{Fate, sent};
use super::{Journaled, Store, inbox};

/// Messages in one statement. SQLite takes 32,766 values; a receipt may name any number of messages.
const STEP: usize = 500;

/// Id, chat, run and purpose of a message that moved, and whether another one waits in its chat.
type Row = (String, String, Option<i64>, String, bool);

/// What news of messages led to.
#[derive(Debug, Clone, Default)]
pub struct Moved {
    /// The messages that moved.
    pub sent: Vec<SentInfo>,
    /// Another message waits in the chat of one of them.
    pub followed: bool,
}

impl Store {
    /// Moves messages to new states, where those are steps forward. Returns the messages that moved.
    ///
    /// # Errors
    /// What SQLite said; then none has moved, and the news may be told again.
    pub async fn settle(&self, account: &str, fates: &[Fate], now_ms: i64) -> Result<Moved> {
        let mut turn = self.write.turn().await?;
        let steps = steps(fates);
        // Most of the time it is one statement, and so its own transaction.
        if let [step] = steps.as_slice()
            && step.iter().all(|fate| fate.to != SendState::Failed)
        {
            return step_forward(&mut turn, account, step, now_ms).await;
        }
        let mut tx = turn.begin().await?;
        let moved = settle(&mut tx, account, fates, now_ms).await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// Commits messages that came, as [`Store::journal`] does, together with news of our own: one commit, where each
    /// waits for the disk. Returns what moved, and which messages are new.
    ///
    /// # Errors
    /// What SQLite said; then nothing of either is committed and nothing may be acknowledged.
    pub async fn take_in(
        &self,
        account: &str,
        fates: &[Fate],
        batch: &[Journaled],
        now_ms: i64,
    ) -> Result<(Moved, Vec<usize>)> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let moved = settle(&mut tx, account, fates, now_ms).await?;
        let (fresh, news) = inbox::record(&mut tx, account, batch, now_ms).await?;
        tx.commit().await?;
        self.count_news(news);
        Ok((moved, fresh))
    }
}

/// News in steps, each of which is one statement: the same news of several messages. Two pieces of news of one message
/// stay in their order.
fn steps(fates: &[Fate]) -> Vec<Vec<&Fate>> {
    let mut steps: Vec<Vec<&Fate>> = Vec::new();
    let mut told: HashMap<&str, usize> = HashMap::new();
    for fate in fates {
        let earliest = told.get(fate.message_id.as_str()).copied().unwrap_or(0);
        let takes =
            |step: &Vec<&Fate>| step.len() < STEP && step.first().is_some_and(|first| fate.is_like(first));
        let place = steps.iter().skip(earliest).position(takes);
        let place = place.map_or(steps.len(), |place| earliest + place);
        match steps.get_mut(place) {
            Some(step) => step.push(fate),
            None => steps.push(vec![fate]),
        }
        told.insert(&fate.message_id, place);
    }
    steps
}

/// The same as part of a greater change.
async fn settle(tx: &mut SqliteConnection, account: &str, fates: &[Fate], now_ms: i64) -> Result<Moved> {
    let mut moved = Moved::default();
    for step in steps(fates) {
        let these = step_forward(tx, account, &step, now_ms).await?;
        moved.sent.extend(these.sent);
        moved.followed |= these.followed;
    }
    Ok(moved)
}

/// One step. What failed is told to its run as well, so that whoever asks for the run learns it together with whoever asks
/// for the message.
async fn step_forward(
    connection: &mut SqliteConnection,
    account: &str,
    step: &[&Fate],
    now_ms: i64,
) -> Result<Moved> {
    let Some(news) = step.first() else {
        return Ok(Moved::default());
    };
    let mut update = QueryBuilder::<Sqlite>::new("UPDATE outbox SET state = ");
    update.push_bind(news.to.as_str());
    update.push(", error_code = ").push_bind(news.error_code);
    update.push(", error = ").push_bind(&news.error);
    update.push(", updated_ms = ").push_bind(now_ms);
    update.push(" WHERE account = ").push_bind(account);
    update.push(" AND message_id IN (");
    let mut ids = update.separated(", ");
    for fate in step {
        ids.push_bind(&fate.message_id);
    }
    update.push(") AND state IN (");
    let mut from = update.separated(", ");
    for state in steps_to(news.to) {
        from.push(format_args!("'{}'", state.as_str()));
    }
    update.push(
        ") RETURNING message_id, chat, run_id, purpose, EXISTS (
             SELECT 1 FROM outbox AS next WHERE next.account = outbox.account
                 AND next.chat = outbox.chat AND next.state IN ('queued', 'unknown')
                 AND next.state IN ('queued', 'sending', 'written', 'unknown'))",
    );
    let rows: Vec<Row> = update.build_query_as().fetch_all(&mut *connection).await?;
    if news.to == SendState::Failed {
        let code = news
            .error_code
            .map(|code| format!(" ({code})"))
            .unwrap_or_default();
        let why = format!("{}{code}", news.error.as_deref().unwrap_or("it failed"));
        let runs = rows.iter().filter(|row| is_answer(&row.3));
        for run in runs.filter_map(|row| row.2) {
            tell_run(connection, run, &why).await?;
        }
    }
    let state = news.to.as_str();
    Ok(Moved {
        followed: rows.iter().any(|row| row.4),
        sent: rows
            .into_iter()
            .map(|(id, chat, ..)| sent(id, chat, state.to_owned(), news.error_code.map(i64::from), now_ms))
            .collect(),
    })
}

/// Notes in a run that its answer, or a part of it, did not arrive.
pub(super) async fn tell_run(tx: &mut SqliteConnection, run: i64, why: &str) -> Result<()> {
    sqlx::query("UPDATE run SET error = ? WHERE id = ? AND error IS NULL")
        .bind(format!("the answer was not sent: {why}"))
        .bind(run)
        .execute(tx)
        .await?;
    Ok(())
}

/// Is a message of this purpose what came of its run?
pub(super) fn is_answer(purpose: &str) -> bool {
    purpose == Purpose::Reply.as_str() || purpose == Purpose::Task.as_str()
}

/// The states from which this one is a step forward.
fn steps_to(to: SendState) -> impl Iterator<Item = SendState> {
    SendState::ALL
        .into_iter()
        .filter(move |from| *from != to && from.advance(to) == to)
}

#[cfg(test)]
mod tests;
