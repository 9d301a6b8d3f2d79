//! `fased agents list`: who may answer, and where.

use fased::config::roster;
use fased_protocol::control::{AgentInfo, AnswersIn};
use serde_json::json;

use super::table::Table;
use super::{Global, Outcome, agents, out};

pub(super) fn run(global: &Global) -> Outcome {
    let config = agents::config(global)?;
    let listed = roster(&config.agents, config.accounts.values());
    if global.json {
        return out::json(&json!({ "agents": listed }));
    }
    out::text(&rendered(&listed))
}

/// What it is made of, for people.
fn made_of(agent: &AgentInfo) -> String {
    match (&agent.program, &agent.model, &agent.base_url) {
        (Some(program), ..) => match &agent.script {
            Some(script) => format!("{program} {script}"),
            None => program.clone(),
        },
        (None, Some(model), Some(url)) => format!("{model} at {url}"),
        (None, ..) => "-".to_owned(),
    }
}

/// Where it works and what it is offered, for people.
fn works(work: &str, tools: &[String]) -> String {
    match tools {
        [] => format!("works in {work}"),
        [_, ..] => format!("works in {work}, and is offered {}", tools.join(", ")),
    }
}

/// Where it answers, for people.
fn words(place: &AnswersIn) -> String {
    let account = place.account.as_ref();
    let of_account = account.map_or_else(String::new, |account| format!(" of account {account}"));
    match (place.chat.as_deref(), account) {
        (Some("*"), _) => format!("other groups{of_account}"),
        (Some(chat), _) if place.by == "broadcast" => format!("{chat} with others, by broadcast"),
        (Some(chat), _) => format!("{chat}{of_account}"),
        (None, Some(account)) => format!("account {account}"),
        (None, None) if place.by == "default" => "wherever no other is named".to_owned(),
        (None, None) => "all of WhatsApp".to_owned(),
    }
}

fn rendered(agents: &[AgentInfo]) -> String {
    let mut table = Table::new();
    table.line(["agent", "name", "backend", "made of", "at most"]);
    for agent in agents {
        table.line([
            if agent.default {
                format!("{} (default)", agent.id)
            } else {
                agent.id.clone()
            },
            agent.name.clone(),
            agent.backend.clone(),
            made_of(agent),
            format!("{} s", agent.reply_timeout_seconds),
        ]);
        if let Some(work) = &agent.work {
            table.line([works(work, &agent.tools)]);
        }
        let places: Vec<String> = agent.answers.iter().map(words).collect();
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

    use fased::config::Config;

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

    fn listed(config: &Config) -> Vec<AgentInfo> {
        roster(&config.agents, config.accounts.values())
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
        assert_eq!(
            (agents.len(), agents[0].id.as_str(), agents[0].default),
            (1, "main", true)
        );
    }
}
