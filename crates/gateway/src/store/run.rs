//! Runs: which wait, which are due, and what each has to answer. `run_start`, `run_end`, `run_over` and `run_again` move them on.

use anyhow::Result;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _};

use super::wake::with_wake;
use super::{Store, StoredMessage};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// An agent answers messages.
    Message,
    /// The gateway carries out a chat command.
    Command,
    /// An agent works on a Task.
    Task,
    /// Gathers what several agents answer, and becomes a run of kind message for each of them.
    Broadcast,
}

impl RunKind {
    const ALL: [Self; 4] = [Self::Message, Self::Command, Self::Task, Self::Broadcast];

    /// Its name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Command => "command",
            Self::Task => "task",
            Self::Broadcast => "broadcast",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A run that waits for its turn.
#[derive(Debug, Clone)]
pub struct QueuedRun {
    /// Run id.
    pub id: i64,
    /// What it does.
    pub kind: RunKind,
    /// Where its answer goes, and nowhere else.
    pub chat: String,
    /// Agent id.
    pub agent: String,
    /// Session key: runs of one session follow each other.
    pub session: String,
    /// When it was queued, Unix milliseconds.
    pub created_ms: i64,
    /// What it answers, or the first of it; none of a Task.
    pub message: Option<StoredMessage>,
    /// What is to be done for a Task; none of other runs.
    pub task: Option<TaskOrder>,
    /// Further messages joined the first. More may until it starts.
    pub joined: bool,
    /// Something waited in the chat for it to read. More may be given to it until it starts.
    pub reads: bool,
    /// The run that gathered what this one answers, together with others or not.
    pub fork_of: Option<i64>,
    /// Others answer the same.
    pub is_one_of_several: bool,
    /// Of its session, as it is when the run starts: what was said in earlier ones is not told any more.
    pub epoch: i64,
}

/// What is to be done for a Task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOrder {
    /// The Task's id.
    pub task: String,
    /// What is asked.
    pub prompt: String,
    /// What made it run.
    pub cause: String,
    /// When it was due, Unix milliseconds.
    pub due_ms: Option<i64>,
}

impl FromRow<'_, SqliteRow> for QueuedRun {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let kind: String = row.try_get("kind")?;
        let answers: Option<i64> = row.try_get("seq")?;
        let task: Option<String> = row.try_get("task")?;
        let task = task.map(|task| {
            let prompt: Option<String> = row.try_get("prompt")?;
            let cause: Option<String> = row.try_get("cause")?;
            Ok::<_, sqlx::Error>(TaskOrder {
                task,
                prompt: prompt.unwrap_or_default(),
                cause: cause.unwrap_or_default(),
                due_ms: row.try_get("due_ms")?,
            })
        });
        Ok(Self {
            id: row.try_get("run_id")?,
            kind: RunKind::parse(&kind)
                .ok_or_else(|| sqlx::Error::Decode(format!("there is no kind of run {kind}").into()))?,
            chat: row.try_get("run_chat")?,
            agent: row.try_get("agent")?,
            session: row.try_get("session")?,
            created_ms: row.try_get("queued_ms")?,
            message: answers.map(|_| StoredMessage::from_row(row)).transpose()?,
            task: task.transpose()?,
            joined: row.try_get("joined")?,
            reads: row.try_get("reads")?,
            fork_of: row.try_get("fork_of")?,
            is_one_of_several: row.try_get("is_one_of_several")?,
            epoch: 0,
        })
    }
}

impl QueuedRun {
    /// The run that what this one answers and reads was given to.
    #[must_use]
    pub fn gathered_by(&self) -> i64 {
        self.fork_of.unwrap_or(self.id)
    }
}

/// A run waits this long at most for the files of what it answers; then it goes on without.
pub(super) const FILE_WAIT_MS: i64 = 120_000;

/// Does a run still wait for a file of its first message, or of those that joined that? Each is looked up by its message, of
/// which it is one.
macro_rules! waits_for_a_file {
    ($first:literal, $run:literal, $now_ms:literal, $wait_ms:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM inbound_media AS medium WHERE medium.inbox_seq = ",
            $first,
            " AND medium.state = 'wanted' AND medium.created_ms > ",
            $now_ms,
            " - ",
            $wait_ms,
            ") OR EXISTS (SELECT 1 FROM run_input JOIN inbound_media AS medium ON medium.inbox_seq = run_input.inbox_seq
                 WHERE run_input.run_id = ",
            $run,
            " AND medium.state = 'wanted' AND medium.created_ms > ",
            $now_ms,
            " - ",
            $wait_ms,
            "))"
        )
    };
}
pub(super) use waits_for_a_file;

/// Runs of this kind that are due: the first of each session, in order. They are walked until there are enough.
macro_rules! due {
    ($which:literal, $limit:literal) => {
        concat!(
            "SELECT run.id AS run_id, run.kind, run.chat AS run_chat, run.agent, run.session,
                 run.created_ms AS queued_ms, run.task, run.prompt, run.cause, run.due_ms,
                 EXISTS (SELECT 1 FROM run_input WHERE run_id = COALESCE(run.fork_of, run.id)) AS joined,
                 EXISTS (SELECT 1 FROM inbox AS waited WHERE waited.context_run = COALESCE(run.fork_of, run.id)) AS reads,
                 run.fork_of,
                 EXISTS (SELECT 1 FROM run AS other WHERE other.fork_of = run.fork_of AND other.id <> run.id)
                     AS is_one_of_several,
                 inbox.*
             FROM run LEFT JOIN run AS gathered ON gathered.id = run.fork_of
                 LEFT JOIN inbox ON inbox.seq = COALESCE(run.inbox_seq, gathered.inbox_seq)
             WHERE run.account = ?1 AND run.state = 'queued' AND run.state IN ('queued', 'running') AND ",
            $which,
            " AND run.not_before_ms <= ?3
                 AND NOT EXISTS (
                     SELECT 1 FROM run AS before WHERE before.session = run.session AND before.id < run.id
                         AND +before.account = ?1 AND before.state IN ('queued', 'running'))
                 AND NOT EXISTS (SELECT 1 FROM run AS first WHERE first.id = run.after_run
                     AND first.state IN ('queued', 'running'))
                 AND NOT ",
            waits_for_a_file!("inbox.seq", "COALESCE(run.fork_of, run.id)", "?3", "?4"),
            " ORDER BY run.id LIMIT ",
            $limit
        )
    };
}

/// What the gateway does itself and what agents do, and when the next one is due, in one question: each is a trip to
/// SQLite's thread and back.
pub(super) const DUE: &str = concat!(
    "SELECT next.wake_ms, due.* FROM (
         SELECT MIN(not_before_ms) AS wake_ms FROM run
         WHERE account = ?1 AND state IN ('queued', 'running') AND not_before_ms > 0 AND not_before_ms > ?3) AS next
     LEFT JOIN (SELECT * FROM (",
    due!("run.kind IN ('command', 'broadcast')", "?2"),
    ") UNION ALL SELECT * FROM (",
    due!("run.kind NOT IN ('command', 'broadcast')", "?5"),
    ")) AS due ON true"
);

/// What is due, and what will be.
#[derive(Debug, Clone)]
pub struct DueRuns {
    /// Due now: what the gateway does itself first, commands before all else, and each kind in order.
    pub runs: Vec<QueuedRun>,
    /// When the next one is due that waits for more to answer, Unix milliseconds.
    pub wake_ms: Option<i64>,
}

impl Store {
    /// The oldest queued run of each session of this account that is due; commands first, and no more than `limit` of
    /// what the gateway does itself and of others.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn queued_runs(&self, account: &str, now_ms: i64, limit: i64) -> Result<Vec<QueuedRun>> {
        Ok(self.due_runs(account, now_ms, limit, limit).await?.runs)
    }

    /// The same with so many that the gateway does itself, and so many runs of agents, and when the next one is due.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn due_runs(
        &self,
        account: &str,
        now_ms: i64,
        of_ours: i64,
        of_agents: i64,
    ) -> Result<DueRuns> {
        let rows = sqlx::query(DUE)
            .bind(account)
            .bind(of_ours)
            .bind(now_ms)
            .bind(FILE_WAIT_MS)
            .bind(of_agents)
            .fetch_all(&mut *self.read.turn().await?)
            .await?;
        let (mut runs, wake_ms): (Vec<QueuedRun>, _) = with_wake(&rows, "run_id")?;
        // What the gateway does itself does not wait behind agents.
        runs.sort_by_key(|run| (run.kind != RunKind::Command, run.id));
        Ok(DueRuns { runs, wake_ms })
    }

    /// The newest run of a session, if it still waits for more: the message that started it, who wrote
    /// that, and when it was queued.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn waiting_run(
        &self,
        account: &str,
        session: &str,
        now_ms: i64,
    ) -> Result<Option<(i64, String, i64)>> {
        Ok(sqlx::query_as(
            "SELECT inbox_seq, sender, created_ms FROM (
                 SELECT run.inbox_seq, inbox.sender, run.created_ms, run.state, run.not_before_ms
                 FROM run JOIN inbox ON inbox.seq = run.inbox_seq
                 WHERE run.account = ?1 AND run.session = ?2 AND run.state IN ('queued', 'running')
                 ORDER BY run.id DESC LIMIT 1)
             WHERE state = 'queued' AND not_before_ms > ?3",
        )
        .bind(account)
        .bind(session)
        .bind(now_ms)
        .fetch_optional(&mut *self.read.turn().await?)
        .await?)
    }

    /// When the last run is due of those that wait, or waited, for more to answer; 0 when there is none.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn last_due(&self, account: &str) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "SELECT COALESCE(MAX(not_before_ms), 0) FROM run
             WHERE account = ? AND state IN ('queued', 'running') AND not_before_ms > 0",
        )
        .bind(account)
        .fetch_one(&mut *self.read.turn().await?)
        .await?)
    }

    /// Further messages that a run answers, in the order in which they came.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn inputs_of(&self, run_id: i64) -> Result<Vec<StoredMessage>> {
        Ok(sqlx::query_as(
            "SELECT inbox.* FROM run_input JOIN inbox ON inbox.seq = run_input.inbox_seq
             WHERE run_id = ? ORDER BY inbox.seq",
        )
        .bind(run_id)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// What was said in the group before, for a run to read: the newest `limit`, oldest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn context_of(&self, run_id: i64, limit: usize) -> Result<Vec<StoredMessage>> {
        self.read_by(run_id, false, limit).await
    }

    /// What happened to earlier messages of the chat, for a run to read: the newest `limit`, oldest first.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn events_of(&self, run_id: i64, limit: usize) -> Result<Vec<StoredMessage>> {
        self.read_by(run_id, true, limit).await
    }

    async fn read_by(&self, run_id: i64, events: bool, limit: usize) -> Result<Vec<StoredMessage>> {
        let mut newest: Vec<StoredMessage> = sqlx::query_as(
            "SELECT * FROM inbox WHERE context_run = ? AND (reason = 'about_message') = ?
             ORDER BY seq DESC LIMIT ?",
        )
        .bind(run_id)
        .bind(events)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.read.turn().await?)
        .await?;
        newest.reverse();
        Ok(newest)
    }
}
