//! Tasks and their runs in words.

use fased::tasks::state_in_words;
use fased_protocol::control::{TaskInfo, TaskRunInfo};
use fased_protocol::private::Private;

use super::span;
use super::table::Table;

/// Longest piece of a text that a line shows.
const SHOWN_CHARS: usize = 60;

/// A Task in one line, for whoever made or changed it.
pub(super) fn line(task: &TaskInfo) -> String {
    let next = match (&task.next, task.state.as_str()) {
        (Some(next), _) => format!("; next {next}"),
        (None, "active") => String::new(),
        (None, _waits) => format!("; {}", state_in_words(task)),
    };
    format!("Task {}: {}{next}", task.id, task.schedule)
}

/// What a Task is called, or else how its prompt begins.
pub(super) fn title(task: &TaskInfo) -> String {
    let named = task.name.as_ref().filter(|name| !name.0.is_empty());
    shortened(named.unwrap_or(&task.prompt))
}

pub(super) fn shortened(text: &Private) -> String {
    let one_line = text.0.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = one_line.chars().take(SHOWN_CHARS).collect();
    let more = if one_line.chars().nth(SHOWN_CHARS).is_some() {
        "…"
    } else {
        ""
    };
    format!("{shown}{more}")
}

/// How a run stands: `ok`, `not sent`, `skipped ×3 (overlap)`, `error (timeout)`.
pub(super) fn run_state(run: &TaskRunInfo) -> String {
    if run.is_unsent() {
        return "not sent".to_owned();
    }
    let times = if run.state == "skipped" && run.attempts > 1 {
        format!(" ×{}", run.attempts)
    } else {
        String::new()
    };
    let why = run
        .failure
        .as_ref()
        .map(|why| format!(" ({why})"))
        .unwrap_or_default();
    format!("{}{times}{why}", run.state)
}

/// How long a run took.
pub(super) fn took(run: &TaskRunInfo) -> String {
    match (run.started_ms, run.ended_ms) {
        (Some(started), Some(ended)) => span::span(ended - started),
        (Some(_) | None, None) | (None, Some(_)) => "-".to_owned(),
    }
}

/// What came of a run, as far as there is something to say.
pub(super) fn came_of_it(run: &TaskRunInfo) -> Option<String> {
    let result = run.result.as_ref().filter(|result| !result.0.is_empty());
    run.error.clone().or_else(|| result.map(shortened))
}

/// Runs, a line each and what came of it below.
pub(super) fn runs(runs: &[TaskRunInfo]) -> String {
    let mut table = Table::new();
    table.line(["run", "state", "when", "took", "because"]);
    for run in runs {
        table.line([
            run.id.to_string(),
            run_state(run),
            run.when.clone(),
            took(run),
            run.cause.clone().unwrap_or_else(|| "-".to_owned()),
        ]);
        if let Some(said) = came_of_it(run) {
            table.line([said]);
        }
    }
    table.render()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn task() -> TaskInfo {
        TaskInfo {
            id: "k3x9".to_owned(),
            account: "default".to_owned(),
            agent: "main".to_owned(),
            session: "agent:main:whatsapp:default:dm:+15550100002".to_owned(),
            chat: "+15550100002".to_owned(),
            name: None,
            prompt: "Summarise\nthe log".into(),
            schedule: "every 1h".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            state: "active".to_owned(),
            why: None,
            held: None,
            next_ms: Some(1_700_000_000_000),
            next: Some("2023-11-14 23:13 (Europe/Berlin)".to_owned()),
            runs: 3,
            successes: 2,
            failures: 1,
            max_runs: Some(10),
            max_successes: None,
            created_by: Some("the command line".into()),
            created_ms: 1_699_000_000_000,
            updated_ms: 1_699_000_000_000,
            newest_run: Some(run()),
        }
    }

    pub(in super::super) fn run() -> TaskRunInfo {
        TaskRunInfo {
            id: 41,
            task: "k3x9".to_owned(),
            account: "default".to_owned(),
            state: "skipped".to_owned(),
            cause: Some("schedule".to_owned()),
            due_ms: None,
            attempts: 3,
            failure: Some("overlap".to_owned()),
            error: Some("run 40 of it has not ended".to_owned()),
            stderr: None,
            result: None,
            sending: false,
            created_ms: 1_699_000_000_000,
            started_ms: None,
            ended_ms: Some(1_699_000_000_000),
            when: "2023-11-03 09:26 (Europe/Berlin)".to_owned(),
        }
    }

    #[test]
    fn a_task_in_one_line_says_when_it_runs_next() {
        assert_eq!(
            line(&task()),
            "Task k3x9: every 1h; next 2023-11-14 23:13 (Europe/Berlin)"
        );
        let paused = TaskInfo {
            state: "paused".to_owned(),
            next: None,
            ..task()
        };
        assert_eq!(line(&paused), "Task k3x9: every 1h; paused");
        assert_eq!(title(&paused), "Summarise the log");
        let done = TaskInfo {
            state: "done".to_owned(),
            why: Some("max_runs".to_owned()),
            ..paused
        };
        assert_eq!(
            line(&done),
            "Task k3x9: every 1h; done: it ran as often as it was to"
        );
    }

    #[test]
    fn a_run_that_did_not_take_place_says_why_and_how_often() {
        let shown = runs(&[run()]);
        assert!(shown.contains("skipped ×3 (overlap)"), "{shown}");
        assert!(shown.contains("run 40 of it has not ended"), "{shown}");
    }

    #[test]
    fn a_run_whose_result_was_refused_is_not_called_ok() {
        let unsent = TaskRunInfo {
            state: "ok".to_owned(),
            failure: None,
            error: Some("the answer was not sent: refused by WhatsApp (404)".to_owned()),
            result: Some("It rains.".into()),
            ..run()
        };
        let shown = runs(&[unsent]);
        assert!(shown.contains("41   not sent  "), "{shown}");
        assert!(shown.contains("refused by WhatsApp (404)"), "{shown}");
    }

    #[test]
    fn a_long_result_is_cut() {
        let long = TaskRunInfo {
            state: "ok".to_owned(),
            error: None,
            result: Some(Private("word ".repeat(50))),
            ..run()
        };
        let said = came_of_it(&long).expect("a result");
        assert!(
            said.ends_with('…') && said.chars().count() == SHOWN_CHARS + 1,
            "{said}"
        );
    }
}
