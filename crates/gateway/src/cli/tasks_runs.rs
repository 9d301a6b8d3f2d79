//! `fased tasks runs`: what became of a Task's runs, newest first.

use clap::Args;
use fased_protocol::control::{ControlRequest, ControlResponse};
use serde_json::json;

use super::{Global, Outcome, ask, out, tasks_shown};

/// Of which Task, and how many.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The Task's id, also of one that was deleted
    #[arg(value_name = "ID")]
    id: String,
    /// So many at most
    #[arg(value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub(super) fn run(global: &Global, Options { id, limit }: Options) -> Outcome {
    let answer = ask::read(
        global,
        &ControlRequest::TasksRuns {
            id: id.clone(),
            limit,
        },
    )?;
    let ControlResponse::TaskRuns { runs } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "runs": runs }));
    }
    if runs.is_empty() {
        return out::text(&format!(
            "Task {id} has not run yet; run it now: fased tasks run {id}"
        ));
    }
    out::text(&tasks_shown::runs(&runs))
}
