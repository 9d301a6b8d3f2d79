//! `fased tasks last`: what came of a Task's last run.

use fased_protocol::control::{ControlRequest, ControlResponse};
use serde_json::json;

use super::tasks::Named;
use super::{Global, Outcome, ask, out, tasks_shown};

pub(super) fn run(global: &Global, Named { id }: Named) -> Outcome {
    let answer = ask::read(global, &ControlRequest::TasksLast { id })?;
    let ControlResponse::TaskRun(run) = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "run": run }));
    }
    let result = run.result.as_ref().map_or("", |result| result.0.as_str());
    out::text(&format!(
        "{}\n{result}",
        tasks_shown::runs(std::slice::from_ref(&run))
    ))
}
