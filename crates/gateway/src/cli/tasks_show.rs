//! `fased tasks show`: all that is known of a Task.

use fased::tasks::state_in_words;
use fased_protocol::control::{ControlRequest, ControlResponse, TaskInfo};
use serde_json::json;

use super::table::Table;
use super::tasks::Named;
use super::{Global, Outcome, ask, out, tasks_shown};

pub(super) fn run(global: &Global, Named { id }: Named) -> Outcome {
    let answer = ask::read(global, &ControlRequest::TasksShow { id })?;
    let ControlResponse::Task(task) = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        out::json(&json!({ "task": task }))
    } else {
        out::text(&rendered(&task))
    }
}

fn rendered(task: &TaskInfo) -> String {
    let mut table = Table::new();
    let mut line = |label: &str, value: String| table.line([label.to_owned(), value]);
    line("task", format!("{}, {}", task.id, state_in_words(task)));
    if let Some(held) = &task.held {
        line("held", format!("it does not run: {held}"));
    }
    if let Some(name) = &task.name {
        line("name", name.0.clone());
    }
    line("when", task.schedule.clone());
    line("next", task.next.clone().unwrap_or_else(|| "-".to_owned()));
    line("zone", task.zone.clone());
    line("to", format!("{}, by account {}", task.chat, task.account));
    line("agent", format!("{}, session {}", task.agent, task.session));
    line(
        "runs",
        format!(
            "{}, of which {} went well; {} failures since",
            task.runs, task.successes, task.failures
        ),
    );
    if let Some(limit) = limits(task) {
        line("ends", limit);
    }
    if let Some(by) = &task.created_by {
        line("made by", by.0.clone());
    }
    if let Some(run) = &task.newest_run {
        let said = tasks_shown::came_of_it(run).map_or_else(String::new, |said| format!(": {said}"));
        line(
            "last run",
            format!("{}, {}, {}{said}", run.id, tasks_shown::run_state(run), run.when),
        );
    }
    format!("{}\n{}\n", table.render(), task.prompt.0)
}

fn limits(task: &TaskInfo) -> Option<String> {
    match (task.max_runs, task.max_successes) {
        (None, None) => None,
        (Some(runs), None) => Some(format!("after {runs} runs")),
        (None, Some(successes)) => Some(format!("after {successes} runs that went well")),
        (Some(runs), Some(successes)) => Some(format!("after {runs} runs, or {successes} that went well")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tasks_shown::tests::task;
    use super::*;

    #[test]
    fn everything_is_shown_and_the_prompt_as_it_is() {
        let text = rendered(&task());
        for part in [
            "task      k3x9, active",
            "next      2023-11-14 23:13 (Europe/Berlin)",
            "runs      3, of which 2 went well; 1 failures since",
            "ends      after 10 runs",
            "last run  41, skipped ×3 (overlap)",
            "\nSummarise\nthe log\n",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
}
