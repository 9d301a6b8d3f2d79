//! The whole store, as an audit reads it: what came, what was decided, what was run and what went out.

use anyhow::Result;

use super::Store;

/// All that an audit compares.
#[derive(Debug, Default)]
pub struct Audited {
    /// The journal, in its order.
    pub inbox: Vec<AuditedMessage>,
    /// All runs that are kept, in their order.
    pub runs: Vec<AuditedRun>,
    /// The outbox, in its order.
    pub outbox: Vec<AuditedSend>,
    /// All Tasks.
    pub tasks: Vec<AuditedTask>,
    /// Files of messages: state, and name below the media folder.
    pub files: Vec<(String, Option<String>)>,
    /// Problems that SQLite finds in the store itself.
    pub problems: Vec<String>,
}

/// A message in the journal.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub struct AuditedMessage {
    /// Its place in the journal.
    pub seq: i64,
    /// Account id.
    pub account: String,
    /// The chat.
    pub chat: String,
    /// Its id.
    pub message_id: String,
    /// The verdict.
    pub outcome: Option<String>,
    /// Its reason.
    pub reason: Option<String>,
    /// How often it came.
    pub deliveries: i64,
    /// The run that answers it.
    pub run: Option<i64>,
}

/// A run.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub struct AuditedRun {
    /// Its id.
    pub id: i64,
    /// Account id.
    pub account: String,
    /// `message`, `broadcast`, `command` or `task`.
    pub kind: String,
    /// The run that gathered what it answers, together with others.
    pub fork_of: Option<i64>,
    /// Of one that gathers: how many agents are to answer.
    pub forks: Option<i64>,
    /// The Task.
    pub task: Option<String>,
    /// What made a Task run.
    pub cause: Option<String>,
    /// When a Task was due.
    pub due_ms: Option<i64>,
    /// Its state.
    pub state: String,
    /// How often it was begun.
    pub attempts: i64,
    /// What went wrong.
    pub error: Option<String>,
}

/// A message in the outbox.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub struct AuditedSend {
    /// Its place in the outbox.
    pub id: i64,
    /// Account id.
    pub account: String,
    /// The chat.
    pub chat: String,
    /// Its id on WhatsApp.
    pub message_id: String,
    /// What it is for.
    pub purpose: String,
    /// The run that it is of.
    pub run: Option<i64>,
    /// Its text.
    pub text: String,
    /// Its state.
    pub state: String,
    /// Why WhatsApp refused it.
    pub error_code: Option<i64>,
    /// How often it was written.
    pub attempts: i64,
    /// Its file below the media folder.
    pub file: Option<String>,
}

/// A Task.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub struct AuditedTask {
    /// Its id.
    pub id: String,
    /// Account id.
    pub account: String,
    /// Its state.
    pub state: String,
    /// When it is due next.
    pub next_ms: Option<i64>,
}

impl Store {
    /// Reads all of it. For audits of small stores: nothing is left out.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn audited(&self) -> Result<Audited> {
        let mut turn = self.read.turn().await?;
        let inbox = sqlx::query_as(
            "SELECT seq, inbox.account, inbox.chat, message_id, outcome, reason, deliveries,
                 COALESCE(run.id, run_input.run_id) AS run
             FROM inbox LEFT JOIN run ON run.inbox_seq = inbox.seq
                 LEFT JOIN run_input ON run_input.inbox_seq = inbox.seq
             ORDER BY seq",
        )
        .fetch_all(&mut *turn)
        .await?;
        let runs = sqlx::query_as(
            "SELECT id, account, kind, fork_of, json_array_length(forks, '$.by') AS forks, task, cause, due_ms, state, attempts, error FROM run ORDER BY id",
        )
        .fetch_all(&mut *turn)
        .await?;
        let outbox = sqlx::query_as(
            "SELECT id, account, chat, message_id, purpose, run_id AS run, text, state, error_code, attempts, file
             FROM outbox ORDER BY id",
        )
        .fetch_all(&mut *turn)
        .await?;
        let tasks = sqlx::query_as("SELECT id, account, state, next_ms FROM task ORDER BY id")
            .fetch_all(&mut *turn)
            .await?;
        let files = sqlx::query_as("SELECT state, file FROM inbound_media ORDER BY inbox_seq")
            .fetch_all(&mut *turn)
            .await?;
        let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_all(&mut *turn)
            .await?;
        Ok(Audited {
            inbox,
            runs,
            outbox,
            tasks,
            files,
            problems: found.into_iter().filter(|line| line != "ok").collect(),
        })
    }
}
