//! Making a Task.

use fased_policy::schedule::{self, Schedule};
use fased_policy::task::{self, State};
use fased_protocol::control::TaskInfo;
use jiff::tz::TimeZone;

use super::{Desk, Held, TaskError, zone};
use crate::clock;
use crate::store::{Created, ID_LEN, MOST_TASKS, NewTaskRow, TaskDefinition};

/// Ids that are tried; with thousands of Tasks every tenth may be taken.
const TRIES: usize = 32;

/// Where a Task comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Account id.
    pub account: String,
    /// Agent id.
    pub agent: String,
    /// The session that its runs belong to.
    pub session: String,
    /// The address that its results go to.
    pub chat: String,
    /// Who makes it, as a person would say it.
    pub by: Option<String>,
    /// The run of the chat command that makes it: carried out again it makes no second one.
    pub run: Option<i64>,
}

/// What is wished for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish<'a> {
    /// When, what it is called, and what is asked, as it is typed.
    pub text: &'a str,
    /// When, as it is typed. With it, the text is what is asked and nothing else.
    pub schedule: Option<&'a str>,
    /// What it is called; only beside a schedule.
    pub name: Option<&'a str>,
    /// The zone of its times; the configured one if none is named.
    pub zone: Option<&'a str>,
    /// It is done after so many runs.
    pub max_runs: Option<u32>,
    /// It is done after so many that went well.
    pub max_successes: Option<u32>,
}

impl Desk {
    /// Makes a Task. One without a schedule is queued at once.
    ///
    /// # Errors
    /// When its text makes no sense, its account sends nothing, or there are too many Tasks.
    pub async fn create(&self, origin: &Origin, wish: &Wish<'_>, now_ms: i64) -> Result<TaskInfo, TaskError> {
        let (zone, zone_name) = match wish.zone {
            Some(name) => zone::named(name)?,
            None => zone::configured(&self.settings(&origin.account)),
        };
        let new = read(wish, now_ms, &zone).map_err(TaskError::Wrong)?;
        let starts_now = new.schedule.is_none();
        if let Some(held) = self.held(&origin.account) {
            // One that is to run later may be made while the link is down.
            match held {
                Held::Unlinked | Held::Paused if !starts_now => {}
                Held::Gone | Held::Failed | Held::Off | Held::ObserveOnly | Held::Unlinked | Held::Paused => {
                    return Err(refused(held, &origin.account));
                }
            }
        }
        if (wish.max_runs.or(wish.max_successes)).is_some()
            && new.schedule.as_ref().is_none_or(Schedule::is_once)
        {
            return Err(once_has_no_limits());
        }
        let next_ms = match &new.schedule {
            Some(schedule) => Some(schedule.next_after(now_ms, now_ms, &zone).ok_or_else(|| {
                TaskError::Wrong(format!("{} names no time to come", schedule.describe(&zone)))
            })?),
            None => None,
        };
        let definition = TaskDefinition {
            name: new.name,
            prompt: new.prompt,
            schedule: new.schedule,
            zone: zone_name,
            state: State::Active,
            next_ms,
            max_runs: wish.max_runs.or(new.max_runs),
            max_successes: wish.max_successes.or(new.max_successes),
        };
        let row = NewTaskRow {
            account: origin.account.clone(),
            agent: origin.agent.clone(),
            session: origin.session.clone(),
            chat: origin.chat.clone(),
            created_by: origin.by.clone(),
            created_run: origin.run,
            definition,
            starts_now,
        };
        let random: Vec<[u8; ID_LEN]> = (0..TRIES).map(|_| clock::random()).collect();
        match self.store.create_task(&row, &random, now_ms).await? {
            Created::New(task, _) | Created::Before(task) => self.shown(task).await,
            Created::Full => Err(TaskError::Refused {
                why: format!("there are {MOST_TASKS} Tasks already, and no more are taken"),
                next: "delete those that are no longer needed: fased tasks cancel ID".to_owned(),
            }),
        }
    }
}

/// What is wished for, as it is typed in one piece or in several.
fn read(wish: &Wish<'_>, now_ms: i64, zone: &TimeZone) -> Result<task::NewTask, String> {
    let Some(schedule) = wish.schedule else {
        return task::parse_new(wish.text, now_ms, zone);
    };
    let (schedule, limits) = schedule::parse(schedule, now_ms, zone)?;
    if schedule.is_none() {
        return Err("A Task that is made needs a time: every day at 9:00, in 20m, at 18:30.".to_owned());
    }
    Ok(task::NewTask {
        schedule,
        name: wish.name.map(task::check_name).transpose()?,
        prompt: task::check_prompt(wish.text)?,
        max_runs: limits.max_runs,
        max_successes: limits.max_successes,
    })
}

/// The refusal where an account lets no Task run.
pub(super) fn refused(held: Held, account: &str) -> TaskError {
    TaskError::Refused {
        why: held.sentence(account),
        next: held.next(account),
    }
}

/// The refusal of limits for what runs once.
pub(super) fn once_has_no_limits() -> TaskError {
    TaskError::Wrong(
        "what has one time, or none, runs once; --max-runs and --max-successes go with `every`, `daily` or `cron`"
            .to_owned(),
    )
}
