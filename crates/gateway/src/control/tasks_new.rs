//! Makes a Task.

use fased_policy::access::Commander;
use fased_policy::ids::{ChatId, Identity};
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, TaskRequest};

use super::message_queue::{order, planned};
use super::{Live, agent_reach, directory_groups, internal, message_where};
use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;
use crate::outbound::Content;
use crate::session::Key;
use crate::tasks::{Origin, Wish};

/// Who made it, as people are told.
const BY: &str = "the command line";

pub(super) async fn answer(live: &Live, request: &TaskRequest) -> Result<ControlResponse, ControlError> {
    let (account, to) = message_where::find(live, &request.to).await?;
    agent_reach::allowed(live, &account, request.for_agent.as_ref(), &to).await?;
    let shared = account.shared();
    // Who must not be written to is told now, not by a run that fails.
    let probe = order(&to, Content::Plain("?".to_owned()));
    let chat = planned(shared, &to, vec![probe]).await?.chat;
    directory_groups::reaches(&account, &to).await?;
    let config = shared.config();
    let by_agent = agent_reach::named(Some(&config.agents), request.for_agent.as_ref())?;
    let origin = Origin {
        by: Some(by_agent.map_or_else(|| BY.to_owned(), |agent| format!("agent {agent}"))),
        ..origin(shared, chat, by_agent.or(request.agent.as_deref())).await?
    };
    let wish = Wish {
        text: &request.text.0,
        schedule: request.schedule.as_deref(),
        name: request.name.as_ref().map(|name| name.0.as_str()),
        zone: request.timezone.as_deref(),
        max_runs: request.max_runs,
        max_successes: request.max_successes,
    };
    let made = live.desk().await?.create(&origin, &wish, clock::now_ms()).await;
    let task = made.map_err(|error| error.told_of("new"))?;
    Ok(ControlResponse::Task(Box::new(task)))
}

/// Whose Task it is: the agent that is named, or else the one that answers in this chat.
async fn origin(shared: &Shared, chat: String, named: Option<&str>) -> Result<Origin, ControlError> {
    let config = shared.config();
    let mut person = Identity::from_jids(&chat, None);
    shared
        .store
        .complete(&mut person)
        .await
        .map_err(|error| internal(&error))?;
    let place = ChatId::from_jids(&chat, None, &shared.own());
    let is_owner = config.rules.commander_of(&person, &shared.own(), false) == Commander::Owner;
    let place = shared.conversations.current(&config, &place, &person, is_owner);
    // A conversation that was chosen in the chat is one with the agent that answers there.
    let (agent, session) = match named {
        Some(named) if named != place.agent => {
            let agent = known(&config, named)?;
            let key = Key {
                agent,
                name: None,
                ..Key::parse(&place.session)
            };
            (agent.to_owned(), key.to_string())
        }
        Some(_) | None => (place.agent, place.session),
    };
    Ok(Origin {
        account: shared.id().to_owned(),
        agent,
        session,
        chat,
        by: Some(BY.to_owned()),
        run: None,
    })
}

fn known<'a>(config: &'a AccountConfig, named: &str) -> Result<&'a str, ControlError> {
    let agents = &config.agents.list;
    agents
        .get_key_value(named)
        .map(|(id, _)| id.as_str())
        .ok_or_else(|| ControlError {
            code: ErrorCode::NotFound,
            message: format!(
                "there is no agent {named}; there are: {}",
                agents.keys().cloned().collect::<Vec<_>>().join(", ")
            ),
            next: "list them: fased agents list".to_owned(),
        })
}
