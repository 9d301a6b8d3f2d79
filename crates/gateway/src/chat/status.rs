//! `/status`: how things stand in this chat.

use anyhow::Result;
use fased_policy::ids::ChatId;

use super::session::named;
use super::{Answer, Asked, activation};
use crate::span::span;
use crate::store::TaskFilter;

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Answer> {
    let place = asked.place();
    let store = asked.store();
    let account = store.account(asked.account()).await?;
    let standing = store.standing(&place.session).await?;
    let ago = |at_ms: i64| span(asked.now_ms - at_ms);
    let mut lines = vec![
        format!(
            "*Account {}:* {}",
            asked.account(),
            account.map_or_else(|| "not started yet".to_owned(), |account| account.sentence)
        ),
        format!("*Agent:* {}", asked.agent_name(&place.agent)),
        format!("*Session:* {}", named(place.name.as_deref())),
        match standing.running_since_ms {
            Some(since) => format!("*Under way:* for {} (to end it: /stop)", ago(since)),
            None => "*Under way:* nothing".to_owned(),
        },
    ];
    if standing.waiting > 0 {
        lines.push(format!("*Waiting:* {}", standing.waiting));
    }
    if let ChatId::Group(group) = &asked.chat {
        let chosen = store.activation(asked.account(), group.as_str()).await?;
        let (mode, _) = asked.config.rules.groups.mode(group, chosen);
        lines.push(format!("*Group:* {}", activation::here(mode)));
    }
    let filter = TaskFilter {
        account: Some(asked.account().to_owned()),
        agent: None,
        chats: asked.addresses.clone(),
        done: false,
        limit: 0,
    };
    let (_, tasks) = store.list_tasks(&filter).await?;
    lines.push(match tasks {
        0 => "*Tasks:* none here".to_owned(),
        tasks => format!("*Tasks:* {tasks} here (/task list)"),
    });
    if let Some((failure, at_ms)) = standing.last_failure {
        lines.push(format!("*Last failure:* {failure}, {} ago", ago(at_ms)));
    }
    Ok(Answer::says(lines.join("\n")))
}
