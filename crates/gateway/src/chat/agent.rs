//! `/agent`: who answers in this chat.

use super::list::listed;
use super::{Answer, Asked};
use crate::config::join;
use crate::nearest::nearest;
use crate::session::Conversations;
use crate::session::several::how;
use crate::store::Change;

pub(super) fn list(asked: &Asked<'_>) -> Answer {
    let answers: Vec<String> = match asked.several() {
        Some(several) => several.places.into_iter().map(|place| place.agent).collect(),
        None => vec![asked.place().agent],
    };
    let lines: Vec<String> = asked
        .config
        .agents
        .list
        .keys()
        .map(|agent| {
            let here = if answers.contains(agent) {
                " (answers here)"
            } else {
                ""
            };
            format!("• {}{here}", asked.agent_name(agent))
        })
        .collect();
    let head = "*Agents*\nTo change who answers here: /agent switch NAME";
    Answer::says(listed(head, &lines, "fased agents list"))
}

pub(super) fn current(asked: &Asked<'_>) -> Answer {
    if let Some(several) = asked.several() {
        let how = how(several.in_turn);
        let names = asked.names_of(&several);
        return Answer::says(match several.places.len() {
            1 => format!("{names} answers in this chat: the config's broadcast names it."),
            _several => {
                format!(
                    "{names} answer in this chat, {how}: the config's broadcast names them. Others: /agent list"
                )
            }
        });
    }
    let agent = asked.place().agent;
    Answer::says(format!(
        "{} answers in this chat. Others: /agent list",
        asked.agent_name(&agent)
    ))
}

pub(super) fn switch(asked: &Asked<'_>, wanted: &str) -> Answer {
    if let Some(several) = asked.several() {
        let key = asked.config.broadcast(&asked.chat, &asked.sender);
        let key = key.map_or_else(String::new, |broadcast| join("broadcast", &broadcast.key));
        return Answer::says(format!(
            "The config's broadcast says who answers in this chat: {}. To choose here, take the chat out of it: fased config unset '{key}'",
            asked.names_of(&several)
        ));
    }
    let place = asked.place();
    let Some(agent) = find(asked, wanted) else {
        let agents = &asked.config.agents.list;
        let names = agents
            .iter()
            .flat_map(|(id, agent)| [Some(id.as_str()), agent.name.as_deref()])
            .flatten();
        let meant = nearest(wanted, names).map_or_else(String::new, |name| format!(" Did you mean {name}?"));
        return Answer::says(format!(
            "There is no agent {}.{meant} All of them: /agent list",
            super::list::short(wanted, 40)
        ));
    };
    let name = asked.agent_name(&agent);
    if agent == place.agent {
        return Answer::says(format!("{name} answers in this chat already."));
    }
    // The one that the config names needs no note, so that a later change of the config holds here, too.
    let by_config = asked.routed() == agent;
    Answer {
        text: format!("From now on {name} answers in this chat, here only."),
        changes: vec![Change::Choose(Conversations::with_agent(
            &place,
            (!by_config).then_some(agent.as_str()),
        ))],
    }
}

/// By id or by name, in any case. An id counts before a name.
fn find(asked: &Asked<'_>, wanted: &str) -> Option<String> {
    let wanted = wanted.trim().to_lowercase();
    let agents = &asked.config.agents.list;
    let by_id = agents.keys().find(|id| id.to_lowercase() == wanted);
    let by_name = || {
        let mut named = agents.iter().filter(|(_, agent)| {
            agent
                .name
                .as_deref()
                .is_some_and(|name| name.trim().to_lowercase() == wanted)
        });
        named.next().map(|(id, _)| id)
    };
    by_id.or_else(by_name).cloned()
}
