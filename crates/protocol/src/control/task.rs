//! Tasks and their runs, as people see them and change them.

use serde::{Deserialize, Serialize};

use super::{Destination, ForAgent};
use crate::private::Private;

/// A Task to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRequest {
    /// When, what it is called, and what is asked, as it is typed in a chat: `every 1h report: Summarise the log`.
    pub text: Private,
    /// When it runs, as it is typed in a chat. With it, `text` is what is asked and nothing else, whatever it looks like.
    #[serde(default)]
    pub schedule: Option<String>,
    /// What it is called; only beside `schedule`.
    #[serde(default)]
    pub name: Option<Private>,
    /// Where its results go.
    pub to: Destination,
    /// Who works on it; whoever answers in that chat if none is named.
    pub agent: Option<String>,
    /// It is done after so many runs.
    pub max_runs: Option<u32>,
    /// It is done after so many that went well.
    pub max_successes: Option<u32>,
    /// IANA name of the zone of its times; the configured one if none is named.
    pub timezone: Option<String>,
    /// It is this agent's, and only if that may reach the chat.
    #[serde(default)]
    pub for_agent: Option<ForAgent>,
}

/// What is to be different of a Task. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskEdit {
    /// As it is typed in a chat: `every 2h`, `name report`, `prompt Summarise the log`.
    pub text: Option<Private>,
    /// When it runs, as it is typed in a chat.
    pub schedule: Option<String>,
    /// What it is called; empty takes its name away.
    pub name: Option<Private>,
    /// What is asked.
    pub prompt: Option<Private>,
    /// It is done after so many runs; 0 takes the limit away.
    pub max_runs: Option<u32>,
    /// It is done after so many that went well; 0 takes the limit away.
    pub max_successes: Option<u32>,
    /// IANA name of the zone of its times.
    pub timezone: Option<String>,
}

/// A Task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// Its id: four letters and digits.
    pub id: String,
    /// Account id.
    pub account: String,
    /// Agent id.
    pub agent: String,
    /// The session that its runs belong to.
    pub session: String,
    /// Number, hidden id or group that its results go to.
    pub chat: String,
    /// What it is called.
    pub name: Option<Private>,
    /// What is asked.
    pub prompt: Private,
    /// When it runs and how often at most, in words, with the zone where that matters.
    pub schedule: String,
    /// IANA name of the zone of its times.
    pub zone: String,
    /// `active`, `paused` or `done`.
    pub state: String,
    /// Why it is in this state, in one word, where there is more to say.
    pub why: Option<String>,
    /// Why it does not run although it is active: its account is off, gone, paused, not linked, or only observes.
    pub held: Option<String>,
    /// When it is due next, Unix milliseconds.
    pub next_ms: Option<i64>,
    /// The same in words, with the zone.
    pub next: Option<String>,
    /// Runs that ended.
    pub runs: u64,
    /// Of them, those that went well.
    pub successes: u64,
    /// Failures since the last one that did.
    pub failures: u64,
    /// It is done after so many runs.
    pub max_runs: Option<u64>,
    /// It is done after so many that went well.
    pub max_successes: Option<u64>,
    /// Who made it.
    pub created_by: Option<Private>,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// When it changed last, Unix milliseconds.
    pub updated_ms: i64,
    /// Its newest run, whatever became of it.
    pub newest_run: Option<TaskRunInfo>,
}

/// A run of a Task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRunInfo {
    /// Its number.
    pub id: i64,
    /// Id of the Task, which may be gone.
    pub task: String,
    /// Account id.
    pub account: String,
    /// `queued`, `running`, `ok`, `error`, `skipped`, `cancelled`, `interrupted` or `missed`.
    pub state: String,
    /// What made it run: `created`, `schedule`, `catch_up`, `manual` or `again`.
    pub cause: Option<String>,
    /// When it was due, Unix milliseconds.
    pub due_ms: Option<i64>,
    /// How often it was started; of one that was skipped, how often in a row.
    pub attempts: u64,
    /// Of one that did not go well: the kind in one word.
    pub failure: Option<String>,
    /// And what is known of it.
    pub error: Option<String>,
    /// The end of what the agent's process wrote on stderr then: 64 KiB at most of one that is asked for alone, 1,000
    /// characters of one among others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<Private>,
    /// The first words of what came of it.
    pub result: Option<Private>,
    /// A message with what came of it waits, or WhatsApp has not confirmed it yet.
    pub sending: bool,
    /// When it was queued, Unix milliseconds.
    pub created_ms: i64,
    /// When it started, Unix milliseconds.
    pub started_ms: Option<i64>,
    /// When it ended, Unix milliseconds.
    pub ended_ms: Option<i64>,
    /// When it ended, or else when it was queued: in words, with the zone of its Task.
    pub when: String,
}

impl TaskRunInfo {
    /// Did it go well, and what came of it was refused or grew too old? `error` says why then.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        self.state == "ok" && self.error.is_some()
    }
}
