//! `/status`: how things stand in this chat.

use anyhow::Result;
use fased_policy::ids::ChatId;

use super::session::named;
use super::{Answer, Asked, activation};
use crate::session::several::{Several, how};
use crate::span::span;
use crate::store::{Standing, Store, TaskFilter};

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Answer> {
    let place = asked.place();
    let store = asked.store();
    let account = store.account(asked.account()).await?;
    let several = asked.several();
    let standing = match &several {
        Some(several) => of_all(store, several).await?,
        None => store.standing(&place.session).await?,
    };
    let ago = |at_ms: i64| span(asked.now_ms - at_ms);
    let mut lines = vec![format!(
        "*Account {}:* {}",
        asked.account(),
        account.map_or_else(|| "not started yet".to_owned(), |account| account.sentence)
    )];
    match &several {
        Some(several) => {
            let how = how(several.in_turn);
            lines.push(format!("*Agents:* {}, {how}", asked.names_of(several)));
        }
        None => {
            lines.push(format!("*Agent:* {}", asked.agent_name(&place.agent)));
            lines.push(format!("*Session:* {}", named(place.name.as_deref())));
        }
    }
    lines.push(match standing.running_since_ms {
        Some(since) => format!("*Under way:* for {} (to end it: /stop)", ago(since)),
        None => "*Under way:* nothing".to_owned(),
    });
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

/// How things stand with all of several agents together: since when one works, what waits, and the last failure of any.
async fn of_all(store: &Store, several: &Several) -> Result<Standing> {
    let mut all = Standing::default();
    for session in several.sessions() {
        let one = store.standing(session).await?;
        let since = [all.running_since_ms, one.running_since_ms];
        all.running_since_ms = since.into_iter().flatten().min();
        all.waiting += one.waiting;
        let failures = [all.last_failure, one.last_failure];
        all.last_failure = failures.into_iter().flatten().max_by_key(|(_, at_ms)| *at_ms);
    }
    Ok(all)
}
