//! `fased tasks list`: the Tasks, those that run next first.

use clap::Args;
use fased::tasks::state_in_words;
use fased_protocol::control::{ControlRequest, ControlResponse, TaskInfo};
use fased_protocol::private::Jid;
use serde_json::json;

use super::table::Table;
use super::{Global, Outcome, ask, out, tasks_shown};

/// Which Tasks.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Those that are done, too: `fased tasks list all`
    #[arg(value_name = "all", value_parser = ["all"], hide_possible_values = true)]
    which: Option<String>,
    /// The same
    #[arg(long)]
    all: bool,
    /// Only those of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only those whose results go to this number, hidden id or group
    #[arg(long, value_name = "NUMBER|LID|JID", allow_hyphen_values = true)]
    chat: Option<String>,
    /// So many at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let request = ControlRequest::TasksList {
        account: options.account,
        chat: options.chat.map(Jid),
        all: options.all || options.which.is_some(),
        limit: options.limit,
        for_agent: None,
    };
    let answer = ask::read(global, &request)?;
    let ControlResponse::Tasks { tasks, more, .. } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "tasks": tasks, "more": more }));
    }
    if tasks.is_empty() {
        return out::text("there is no such Task; make one: fased tasks new \"every 1h report: …\"");
    }
    out::text(&rendered(&tasks, more))
}

fn rendered(tasks: &[TaskInfo], more: u64) -> String {
    let mut table = Table::new();
    table.line(["task", "state", "next", "runs", "to", "when", "what"]);
    for task in tasks {
        table.line([
            task.id.clone(),
            state_in_words(task),
            task.next.clone().unwrap_or_else(|| "-".to_owned()),
            task.runs.to_string(),
            task.chat.clone(),
            task.schedule.clone(),
            tasks_shown::title(task),
        ]);
        if let Some(held) = &task.held {
            table.line([format!("it does not run: {held}")]);
        }
    }
    let mut text = table.render();
    if more > 0 {
        text.push_str(&format!("and {more} more; see them with --limit\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tasks_shown::tests::task;
    use super::*;

    #[test]
    fn a_task_that_does_not_run_says_why() {
        let held = TaskInfo {
            held: Some("account default only observes".to_owned()),
            ..task()
        };
        let text = rendered(&[held], 2);
        assert!(
            text.contains("k3x9  active  2023-11-14 23:13 (Europe/Berlin)"),
            "{text}"
        );
        assert!(
            text.contains("it does not run: account default only observes"),
            "{text}"
        );
        assert!(text.contains("and 2 more"), "{text}");
    }
}
