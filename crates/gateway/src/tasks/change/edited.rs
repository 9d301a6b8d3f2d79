//! What a Task is after an edit.

use fased_policy::command::{self, Command, Edit, TaskVerb};
use fased_policy::schedule::{self, Limits, Schedule};
use fased_policy::task::{self, State, Timing};
use fased_protocol::control::TaskEdit;
use jiff::tz::TimeZone;

use super::super::create::once_has_no_limits;
use super::super::{TaskError, zone};
use super::within_limits;
use crate::store::{TaskDefinition, TaskRow};

/// What a Task is after an edit. Its times and its state stay as they are unless the edit names a time.
pub(super) fn edited(task: &TaskRow, edit: &TaskEdit, now_ms: i64) -> Result<TaskDefinition, TaskError> {
    let (zone, zone_name) = match &edit.timezone {
        Some(name) => zone::named(name)?,
        None => (zone::stored(&task.zone), task.zone.clone()),
    };
    let mut to = task.definition();
    to.zone = zone_name;
    let mut schedule = edit.schedule.clone();
    let mut name = edit.name.as_ref().map(|name| name.0.clone());
    let mut prompt = edit.prompt.as_ref().map(|prompt| prompt.0.clone());
    match edit
        .text
        .as_ref()
        .map(|text| read(&task.id, &text.0, now_ms, &zone))
    {
        None => {}
        Some(Ok(Edit::Schedule(text))) => schedule = Some(text),
        Some(Ok(Edit::Name(text))) => name = Some(text.unwrap_or_default()),
        Some(Ok(Edit::Prompt(text))) => prompt = Some(text),
        Some(Err(why)) => return Err(TaskError::Wrong(why)),
    }
    let mut limits = Limits {
        max_runs: edit.max_runs,
        max_successes: edit.max_successes,
    };
    if let Some(text) = &schedule {
        let (read, with_it) = schedule::parse(text, now_ms, &zone).map_err(TaskError::Wrong)?;
        limits.max_runs = limits.max_runs.or(with_it.max_runs);
        limits.max_successes = limits.max_successes.or(with_it.max_successes);
        to.schedule = read;
    } else if edit.timezone.is_some() && is_once(&to) {
        return Err(TaskError::Refused {
            why: format!(
                "Task {} runs at one moment, which is the same in every zone",
                task.id
            ),
            next: format!(
                "name its time anew: fased tasks edit {} --schedule \"at 18:30\" --timezone {}",
                task.id, to.zone
            ),
        });
    }
    if let Some(text) = name {
        to.name = named(&text)?;
    }
    if let Some(text) = prompt {
        to.prompt = task::check_prompt(&text).map_err(TaskError::Wrong)?;
    }
    let has_time = schedule.is_some() || edit.timezone.is_some();
    limit(&mut to, limits, schedule.is_some())?;
    if has_time {
        retime(task, &mut to, now_ms, &zone)?;
    }
    if to.state == State::Active && (has_time || limits != Limits::default()) {
        within_limits(task, &to)?;
    }
    Ok(to)
}

/// Reads an edit as it is typed: a schedule alone, or else exactly what a chat takes after `/task edit ID`.
fn read(id: &str, text: &str, now_ms: i64, zone: &TimeZone) -> Result<Edit, String> {
    if schedule::parse(text, now_ms, zone).is_ok() {
        return Ok(Edit::Schedule(text.to_owned()));
    }
    match command::parse(&format!("/task edit {id} {text}")) {
        Some(Ok(Command::Task(TaskVerb::Edit { edit, .. }))) => Ok(edit),
        Some(Err(wrong)) => Err(format!(
            "{} Begin with a schedule, or with one of the words schedule, name and prompt.",
            wrong.found
        )),
        Some(Ok(_)) | None => Err("That changes nothing.".to_owned()),
    }
}

/// Puts limits in force; 0 takes one away. What runs once has none.
fn limit(to: &mut TaskDefinition, limits: Limits, has_schedule: bool) -> Result<(), TaskError> {
    let is_wished = |limit: Option<u32>| limit.is_some_and(|limit| limit > 0);
    if is_once(to) {
        if is_wished(limits.max_runs) || is_wished(limits.max_successes) {
            return Err(once_has_no_limits());
        }
        if has_schedule {
            (to.max_runs, to.max_successes) = (None, None);
        }
    }
    for (limit, wish) in [
        (&mut to.max_runs, limits.max_runs),
        (&mut to.max_successes, limits.max_successes),
    ] {
        if let Some(wish) = wish {
            *limit = Some(wish).filter(|wish| *wish > 0);
        }
    }
    Ok(())
}

fn is_once(to: &TaskDefinition) -> bool {
    to.schedule.as_ref().is_some_and(Schedule::is_once)
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
