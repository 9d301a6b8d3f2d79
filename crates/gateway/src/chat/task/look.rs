//! Looking at Tasks and their runs.

use fased_protocol::control::{TaskInfo, TaskRunInfo};

use super::{TaskError, desk, task};
use crate::chat::list::{listed, short};
use crate::chat::{Answer, Asked};
use crate::store::TaskFilter;
use crate::tasks::state_in_words;

/// More than this do not fit into an answer anyway.
const MOST: i64 = 50;
/// Runs that are shown when no number is named.
const RUNS: u32 = 5;

/// Those of this chat; with `all` those that are done, too, and for owners those of every chat of the account.
pub(super) async fn list(asked: &Asked<'_>, all: bool) -> Result<Answer, TaskError> {
    let everywhere = all && asked.is_owner;
    let filter = TaskFilter {
        account: Some(asked.account().to_owned()),
        agent: None,
        chats: if everywhere {
            Vec::new()
        } else {
            asked.addresses.clone()
        },
        done: all,
        limit: MOST,
    };
    let found = desk(asked).list(filter).await?;
    if found.tasks.is_empty() {
        return Ok(Answer::says(
            "There are no Tasks here. Example: /task new every day at 9:00 News: what happened?",
        ));
    }
    let mut lines: Vec<String> = found.tasks.iter().map(line).collect();
    // Counted with those that do not fit.
    lines.extend((0..found.more).take(10_000).map(|_| String::new()));
    let head = if everywhere {
        "*All Tasks*"
    } else {
        "*Tasks of this chat*"
    };
    Ok(Answer::says(listed(head, &lines, "fased tasks list")))
}

fn line(task: &TaskInfo) -> String {
    let called = match &task.name {
        Some(name) => name.0.clone(),
        None => short(&task.prompt.0, 30),
    };
    format!("*{}* {called} · {}", task.id, when(task))
}

/// When it runs next, or else why it does not.
fn when(task: &TaskInfo) -> String {
    match (&task.held, &task.next) {
        (Some(held), _) => held.clone(),
        (None, Some(next)) if task.state == "active" => format!("{}, next {next}", task.schedule),
        (None, _) => state_in_words(task),
    }
}

pub(super) async fn show(asked: &Asked<'_>, id: &str) -> Result<Answer, TaskError> {
    let id = task(asked, id).await?.id;
    let task = desk(asked).show(&id).await?;
    let name = task
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" {}", name.0));
    let mut lines = vec![
        format!("*{id}*{name} · {}", state_in_words(&task)),
        task.schedule.clone(),
    ];
    if let Some(next) = &task.next {
        lines.push(format!("Next: {next}"));
    }
    lines.extend(task.held.clone());
    lines.push(format!(
        "Runs: {}, of which {} went well",
        task.runs, task.successes
    ));
    if let Some(run) = &task.newest_run {
        lines.push(format!("Last: {}", outcome(run)));
    }
    lines.push(format!("Agent: {}", asked.agent_name(&task.agent)));
    lines.push(format!("For: {}", task.chat));
    lines.push(short(&task.prompt.0, 250));
    Ok(Answer::says(lines.join("\n")))
}

pub(super) async fn runs(asked: &Asked<'_>, id: &str, count: Option<u32>) -> Result<Answer, TaskError> {
    let id = known(asked, id).await?;
    let runs = desk(asked).runs(&id, count.unwrap_or(RUNS)).await?;
    if runs.is_empty() {
        return Err(TaskError::NotRun(id));
    }
    let lines: Vec<String> = runs
        .iter()
        .map(|run| format!("{} · {}", run.id, outcome(run)))
        .collect();
    let head = format!("*Runs of {id}*, newest first");
    Ok(Answer::says(listed(
        &head,
        &lines,
        &format!("fased tasks runs {id}"),
    )))
}

pub(super) async fn last(asked: &Asked<'_>, id: &str) -> Result<Answer, TaskError> {
    let id = known(asked, id).await?;
    let run = desk(asked).last(&id).await?;
    let result = run
        .result
        .as_ref()
        .map_or("It said nothing.", |result| result.0.as_str());
    Ok(Answer::says(format!(
        "*{id}*: {}\n{}",
        outcome(&run),
        short(result, 450)
    )))
}

/// The id of a Task whose history whoever asks may see. Owners see that of one that is gone, too.
async fn known(asked: &Asked<'_>, id: &str) -> Result<String, TaskError> {
    match task(asked, id).await {
        Ok(task) => Ok(task.id),
        Err(TaskError::NotFound(id) | TaskError::Unclear { typed: id, .. }) if asked.is_owner => Ok(id),
        Err(error) => Err(error),
    }
}

/// What became of a run, and when.
fn outcome(run: &TaskRunInfo) -> String {
    match &run.failure {
        None if run.is_unsent() => format!("not sent, {}", run.when),
        Some(failure) => format!("{} ({failure}), {}", run.state, run.when),
        None => format!("{}, {}", run.state, run.when),
    }
}
