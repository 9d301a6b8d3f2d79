//! `fased tasks`: its verbs, a file each.

use clap::{Args, Subcommand};
use fased_protocol::control::{ControlRequest, ControlResponse};
use serde_json::json;

use super::runtime::{block_on, paths};
use super::{
    Global, Outcome, ask, out, tasks_cancel, tasks_cancel_run, tasks_edit, tasks_last, tasks_list, tasks_new,
    tasks_pause, tasks_resume, tasks_run, tasks_runs, tasks_show, tasks_shown,
};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// The Tasks, those that run next first
    List(tasks_list::Options),
    /// All that is known of a Task
    Show(Named),
    /// Make a Task
    #[command(after_help = tasks_new::AFTER_HELP)]
    New(tasks_new::Options),
    /// Run a Task now, also one that is paused or done
    Run(tasks_run::Options),
    /// What became of a Task's runs, newest first
    Runs(tasks_runs::Options),
    /// What came of a Task's last run
    Last(Named),
    /// Let a Task wait until it is resumed
    Pause(Named),
    /// Let a Task run again, from now on
    Resume(Named),
    /// Change a Task: when it runs, what it is called, what is asked
    #[command(after_help = tasks_edit::AFTER_HELP)]
    Edit(tasks_edit::Options),
    /// Delete a Task and end what runs of it; what its runs came to stays known
    Cancel(Named),
    /// End one run of a Task, which goes on with the next
    CancelRun(tasks_cancel_run::Options),
}

/// Which Task.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// The Task's id, as `fased tasks list` shows it
    #[arg(value_name = "ID")]
    pub(super) id: String,
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::List(options) => tasks_list::run(global, options),
        Verb::Show(named) => tasks_show::run(global, named),
        Verb::New(options) => tasks_new::run(global, options),
        Verb::Run(options) => tasks_run::run(global, options),
        Verb::Runs(options) => tasks_runs::run(global, options),
        Verb::Last(named) => tasks_last::run(global, named),
        Verb::Pause(named) => tasks_pause::run(global, named),
        Verb::Resume(named) => tasks_resume::run(global, named),
        Verb::Edit(options) => tasks_edit::run(global, options),
        Verb::Cancel(named) => tasks_cancel::run(global, named),
        Verb::CancelRun(options) => tasks_cancel_run::run(global, &options),
    }
}

/// Asks the gateway to change a Task, and prints what it is now.
pub(super) fn change(global: &Global, request: &ControlRequest) -> Outcome {
    let paths = paths(global)?;
    let answer = block_on(async { Ok(fased::client::ask(&paths, request).await?) })?;
    let ControlResponse::Task(task) = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "task": task }));
    }
    if let Some(held) = &task.held {
        out::hint(&format!("it does not run: {held}"));
    }
    out::text(&tasks_shown::line(&task))
}
