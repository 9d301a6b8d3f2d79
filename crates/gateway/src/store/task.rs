//! Tasks: saved work with the time at which it is due next. Their runs are rows of `run` like all others.
//!
//! Whatever changes a Task wakes the scheduler, which sleeps until the next of them is due.

mod row;

use anyhow::Result;
use fased_policy::schedule::Schedule;
#[cfg(test)]
use fased_policy::task::State;
use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection};

pub(super) use super::task_end::{Ended, after_run, tell_cut_off};
use super::{Store, task_run};
pub use row::{NewTaskRow, TaskDefinition, TaskRow};

/// Tasks of all accounts together. When there are so many, no further one is made.
pub const MOST_TASKS: i64 = 50_000;
/// No letters or digits that look alike, and no vowels, so that an id is never a word.
const ID_ALPHABET: &[u8; 28] = b"bcdfghjkmnpqrstvwxyz23456789";
/// Letters of an id.
pub const ID_LEN: usize = 4;

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
    /// Of this agent.
    pub agent: Option<String>,
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

    /// Id, name and state of the Tasks that have a name: of this account, or of all; in these chats, or in any.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn named_tasks(
        &self,
        account: Option<&str>,
        chats: &[String],
    ) -> Result<Vec<(String, String, String)>> {
        let filter = TaskFilter {
            account: account.map(str::to_owned),
            agent: None,
            chats: chats.to_vec(),
            done: true,
            limit: 0,
        };
        let mut named = QueryBuilder::<Sqlite>::new("SELECT id, name, state FROM task");
        narrow(&mut named, &filter)?;
        named.push(" AND name IS NOT NULL ORDER BY created_ms DESC, id");
        Ok(named
            .build_query_as()
            .fetch_all(&mut *self.read.turn().await?)
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

    /// Changes a Task into what `decide` makes of it as it is then: nobody else changes it in between. Returns what it is
    /// now, or why it stays as it is; nothing when there is none.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn change_task<E>(
        &self,
        id: &str,
        now_ms: i64,
        decide: impl FnOnce(&TaskRow) -> Result<TaskDefinition, E> + Send,
    ) -> Result<Option<Result<TaskRow, E>>> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let task: Option<TaskRow> = sqlx::query_as("SELECT * FROM task WHERE id = ?")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(task) = task else {
            return Ok(None);
        };
        let to = match decide(&task) {
            Ok(to) => to,
            Err(refused) => return Ok(Some(Err(refused))),
        };
        // One that this version cannot read is kept as it is.
        let schedule = if to.schedule == task.schedule() {
            task.schedule.clone()
        } else {
            json(to.schedule.as_ref())?
        };
        let task = sqlx::query_as(
            "UPDATE task SET name = ?2, prompt = ?3, schedule = ?4, zone = ?5, state = ?6,
                 why = CASE WHEN state = ?6 THEN why END, next_ms = ?7,
                 max_runs = ?8, max_successes = ?9, updated_ms = ?10
             WHERE id = ?1 RETURNING *",
        )
        .bind(&task.id)
        .bind(&to.name)
        .bind(&to.prompt)
        .bind(schedule)
        .bind(&to.zone)
        .bind(to.state.as_str())
        .bind(to.next_ms)
        .bind(to.max_runs)
        .bind(to.max_successes)
        .bind(now_ms)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(Some(Ok(task)))
    }
}

#[cfg(test)]
impl Store {
    /// Nobody writes while this is held.
    pub(crate) async fn hold_writer(&self) -> impl Sized + '_ {
        self.write.turn().await.expect("open")
    }

    /// Gives a Task this schedule, whatever it is.
    pub(crate) async fn put_schedule(&self, id: &str, json: Option<&str>) -> Result<()> {
        sqlx::query("UPDATE task SET schedule = ? WHERE id = ?")
            .bind(json)
            .bind(id)
            .execute(&mut *self.write.turn().await?)
            .await?;
        Ok(())
    }

    /// Puts a Task in a state, due at this time.
    pub(crate) async fn set_task_state(
        &self,
        id: &str,
        state: State,
        next_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Option<TaskRow>> {
        let put = |task: &TaskRow| {
            anyhow::Ok(TaskDefinition {
                state,
                next_ms,
                ..task.definition()
            })
        };
        self.change_task(id, now_ms, put).await?.transpose()
    }
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
    if let Some(agent) = &filter.agent {
        query.push(" AND agent = ").push_bind(agent.clone());
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
