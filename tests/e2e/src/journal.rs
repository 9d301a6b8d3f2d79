//! What the gateway has committed, read from its store and changing nothing.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, FromRow};

/// A message in the journal.
#[derive(Debug, Clone, FromRow, PartialEq, Eq)]
pub struct Inbound {
    /// Account.
    pub account: String,
    /// Chat, as WhatsApp writes it.
    pub chat: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// Its text.
    pub text: Option<String>,
    /// The verdict.
    pub outcome: Option<String>,
    /// Its reason.
    pub reason: Option<String>,
}

/// A message in the outbox.
#[derive(Debug, Clone, FromRow, PartialEq, Eq)]
pub struct Outbound {
    /// Chat, as WhatsApp writes it.
    pub chat: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// Its text.
    pub text: String,
    /// How far it came.
    pub state: String,
    /// `reply` or `pairing`.
    pub purpose: String,
}

/// The journal, in the order of arrival.
#[must_use]
pub fn inbound(state_dir: &Path) -> Vec<Inbound> {
    read(
        state_dir,
        "SELECT account, chat, message_id, text, outcome, reason FROM inbox ORDER BY seq",
    )
}

/// The outbox, oldest first.
#[must_use]
pub fn outbound(state_dir: &Path) -> Vec<Outbound> {
    read(
        state_dir,
        "SELECT chat, message_id, text, state, purpose FROM outbox ORDER BY id",
    )
}

/// How many runs there were.
#[must_use]
pub fn runs(state_dir: &Path) -> usize {
    read::<(i64,)>(state_dir, "SELECT id FROM run").len()
}

fn read<T>(state_dir: &Path, query: &'static str) -> Vec<T>
where
    T: for<'row> FromRow<'row, sqlx::sqlite::SqliteRow> + Send + Unpin,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let store = SqliteConnectOptions::new()
            .filename(state_dir.join("fased.db"))
            .read_only(true);
        let mut store = store.connect().await.expect("open the store");
        sqlx::query_as(query)
            .fetch_all(&mut store)
            .await
            .expect("read the store")
    })
}
