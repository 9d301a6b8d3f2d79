//! Changing Tasks: pausing, resuming, editing.

use fased_policy::schedule;
use fased_policy::task::{self, State, Timing};
use fased_protocol::control::{TaskEdit, TaskInfo};
use jiff::tz::TimeZone;

use super::{Desk, TaskError, zone};
use crate::store::{TaskDefinition, TaskRow};

impl Desk {
    /// Lets a Task wait until it is resumed. A run that is queued or under way goes on.
    ///
    /// # Errors
    /// When there is none, or it is done.
    pub async fn pause(&self, id: &str, now_ms: i64) -> Result<TaskInfo, TaskError> {
        let task = self.task(id).await?;
        match task.state() {
            State::Paused => self.shown(task).await,
            State::Done => Err(TaskError::Refused {
                why: format!("Task {} is done, so there is nothing to pause", task.id),
                next: format!("delete it: fased tasks cancel {}", task.id),
            }),
            State::Active => self.put(&task, State::Paused, None, now_ms).await,
        }
    }

    /// Lets a Task run again, from now on: what came while it was paused is not caught up on.
    ///
    /// # Errors
    /// When there is none, or it names no time to come.
    pub async fn resume(&self, id: &str, now_ms: i64) -> Result<TaskInfo, TaskError> {
        let task = self.task(id).await?;
        if task.is_active() {
            return self.shown(task).await;
        }
        if reached(task.max_runs, task.runs) || reached(task.max_successes, task.successes) {
            return Err(TaskError::Refused {
                why: format!("Task {} ran as often as it was to", task.id),
                next: format!(
                    "give it another limit, then resume it: fased tasks edit {} --max-runs N --max-successes N",
                    task.id
                ),
            });
        }
        let schedule = task.schedule();
        let zone = zone::stored(&task.zone);
        let next_ms = task::on_resume(&task.timing(schedule.as_ref(), &zone), now_ms);
        // One that only runs when told to has no next time, and needs none.
        let waits_for_word = schedule.is_none() && task.state() == State::Paused;
        if next_ms.is_none() && !waits_for_word {
            return Err(TaskError::Refused {
                why: format!("Task {} names no time to come", task.id),
                next: format!(
                    "run it now: fased tasks run {}; or give it a time: fased tasks edit {} --schedule \"every 1h\"",
                    task.id, task.id
                ),
            });
        }
        self.put(&task, State::Active, next_ms, now_ms).await
    }

    /// Changes a Task. One that is done and gets a time to come is active again.
    ///
    /// # Errors
    /// When there is none, or what it is to be makes no sense.
    pub async fn edit(&self, id: &str, edit: &TaskEdit, now_ms: i64) -> Result<TaskInfo, TaskError> {
        let task = self.task(id).await?;
        let to = edited(&task, edit, now_ms)?;
        let changed = self.store.edit_task(&task.id, &to, now_ms).await?;
        self.shown(changed.ok_or(TaskError::NotFound(task.id))?).await
    }

    async fn put(
        &self,
        task: &TaskRow,
        state: State,
        next_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<TaskInfo, TaskError> {
        let put = self
            .store
            .set_task_state(&task.id, state, next_ms, now_ms)
            .await?;
        self.shown(put.ok_or_else(|| TaskError::NotFound(task.id.clone()))?)
            .await
    }
}

fn reached(limit: Option<i64>, count: i64) -> bool {
    limit.is_some_and(|limit| count >= limit)
}

/// What a Task is after an edit.
fn edited(task: &TaskRow, edit: &TaskEdit, now_ms: i64) -> Result<TaskDefinition, TaskError> {
    let (zone, zone_name) = match &edit.timezone {
        Some(name) => zone::named(name)?,
        None => (zone::stored(&task.zone), task.zone.clone()),
    };
    let mut to = task.definition();
    let mut times = edit.timezone.is_some();
    to.zone = zone_name;
    if let Some(text) = &edit.text {
        times |= read(&mut to, &text.0, now_ms, &zone)?;
    }
    if let Some(text) = &edit.schedule {
        times |= read_schedule(&mut to, text, now_ms, &zone)?;
    }
    if let Some(name) = &edit.name {
        to.name = named(&name.0)?;
    }
    if let Some(prompt) = &edit.prompt {
        to.prompt = task::check_prompt(&prompt.0).map_err(TaskError::Wrong)?;
    }
    for (limit, wish) in [
        (&mut to.max_runs, edit.max_runs),
        (&mut to.max_successes, edit.max_successes),
    ] {
        if let Some(wish) = wish {
            *limit = Some(wish).filter(|wish| *wish > 0);
        }
    }
    if times {
        retime(task, &mut to, now_ms, &zone)?;
    }
    Ok(to)
}

/// Reads an edit as it is typed: one part that is named by its word, a schedule alone, or what `new` takes. Returns
/// whether it names a schedule.
fn read(to: &mut TaskDefinition, text: &str, now_ms: i64, zone: &TimeZone) -> Result<bool, TaskError> {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match word.to_ascii_lowercase().as_str() {
        "schedule" | "when" if !rest.trim().is_empty() => return read_schedule(to, rest, now_ms, zone),
        "name" if !rest.trim().is_empty() => {
            to.name = named(rest)?;
            return Ok(false);
        }
        "prompt" | "text" if !rest.trim().is_empty() => {
            to.prompt = task::check_prompt(rest).map_err(TaskError::Wrong)?;
            return Ok(false);
        }
        _no_part => {}
    }
    if let Ok(named) = read_schedule(to, text, now_ms, zone) {
        return Ok(named);
    }
    let new = task::parse_new(text, now_ms, zone).map_err(TaskError::Wrong)?;
    to.name = new.name.or_else(|| to.name.take());
    to.prompt = new.prompt;
    to.max_runs = new.max_runs.or(to.max_runs);
    to.max_successes = new.max_successes.or(to.max_successes);
    let named = new.schedule.is_some();
    to.schedule = new.schedule.or_else(|| to.schedule.take());
    Ok(named)
}

fn read_schedule(
    to: &mut TaskDefinition,
    text: &str,
    now_ms: i64,
    zone: &TimeZone,
) -> Result<bool, TaskError> {
    let (schedule, limits) = schedule::parse(text, now_ms, zone).map_err(TaskError::Wrong)?;
    to.schedule = schedule;
    to.max_runs = limits.max_runs.or(to.max_runs);
    to.max_successes = limits.max_successes.or(to.max_successes);
    Ok(true)
}

/// A name; the words for none take it away.
fn named(text: &str) -> Result<Option<String>, TaskError> {
    match text.trim() {
        "" | "-" | "none" => Ok(None),
        name => task::check_name(name).map(Some).map_err(TaskError::Wrong),
    }
}

/// Gives a Task its next time under another schedule or zone.
fn retime(task: &TaskRow, to: &mut TaskDefinition, now_ms: i64, zone: &TimeZone) -> Result<(), TaskError> {
    let timing = Timing {
        schedule: to.schedule.as_ref(),
        anchor_ms: task.created_ms,
        zone,
    };
    let next_ms = task::on_resume(&timing, now_ms);
    if let (Some(schedule), None) = (&to.schedule, next_ms) {
        let told = schedule.describe(zone);
        return Err(TaskError::Wrong(format!("{told} names no time to come")));
    }
    if to.state == State::Paused {
        return Ok(());
    }
    to.next_ms = next_ms;
    if next_ms.is_some() {
        to.state = State::Active;
    }
    Ok(())
}
