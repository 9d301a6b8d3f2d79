//! Finding a Task by what a person types: its id, or its name.

use fased_policy::task::{Candidate, Named, State, named};

use super::TaskError;
use crate::store::{Store, TaskRow};

/// The Task with this id or, if there is none, the only one with this name: of this account, or of all; in these chats,
/// or in any.
///
/// # Errors
/// When there is none or more than one has that name, and what the store said.
pub(crate) async fn find(
    store: &Store,
    typed: &str,
    account: Option<&str>,
    chats: &[String],
) -> Result<TaskRow, TaskError> {
    let may = |task: &TaskRow| {
        account.is_none_or(|account| account == task.account)
            && (chats.is_empty() || chats.contains(&task.chat))
    };
    if let Some(task) = store.task(typed).await?.filter(may) {
        return Ok(task);
    }
    let not_found = || TaskError::NotFound(typed.trim().to_owned());
    let all = store.named_tasks(account, chats).await?;
    let candidates: Vec<Candidate<'_>> = all
        .iter()
        .map(|(id, name, state)| Candidate {
            id,
            name,
            state: State::parse(state).unwrap_or(State::Done),
        })
        .collect();
    match named(typed, &candidates) {
        Named::One(id) => store.task(id).await?.filter(may).ok_or_else(not_found),
        Named::None(near) if near.is_empty() => Err(not_found()),
        Named::None(near) => Err(TaskError::Unclear {
            typed: typed.trim().to_owned(),
            near,
        }),
    }
}
