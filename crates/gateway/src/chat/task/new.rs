//! `/task new`: a Task of the agent and session of this chat, whose results come here.

use super::{TaskError, desk};
use crate::chat::list::short;
use crate::chat::{Answer, Asked};
use crate::tasks::{Origin, Wish};

/// The run of the command is the key under which the Task is made, so that it is made once.
pub(super) async fn answer(asked: &Asked<'_>, text: &str) -> Result<Answer, TaskError> {
    let place = asked.place();
    let origin = Origin {
        account: asked.account().to_owned(),
        agent: place.agent,
        session: place.session,
        chat: asked.address.to_owned(),
        by: Some(asked.sender.label()),
        run: Some(asked.run),
    };
    let wish = Wish {
        text,
        ..Wish::default()
    };
    let task = desk(asked).create(&origin, &wish, asked.now_ms).await?;
    let name = task
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" {}", name.0));
    let when = match &task.next {
        Some(next) => format!("{}; next {next}", task.schedule),
        None => "starts now".to_owned(),
    };
    Ok(Answer::says(format!(
        "Task *{id}*{name}: {when}.\n{}\nIts results come here. To end it: /task cancel {id}",
        short(&task.prompt.0, 200),
        id = task.id,
    )))
}
