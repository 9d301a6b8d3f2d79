//! What the gateway has committed, read from its store.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, FromRow};

/// A message in the journal.
#[derive(Debug, Clone, FromRow, PartialEq, Eq)]
pub struct Inbound {
    /// Account.
    pub account: String,
    /// Chat, as WhatsApp writes it.
    pub chat: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// Who wrote it, as WhatsApp writes it.
    pub sender: String,
    /// Its text.
    pub text: Option<String>,
    /// Kind of content.
    pub content: String,
    /// Whom it mentions, as a JSON list.
    pub mentions: String,
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
    /// `reply`, `pairing` or `notice`.
    pub purpose: String,
    /// Not sent before this.
    pub not_before_ms: i64,
}

/// A run.
#[derive(Debug, Clone, FromRow, PartialEq, Eq)]
pub struct Run {
    /// Number, in the order of their making.
    pub id: i64,
    /// `message`, `command` or `task`.
    pub kind: String,
    /// Account.
    pub account: String,
    /// Where its answer goes.
    pub chat: String,
    /// Agent.
    pub agent: String,
    /// Session key.
    pub session: String,
    /// `queued`, `running`, `ok` and so on.
    pub state: String,
    /// How often it was begun.
    pub attempts: i64,
    /// The kind of failure.
    pub failure: Option<String>,
}

/// All runs, in the order of their making.
#[must_use]
pub fn all_runs(state_dir: &Path) -> Vec<Run> {
    read(
        state_dir,
        "SELECT id, kind, account, chat, agent, session, state, attempts, failure FROM run ORDER BY id",
    )
}

/// Which run answers which message: the message's id and the run's, in the order of arrival.
#[must_use]
pub fn answered_by(state_dir: &Path) -> Vec<(String, i64)> {
    read(
        state_dir,
        "SELECT inbox.message_id, run.id FROM inbox
         LEFT JOIN run_input ON run_input.inbox_seq = inbox.seq
         JOIN run ON run.inbox_seq = inbox.seq OR run.id = run_input.run_id ORDER BY inbox.seq",
    )
}

/// The journal, in the order of arrival.
#[must_use]
pub fn inbound(state_dir: &Path) -> Vec<Inbound> {
    read(
        state_dir,
        "SELECT account, chat, message_id, sender, text, content, mentions, outcome, reason FROM inbox ORDER BY seq",
    )
}

/// How many messages the journal has; cheaper than all of them.
#[must_use]
pub fn inbound_count(state_dir: &Path) -> usize {
    let counted = read::<(i64,)>(state_dir, "SELECT COUNT(*) FROM inbox");
    usize::try_from(counted[0].0).expect("a count")
}

/// The outbox, oldest first.
#[must_use]
pub fn outbound(state_dir: &Path) -> Vec<Outbound> {
    read(
        state_dir,
        "SELECT chat, message_id, text, state, purpose, not_before_ms FROM outbox ORDER BY id",
    )
}

/// How many runs there were.
#[must_use]
pub fn runs(state_dir: &Path) -> usize {
    read::<(i64,)>(state_dir, "SELECT id FROM run").len()
}

/// What SQLite says of the store's soundness: `ok`, if it is.
#[must_use]
pub fn integrity(state_dir: &Path) -> Vec<String> {
    let lines: Vec<(String,)> = read(state_dir, "PRAGMA integrity_check");
    lines.into_iter().map(|(line,)| line).collect()
}

/// What WhatsApp takes numbers for, as the gateway keeps it: the number that was asked for, and the one
/// that was told, if there is one.
#[must_use]
pub fn aliases(state_dir: &Path) -> Vec<(String, Option<String>)> {
    read(state_dir, "SELECT alias, phone FROM phone_alias ORDER BY alias")
}

/// Changes what the store says, for what cannot be brought about otherwise; no gateway may run.
///
/// # Panics
/// When that is not possible.
pub fn change(state_dir: &Path, statement: &'static str) {
    assert_ne!(execute(state_dir, statement), 0, "nothing to change: {statement}");
}

/// Changes a table of the store beside a running gateway, for what cannot be brought about otherwise.
///
/// # Panics
/// When that is not possible.
pub fn alter(state_dir: &Path, statement: &'static str) {
    execute(state_dir, statement);
}

/// Lets nobody write to the store for this long, as a slow disk would.
///
/// # Panics
/// When that is not possible.
pub fn hold_writes(state_dir: &Path, held: Duration) {
    block_on(async {
        let store = SqliteConnectOptions::new().filename(state_dir.join("fased.db"));
        let mut store = store.connect().await.expect("open the store");
        let transaction = store.begin_with("BEGIN IMMEDIATE").await.expect("the write lock");
        // Nothing else runs on this runtime.
        std::thread::sleep(held);
        transaction.rollback().await.expect("let go of the store");
        store.close().await.expect("close the store");
    });
}

fn execute(state_dir: &Path, statement: &'static str) -> u64 {
    block_on(async {
        let store = SqliteConnectOptions::new().filename(state_dir.join("fased.db"));
        let mut store = store.connect().await.expect("open the store");
        let done = sqlx::query(statement).execute(&mut store).await;
        let changed = done.expect("change the store").rows_affected();
        store.close().await.expect("close the store");
        changed
    })
}

fn read<T>(state_dir: &Path, query: &'static str) -> Vec<T>
where
    T: for<'row> FromRow<'row, sqlx::sqlite::SqliteRow> + Send + Unpin,
{
    block_on(async {
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

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(work)
}
