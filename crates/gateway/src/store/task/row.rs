//! A Task, as it is stored.

use fased_policy::schedule::{Schedule, Zone};
use fased_policy::task::{State, Timing};

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

    /// When it runs. A schedule that this version cannot read is none here; see [`TaskRow::is_unreadable`].
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

    /// It has a schedule that this version cannot read: it is kept, and is not due.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.schedule.is_some() && self.schedule().is_none()
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
