//! `fased tasks edit`: changes a Task.

use clap::Args;
use fased_protocol::control::{ControlRequest, TaskEdit};
use fased_protocol::private::Private;

use super::{Global, Outcome, tasks};

pub(super) const AFTER_HELP: &str = "\
As in a chat, one thing is changed and the rest stays:
  fased tasks edit k3x9 every 2h
  fased tasks edit k3x9 none
  fased tasks edit k3x9 name briefing
  fased tasks edit k3x9 prompt What is on today?
Without a schedule (none) it runs only when told to. Several at once:
  fased tasks edit k3x9 --schedule \"cron 0 9 * * 1-5\" --prompt \"What is on today?\" --name briefing";

/// What is to be different.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The Task's id, as `fased tasks list` shows it
    #[arg(value_name = "ID")]
    id: String,
    /// A schedule, or one of the words schedule, name and prompt with what it is to be, as in a chat
    #[arg(value_name = "TEXT", conflicts_with_all = ["schedule", "name", "prompt"],
        required_unless_present_any = ["schedule", "name", "prompt", "max_runs", "max_successes", "timezone"])]
    text: Vec<String>,
    /// When it runs
    #[arg(long, value_name = "WHEN")]
    schedule: Option<String>,
    /// What it is called; empty takes its name away
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What is asked
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// It is done after so many runs; 0 takes the limit away
    #[arg(long, value_name = "N")]
    max_runs: Option<u32>,
    /// It is done after so many runs that went well; 0 takes the limit away
    #[arg(long, value_name = "N")]
    max_successes: Option<u32>,
    /// The zone of its times, as Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let text = options.text.join(" ");
    let edit = TaskEdit {
        text: Some(text).filter(|text| !text.is_empty()).map(Private),
        schedule: options.schedule,
        name: options.name.map(Private),
        prompt: options.prompt.map(Private),
        max_runs: options.max_runs,
        max_successes: options.max_successes,
        timezone: options.timezone,
    };
    let request = ControlRequest::TasksEdit {
        id: options.id,
        edit: Box::new(edit),
    };
    tasks::change(global, &request)
}
