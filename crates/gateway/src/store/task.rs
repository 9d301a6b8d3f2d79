//! Tasks: saved work with the time at which it is due next. Their runs are rows of `run` like all others.
//!
//! Whatever changes a Task wakes the scheduler, which sleeps until the next of them is due.

use anyhow::Result;
use fased_policy::schedule::{Schedule, Zone};
use fased_policy::task::{State, Timing};
use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection};

pub(super) use super::task_end::{Ended, after_run};
use super::{Store, task_run};

/// Tasks of all accounts together. When there are so many, no further one is made.
pub const MOST_TASKS: i64 = 50_000;
/// No letters or digits that look alike, and no vowels, so that an id is never a word.
const ID_ALPHABET: &[u8; 28] = b"bcdfghjkmnpqrstvwxyz23456789";
/// Letters of an id.
pub const ID_LEN: usize = 4;

/// A Task.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TaskRow {
    /// Short id.
    pub id: String,
    /// Account id.
    pub account: String,
    /// Agent id.
    pub agent: String,
    /// The session that its runs belong to.
    pub session: String,
    /// Where its results go.
    pub chat: String,
    /// What people call it.
    pub name: Option<String>,
    /// What is asked.
    pub prompt: String,
    /// When it runs, as JSON; none for one that runs only when told to.
    pub schedule: Option<String>,
    /// IANA name of the zone of its times.
    pub zone: String,
    /// Name of its [`State`].
    pub state: String,
    /// Why it is in this state, in one word.
    pub why: Option<String>,
    /// When it is due next, Unix milliseconds.
    pub next_ms: Option<i64>,
    /// Runs that ended.
    pub runs: i64,
    /// Of them, those that went well.
    pub successes: i64,
    /// Failures since the last one that did.
    pub failures: i64,
    /// It is done after so many runs.
    pub max_runs: Option<i64>,
    /// It is done after so many that went well.
    pub max_successes: Option<i64>,
    /// Who made it.
    pub created_by: Option<String>,
    /// The run of the command that made it.
    pub created_run: Option<i64>,
    /// When it was made.
    pub created_ms: i64,
    /// When it changed last.
    pub updated_ms: i64,
}

impl TaskRow {
    /// What it is up to. A word that this version does not know runs nothing.
    #[must_use]
    pub fn state(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Paused)
    }

    /// Does it run when it is due?
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state() == State::Active
    }

    /// When it runs. A schedule that this version cannot read never comes.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
        let json = self.schedule.as_deref()?;
        match serde_json::from_str(json) {
            Ok(schedule) => Some(schedule),
            Err(error) => {
                tracing::error!(task = self.id, "its schedule cannot be read: {error}");
                None
            }
        }
    }

    /// What decisions about its times need.
    #[must_use]
    pub fn timing<'a>(&self, schedule: Option<&'a Schedule>, zone: &'a Zone) -> Timing<'a> {
        Timing {
            schedule,
            anchor_ms: self.created_ms,
            zone,
        }
    }

    /// What can be changed of it, as it is.
    #[must_use]
    pub fn definition(&self) -> TaskDefinition {
        let limit = |limit: Option<i64>| limit.and_then(|limit| u32::try_from(limit).ok());
        TaskDefinition {
            name: self.name.clone(),
            prompt: self.prompt.clone(),
            schedule: self.schedule(),
            zone: self.zone.clone(),
            state: self.state(),
            next_ms: self.next_ms,
            max_runs: limit(self.max_runs),
            max_successes: limit(self.max_successes),
        }
    }
}

/// A Task to be made.
#[derive(Debug, Clone)]
pub struct NewTaskRow {
    /// Account id.
    pub account: String,
    /// Agent id.
    pub agent: String,
    /// The session that its runs belong to.
    pub session: String,
    /// Where its results go.
    pub chat: String,
    /// Who makes it.
    pub created_by: Option<String>,
    /// The run of the command that makes it: a second time it makes none.
    pub created_run: Option<i64>,
    /// What it is to be.
    pub definition: TaskDefinition,
    /// Its first run is queued with it.
    pub starts_now: bool,
}

/// What can be changed of a Task afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDefinition {
    /// What people call it.
    pub name: Option<String>,
    /// What is asked.
    pub prompt: String,
    /// When it runs.
    pub schedule: Option<Schedule>,
    /// IANA name of the zone of its times.
    pub zone: String,
    /// What it is up to.
    pub state: State,
    /// When it is due next.
    pub next_ms: Option<i64>,
    /// It is done after so many runs.
    pub max_runs: Option<u32>,
    /// It is done after so many that went well.
    pub max_successes: Option<u32>,
}

/// What came of a wish for a Task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It was made; with its first run, if that was queued.
    New(TaskRow, Option<i64>),
    /// The same command made it before.
    Before(TaskRow),
    /// There are too many.
    Full,
}

/// Which Tasks.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Of this account.
    pub account: Option<String>,
    /// Of one of these chats; an empty list means any.
    pub chats: Vec<String>,
    /// Those that are done, too.
    pub done: bool,
    /// So many at most.
    pub limit: i64,
}

/// An id made of random bytes.
#[must_use]
pub fn short_id(random: [u8; ID_LEN]) -> String {
    let letter = |byte: u8| ID_ALPHABET.get(usize::from(byte) % ID_ALPHABET.len()).copied();
    random.into_iter().filter_map(letter).map(char::from).collect()
}

impl Store {
    /// Waits until a Task was made or changed, or a run of one was queued, since this last returned.
    pub async fn tasks_changed(&self) {
        self.tasks.notified().await;
    }

    /// Makes a Task under the first of these ids that is free and was not used for one that people may still ask
    /// about. `random` has some more than one, because two may be alike.
    ///
    /// # Errors
    /// What SQLite said, or that all those ids are taken.
    pub async fn create_task(
        &self,
        new: &NewTaskRow,
        random: &[[u8; ID_LEN]],
        now_ms: i64,
    ) -> Result<Created> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        if let Some(run) = new.created_run {
            let before: Option<TaskRow> = sqlx::query_as("SELECT * FROM task WHERE created_run = ?")
                .bind(run)
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(task) = before {
                return Ok(Created::Before(task));
            }
        }
        let tasks: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM task")
            .fetch_one(&mut *tx)
            .await?;
        if tasks >= MOST_TASKS {
            return Ok(Created::Full);
        }
        let id = free_id(&mut tx, random).await?;
        let definition = &new.definition;
        let task: TaskRow = sqlx::query_as(
            "INSERT INTO task (id, account, agent, session, chat, name, prompt, schedule, zone, state, next_ms,
                 max_runs, max_successes, created_by, created_run, created_ms, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16) RETURNING *",
        )
        .bind(id)
        .bind(&new.account)
        .bind(&new.agent)
        .bind(&new.session)
        .bind(&new.chat)
        .bind(&definition.name)
        .bind(&definition.prompt)
        .bind(json(definition.schedule.as_ref())?)
        .bind(&definition.zone)
        .bind(definition.state.as_str())
        .bind(definition.next_ms)
        .bind(definition.max_runs)
        .bind(definition.max_successes)
        .bind(&new.created_by)
        .bind(new.created_run)
        .bind(now_ms)
        .fetch_one(&mut *tx)
        .await?;
        let run = if new.starts_now {
            let run = task_run::NewTaskRun::queued(&task, &task.chat, task_run::Cause::Created, now_ms);
            Some(task_run::insert(&mut tx, &run, now_ms).await?)
        } else {
            None
        };
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(Created::New(task, run))
    }

    /// A Task, by its id as a person types it.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn task(&self, id: &str) -> Result<Option<TaskRow>> {
        Ok(sqlx::query_as("SELECT * FROM task WHERE id = ?")
            .bind(id.trim().to_ascii_lowercase())
            .fetch_optional(&mut *self.read.turn().await?)
            .await?)
    }

    /// Tasks: those that run next first, then those that wait, then those that are done. Beside them, how many there
    /// are.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn list_tasks(&self, filter: &TaskFilter) -> Result<(Vec<TaskRow>, u64)> {
        let mut list = QueryBuilder::<Sqlite>::new("SELECT * FROM task");
        narrow(&mut list, filter)?;
        list.push(
            " ORDER BY CASE state WHEN 'active' THEN 0 WHEN 'paused' THEN 1 ELSE 2 END, next_ms IS NULL, next_ms,
                 created_ms DESC, id LIMIT ",
        );
        list.push_bind(filter.limit);
        let mut count = QueryBuilder::<Sqlite>::new("SELECT COUNT(*) FROM task");
        narrow(&mut count, filter)?;
        let mut turn = self.read.turn().await?;
        let tasks = list.build_query_as().fetch_all(&mut *turn).await?;
        let all: i64 = count.build_query_scalar().fetch_one(&mut *turn).await?;
        Ok((tasks, u64::try_from(all).unwrap_or(0)))
    }

    /// Changes what a Task is. Returns it as it is now; nothing when there is none.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn edit_task(&self, id: &str, to: &TaskDefinition, now_ms: i64) -> Result<Option<TaskRow>> {
        let task = sqlx::query_as(
            "UPDATE task SET name = ?2, prompt = ?3, schedule = ?4, zone = ?5, state = ?6,
                 why = CASE WHEN state = ?6 THEN why END, next_ms = ?7,
                 max_runs = ?8, max_successes = ?9, updated_ms = ?10
             WHERE id = ?1 RETURNING *",
        )
        .bind(id)
        .bind(&to.name)
        .bind(&to.prompt)
        .bind(json(to.schedule.as_ref())?)
        .bind(&to.zone)
        .bind(to.state.as_str())
        .bind(to.next_ms)
        .bind(to.max_runs)
        .bind(to.max_successes)
        .bind(now_ms)
        .fetch_optional(&mut *self.write.turn().await?)
        .await?;
        self.tasks.notify_one();
        Ok(task)
    }

    /// Puts a Task in a state, due at this time if it is active. Returns it as it is now; nothing when there is none.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn set_task_state(
        &self,
        id: &str,
        state: State,
        next_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Option<TaskRow>> {
        let task = sqlx::query_as(
            "UPDATE task SET state = ?2, why = NULL, next_ms = ?3, updated_ms = ?4 WHERE id = ?1 RETURNING *",
        )
        .bind(id)
        .bind(state.as_str())
        .bind(next_ms)
        .bind(now_ms)
        .fetch_optional(&mut *self.write.turn().await?)
        .await?;
        self.tasks.notify_one();
        Ok(task)
    }

    /// Forgets a Task, and ends what is queued of it; what it did stays known for a while. Returns its runs under way,
    /// which whoever has them has to end; nothing when there is no such Task.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn delete_task(&self, id: &str, now_ms: i64) -> Result<Option<Vec<i64>>> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let running = delete(&mut tx, id, now_ms).await?;
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(running)
    }
}

/// Forgets a Task as part of a greater change.
pub(super) async fn delete(tx: &mut SqliteConnection, id: &str, now_ms: i64) -> Result<Option<Vec<i64>>> {
    let gone = sqlx::query("DELETE FROM task WHERE id = ?")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    if gone.rows_affected() == 0 {
        return Ok(None);
    }
    sqlx::query(
        "UPDATE run SET state = 'cancelled', failure = 'task_cancelled', ended_ms = ?
         WHERE task = ? AND state = 'queued' AND task IS NOT NULL AND state IN ('queued', 'running')",
    )
    .bind(now_ms)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let running = sqlx::query_scalar(
        "SELECT id FROM run WHERE task = ? AND task IS NOT NULL AND state IN ('queued', 'running')",
    )
    .bind(id)
    .fetch_all(tx)
    .await?;
    Ok(Some(running))
}

fn json(schedule: Option<&Schedule>) -> Result<Option<String>> {
    Ok(schedule.map(serde_json::to_string).transpose()?)
}

/// An id that neither a Task has nor one had whose runs are still known.
async fn free_id(tx: &mut SqliteConnection, random: &[[u8; ID_LEN]]) -> Result<String> {
    for bytes in random {
        let id = short_id(*bytes);
        let taken: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM task WHERE id = ?1) OR EXISTS (SELECT 1 FROM run WHERE task = ?1)",
        )
        .bind(&id)
        .fetch_one(&mut *tx)
        .await?;
        if !taken {
            return Ok(id);
        }
    }
    anyhow::bail!("{} ids in a row were taken already", random.len())
}

fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &TaskFilter) -> Result<()> {
    query.push(if filter.done {
        " WHERE TRUE"
    } else {
        " WHERE state IN ('active', 'paused')"
    });
    if let Some(account) = &filter.account {
        query.push(" AND account = ").push_bind(account.clone());
    }
    if !filter.chats.is_empty() {
        query
            .push(" AND chat IN (SELECT value FROM json_each(")
            .push_bind(serde_json::to_string(&filter.chats)?)
            .push("))");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
