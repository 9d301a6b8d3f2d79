//! `fased agents list`: who may answer, and where.

use fased::config::{Agent, Config, runner};
use fased_agents::{KeySource, Settings};
use fased_policy::ids::GroupId;
use fased_policy::route::{Binding, Peer};
use serde::Serialize;
use serde_json::{Value, json};

use super::table::Table;
use super::{Global, Outcome, agents, out};

pub(super) fn run(global: &Global) -> Outcome {
    let config = agents::config(global)?;
    let listed: Vec<Listed<'_>> = config
        .agents
        .in_order()
        .into_iter()
        .map(|(id, agent)| Listed::of(id, agent, &config))
        .collect();
    if global.json {
        return out::json(&json!({ "agents": listed }));
    }
    out::text(&rendered(&listed))
}

/// One agent. Nothing of it is secret: of a program's arguments and variables, which may be, nothing is told but the
/// name of a script.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    id: &'a str,
    name: &'a str,
    default: bool,
    backend: &'static str,
    /// Of a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a str>,
    /// Of a program that runs a script: which.
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<&'a str>,
    /// Of an endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<&'a str>,
    /// Where the endpoint's key is.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Value>,
    reply_timeout_seconds: u64,
    max_output_kb: usize,
    stream: bool,
    answers: Vec<Place>,
}

/// Where an agent answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Place {
    /// `peer_binding`, `group`, `any_group`, `account_binding`, `channel_binding` or `default`, as `fased explain` says.
    by: &'static str,
    /// Of this account alone.
    account: Option<String>,
    /// In this chat alone; `*` for all groups without an entry.
    chat: Option<String>,
}

impl<'a> Listed<'a> {
    fn of(id: &'a str, agent: &'a Agent, config: &Config) -> Self {
        let (backend, argv, openai) = match &agent.backend {
            Settings::Echo => ("echo", None, None),
            Settings::Command(command) => ("command", Some(&command.argv), None),
            Settings::OpenAi(openai) => ("openai", None, Some(openai)),
        };
        Self {
            id,
            name: agent.name.as_deref().unwrap_or(id),
            default: config.agents.default == id,
            backend,
            program: argv.and_then(|argv| argv.first()).map(String::as_str),
            script: argv.and_then(|argv| script(argv)),
            model: openai.map(|openai| openai.model.as_str()),
            base_url: openai.map(|openai| openai.base_url.as_str()),
            key: openai
                .and_then(|openai| openai.key.as_ref())
                .map(|key| match key {
                    KeySource::Environment(name) => json!({ "environment": name }),
                    KeySource::File(file) => json!({ "file": file }),
                }),
            reply_timeout_seconds: agent.timeout.as_secs(),
            max_output_kb: agent.output_bytes / 1024,
            stream: agent.stream,
            answers: places(id, config),
        }
    }

    /// What it is made of, for people.
    fn made_of(&self) -> String {
        match (self.program, self.model, self.base_url) {
            (Some(program), ..) => match self.script {
                Some(script) => format!("{program} {script}"),
                None => program.to_owned(),
            },
            (None, Some(model), Some(url)) => format!("{model} at {url}"),
            (None, ..) => "-".to_owned(),
        }
    }
}

/// The script that a program runs, if it comes before its other arguments.
fn script(argv: &[String]) -> Option<&str> {
    let first = argv.iter().skip(1).find(|word| !word.starts_with('-'))?;
    runner(first).map(|_runner| first.as_str())
}

/// Where it answers: what is bound to it, groups that name it, and all the rest for the default agent.
fn places(id: &str, config: &Config) -> Vec<Place> {
    let bound = config
        .agents
        .bindings
        .iter()
        .filter(|binding| binding.agent == id);
    let mut places: Vec<Place> = bound.map(of_binding).collect();
    for (account, settings) in &config.accounts {
        let groups = &settings.rules.groups;
        let mut named: Vec<&GroupId> = groups
            .listed
            .iter()
            .filter(|(_, rules)| rules.agent.as_deref() == Some(id))
            .map(|(group, _)| group)
            .collect();
        named.sort_unstable();
        places.extend(named.into_iter().map(|group| Place {
            by: "group",
            account: Some(account.clone()),
            chat: Some(group.to_string()),
        }));
        if groups
            .any
            .as_ref()
            .is_some_and(|any| any.agent.as_deref() == Some(id))
        {
            places.push(Place {
                by: "any_group",
                account: Some(account.clone()),
                chat: Some("*".to_owned()),
            });
        }
    }
    if config.agents.default == id {
        places.push(Place {
            by: "default",
            account: None,
            chat: None,
        });
    }
    places
}

fn of_binding(binding: &Binding) -> Place {
    let account = binding.account.as_ref().map(ToString::to_string);
    let chat = binding.peer.as_ref().map(|peer| match peer {
        Peer::Person(person) => person.label(),
        Peer::Group(group) => group.to_string(),
    });
    let by = match (&chat, &account) {
        (Some(_), Some(_) | None) => "peer_binding",
        (None, Some(_)) => "account_binding",
        (None, None) => "channel_binding",
    };
    Place { by, account, chat }
}

impl Place {
    /// For people.
    fn words(&self) -> String {
        let account = self.account.as_ref();
        let of_account = account.map_or_else(String::new, |account| format!(" of account {account}"));
        match (self.chat.as_deref(), account) {
            (Some("*"), _) => format!("other groups{of_account}"),
            (Some(chat), _) => format!("{chat}{of_account}"),
            (None, Some(account)) => format!("account {account}"),
            (None, None) if self.by == "default" => "wherever no other is named".to_owned(),
            (None, None) => "all of WhatsApp".to_owned(),
        }
    }
}

fn rendered(agents: &[Listed<'_>]) -> String {
    let mut table = Table::new();
    table.line(["agent", "name", "backend", "made of", "at most"]);
    for agent in agents {
        table.line([
            if agent.default {
                format!("{} (default)", agent.id)
            } else {
                agent.id.to_owned()
            },
            agent.name.to_owned(),
            agent.backend.to_owned(),
            agent.made_of(),
            format!("{} s", agent.reply_timeout_seconds),
        ]);
        let places: Vec<String> = agent.answers.iter().map(Place::words).collect();
        table.line([if places.is_empty() {
            "answers only where /agent switch chooses it: no binding and no group names it".to_owned()
        } else {
            format!("answers {}", places.join("; "))
        }]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    const CONFIG: &str = "{
      agents: { list: [
        { id: 'main', name: 'Ada' },
        { id: 'prog', backend: 'command', replyTimeoutSeconds: 9,
          command: { argv: ['/bin/sh', '-x', 'answer.sh', '--token=very-secret'], env: { KEY: 'very-secret' } } },
        { id: 'model', backend: 'openai', openai: { baseUrl: 'https://x.example/v1', model: 'm', apiKeyEnv: 'MY_KEY' } },
        { id: 'idle' },
      ] },
      channels: { whatsapp: { accounts: { work: { groups: {
        '120363000000000001@g.us': { agentId: 'prog' }, '*': { agentId: 'model' },
      } } } } },
      bindings: [
        { agentId: 'prog', match: { peer: { kind: 'direct', id: '+15550100001' } } },
        { agentId: 'model', match: { accountId: 'work' } },
      ],
    }";

    fn config(text: &str) -> Config {
        Config::parse(text, Path::new("/etc/fased.json"), |id| PathBuf::from(id)).expect("a valid config")
    }

    fn listed(config: &Config) -> Vec<Listed<'_>> {
        let agents = config.agents.in_order().into_iter();
        agents.map(|(id, agent)| Listed::of(id, agent, config)).collect()
    }

    #[test]
    fn each_agent_shows_what_it_is_made_of_and_where_it_answers() {
        let config = config(CONFIG);
        let text = rendered(&listed(&config));
        for line in [
            "main (default)  Ada    echo     -                          600 s",
            "prog            prog   command  /bin/sh answer.sh          9 s",
            "model           model  openai   m at https://x.example/v1  600 s",
            "answers wherever no other is named",
            "answers +15550100001; 120363000000000001@g.us of account work",
            "answers account work; other groups of account work",
            "answers only where /agent switch chooses it",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let place = |id: &str| text.find(&format!("\n{id} ")).expect("a line of its own");
        assert!(
            place("main") < place("prog") && place("prog") < place("model") && place("model") < place("idle")
        );
    }

    #[test]
    fn json_has_every_field_and_no_secret() {
        let config = config(CONFIG);
        let value = serde_json::to_value(listed(&config)).expect("JSON");
        assert!(!value.to_string().contains("very-secret"), "{value}");
        let of = |id: &str| {
            let all = value.as_array().expect("a list");
            all.iter()
                .find(|agent| agent["id"] == id)
                .expect("this agent")
                .clone()
        };
        assert_eq!(
            of("main"),
            json!({
                "id": "main", "name": "Ada", "default": true, "backend": "echo", "reply_timeout_seconds": 600,
                "max_output_kb": 256, "stream": false,
                "answers": [{ "by": "default", "account": null, "chat": null }],
            })
        );
        assert_eq!(
            (&of("prog")["program"], &of("prog")["script"]),
            (&json!("/bin/sh"), &json!("answer.sh"))
        );
        assert_eq!(of("model")["key"], json!({ "environment": "MY_KEY" }));
    }

    #[test]
    fn with_nothing_configured_there_is_one() {
        let config = config("{}");
        let agents = listed(&config);
        assert_eq!((agents.len(), agents[0].id, agents[0].default), (1, "main", true));
    }
}
