//! `/task`: work that runs by itself. Whoever may command works on the Tasks of their chat; owners on all of the account.

mod change;
mod look;
mod new;
mod run;

use anyhow::Result;
use fased_policy::command::TaskVerb;

use super::{Answer, Asked};
use crate::store::TaskRow;
use crate::tasks::{Desk, TaskError, named};

pub(super) async fn answer(asked: &Asked<'_>, verb: &TaskVerb) -> Result<Answer> {
    let answered = match verb {
        TaskVerb::New(text) => new::answer(asked, text).await,
        TaskVerb::List { all } => look::list(asked, *all).await,
        TaskVerb::Show(id) => look::show(asked, id).await,
        TaskVerb::Runs { id, count } => look::runs(asked, id, *count).await,
        TaskVerb::Last(id) => look::last(asked, id).await,
        TaskVerb::Run(id) => run::now(asked, id).await,
        TaskVerb::CancelRun(run) => run::cancel(asked, *run).await,
        TaskVerb::Pause(id) => change::pause(asked, id).await,
        TaskVerb::Resume(id) => change::resume(asked, id).await,
        TaskVerb::Edit { id, edit } => change::edit(asked, id, edit).await,
        TaskVerb::Cancel(id) => change::cancel(asked, id).await,
    };
    answered.or_else(refused)
}

/// A Task that whoever asks may work on, by its id or its name: of this chat first, and for owners of all others.
async fn task(asked: &Asked<'_>, typed: &str) -> Result<TaskRow, TaskError> {
    let account = Some(asked.account());
    let here = named::find(asked.store(), typed, account, &asked.addresses).await;
    match here {
        Err(TaskError::NotFound(_) | TaskError::Unclear { .. }) if asked.is_owner => {
            named::find(asked.store(), typed, account, &[]).await
        }
        found => found,
    }
}

fn desk(asked: &Asked<'_>) -> Desk {
    Desk::of(asked.store(), asked.config.clone())
}

/// The refusal, with what to type instead.
fn refused(error: TaskError) -> Result<Answer> {
    let next = match &error {
        TaskError::NotFound(_) | TaskError::Unclear { .. } => "Those of this chat: /task list".to_owned(),
        TaskError::RunNotFound(_) => "The runs of a Task: /task runs ID".to_owned(),
        TaskError::NotRun(id) => format!("To run it now: /task run {id}"),
        TaskError::Wrong(_) => "How it is typed: /help task".to_owned(),
        TaskError::Refused { .. } => "More about one: /task show ID".to_owned(),
        TaskError::Store(_) => String::new(),
    };
    match error {
        TaskError::Store(error) => Err(error),
        TaskError::NotFound(_)
        | TaskError::Unclear { .. }
        | TaskError::RunNotFound(_)
        | TaskError::NotRun(_)
        | TaskError::Wrong(_)
        | TaskError::Refused { .. } => {
            let why = error.to_string();
            let stop = if why.ends_with(['.', '!', '?']) { "" } else { "." };
            Ok(Answer::says(format!("{why}{stop}\n{next}")))
        }
    }
}
