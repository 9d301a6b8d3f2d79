//! Who may answer, and where, as every surface shows it.

use fased_agents::{KeySource, Settings};
use fased_policy::ids::GroupId;
use fased_policy::route::{Binding, Peer};
use fased_protocol::control::{AgentInfo, AnswersIn, KeyPlace};

use super::{AccountConfig, Agent, Agents, runner};

/// All agents, in the order of the config. `accounts` are those whose groups may name one.
pub fn roster<'a>(agents: &Agents, accounts: impl IntoIterator<Item = &'a AccountConfig>) -> Vec<AgentInfo> {
    let accounts: Vec<&AccountConfig> = accounts.into_iter().collect();
    let listed = agents.in_order().into_iter();
    listed
        .map(|(id, agent)| info(id, agent, agents, &accounts))
        .collect()
}

fn info(id: &str, agent: &Agent, agents: &Agents, accounts: &[&AccountConfig]) -> AgentInfo {
    let (backend, argv, openai, acp) = match &agent.backend {
        Settings::Echo => ("echo", None, None, None),
        Settings::Command(command) => ("command", Some(&command.argv), None, None),
        Settings::OpenAi(openai) => ("openai", None, Some(openai), None),
        Settings::Acp(acp) => ("acp", Some(&acp.program.argv), None, Some(acp)),
    };
    AgentInfo {
        id: id.to_owned(),
        name: agent.name.clone().unwrap_or_else(|| id.to_owned()),
        default: agents.default == id,
        backend: backend.to_owned(),
        program: argv.and_then(|argv| argv.first()).cloned(),
        script: argv.and_then(|argv| script(argv)).map(str::to_owned),
        work: acp.map(|acp| acp.work.display().to_string()),
        tools: acp
            .map(|acp| acp.tools.iter().map(|tool| tool.name.clone()).collect())
            .unwrap_or_default(),
        model: openai.map(|openai| openai.model.clone()),
        base_url: openai.map(|openai| openai.base_url.clone()),
        key: openai
            .and_then(|openai| openai.key.as_ref())
            .map(|key| match key {
                KeySource::Environment(name) => KeyPlace::Environment(name.clone()),
                KeySource::File(file) => KeyPlace::File(file.display().to_string()),
            }),
        reply_timeout_seconds: agent.timeout.as_secs(),
        max_output_kb: agent.output_bytes / 1024,
        stream: agent.stream,
        answers: places(id, agents, accounts),
    }
}

/// The script that a program runs, if it comes before its other arguments.
fn script(argv: &[String]) -> Option<&str> {
    let first = argv.iter().skip(1).find(|word| !word.starts_with('-'))?;
    runner(first).map(|_runner| first.as_str())
}

/// What is bound to it, groups that name it, and all the rest for the default agent.
fn places(id: &str, agents: &Agents, accounts: &[&AccountConfig]) -> Vec<AnswersIn> {
    let bound = agents.bindings.iter().filter(|binding| binding.agent == id);
    let broadcasts = agents.broadcasts.iter();
    let shared = broadcasts.filter(|broadcast| broadcast.agents.iter().any(|agent| agent == id));
    let mut places: Vec<AnswersIn> = shared
        .map(|broadcast| AnswersIn {
            by: "broadcast".to_owned(),
            account: None,
            chat: Some(label(&broadcast.peer)),
        })
        .chain(bound.map(of_binding))
        .collect();
    for settings in accounts {
        let (account, groups) = (settings.id.as_str(), &settings.rules.groups);
        let mut named: Vec<&GroupId> = groups
            .listed
            .iter()
            .filter(|(_, rules)| rules.agent.as_deref() == Some(id))
            .map(|(group, _)| group)
            .collect();
        named.sort_unstable();
        let place = |by: &str, chat: String| AnswersIn {
            by: by.to_owned(),
            account: Some(account.to_owned()),
            chat: Some(chat),
        };
        places.extend(named.into_iter().map(|group| place("group", group.to_string())));
        let any = groups.any.as_ref().and_then(|any| any.agent.as_deref());
        if any == Some(id) {
            places.push(place("any_group", "*".to_owned()));
        }
    }
    if agents.default == id {
        places.push(AnswersIn {
            by: "default".to_owned(),
            account: None,
            chat: None,
        });
    }
    places
}

fn label(peer: &Peer) -> String {
    match peer {
        Peer::Person(person) => person.label(),
        Peer::Group(group) => group.to_string(),
    }
}

fn of_binding(binding: &Binding) -> AnswersIn {
    let account = binding.account.as_ref().map(ToString::to_string);
    let chat = binding.peer.as_ref().map(label);
    let by = match (&chat, &account) {
        (Some(_), Some(_) | None) => "peer_binding",
        (None, Some(_)) => "account_binding",
        (None, None) => "channel_binding",
    };
    AnswersIn {
        by: by.to_owned(),
        account,
        chat,
    }
}
