//! Who answers: agents and their backends, what goes to which of them, Tasks.

use std::path::Path;
use std::time::Duration;

use fased_agents::{CommandOutput, CommandSettings, KeySource, OpenAiSettings, Settings};
use fased_policy::ids::{ChatId, GroupId, Identity, Lid, Phone};
use fased_policy::route::By;
use rstest::rstest;

use super::{problems, valid};
use crate::config::{Agents, QueueMode, TaskSettings};

fn agents(text: &str) -> Agents {
    valid(text).accounts["default"].agents.as_ref().clone()
}

#[test]
fn everything_about_an_agent_is_read() {
    let agents = agents(
        "{ messages: { queue: { mode: 'interrupt' }, failureText: '' },
           session: { dmScope: 'main', retentionDays: 7 },
           agents: { maxConcurrent: 3, list: [
             { id: 'prog', name: 'Prog', backend: 'command', systemPrompt: 'Be brief.', stream: true,
               replyTimeoutSeconds: 5, maxOutputKb: 2,
               command: { argv: ['bots/answer.py', '--short'], cwd: '/', env: { LANG: 'C' }, output: 'ndjson' } },
             { id: 'model', backend: 'openai',
               openai: { baseUrl: 'http://127.0.0.1:11434/v1/', model: 'llama3.2', apiKeyFile: 'key',
                         historyTokens: 0, maxTokens: 9, temperature: 0.5, images: false } },
           ] } }",
    );
    assert_eq!((agents.queue, agents.max_concurrent), (QueueMode::Interrupt, 3));
    assert!(agents.owners_share_session && agents.failure_text.is_empty());
    assert_eq!((agents.transcript_days, agents.default.as_str()), (7, "prog"));
    let prog = &agents.list["prog"];
    assert_eq!(prog.name.as_deref(), Some("Prog"));
    assert_eq!(prog.system_prompt.as_deref(), Some("Be brief."));
    assert_eq!((prog.timeout, prog.output_bytes), (Duration::from_secs(5), 2048));
    assert!(prog.stream && !agents.list["model"].stream);
    let command = CommandSettings {
        argv: vec!["/etc/bots/answer.py".to_owned(), "--short".to_owned()],
        folder: "/".into(),
        environment: [("LANG".to_owned(), "C".to_owned())].into(),
        output: CommandOutput::Lines,
    };
    assert_eq!(prog.backend, Settings::Command(command));
    let openai = OpenAiSettings {
        base_url: "http://127.0.0.1:11434/v1".to_owned(),
        model: "llama3.2".to_owned(),
        key: Some(KeySource::File("/etc/key".into())),
        history_tokens: 0,
        max_tokens: Some(9),
        temperature: Some(0.5),
        images: false,
    };
    assert_eq!(agents.list["model"].backend, Settings::OpenAi(openai));
}

#[test]
fn what_an_agent_leaves_open_has_a_default() {
    let agents = agents(
        "{ agents: { list: [
             { id: 'a', backend: 'command', command: { argv: ['sh', '-c', 'cat'] } },
             { id: 'b', backend: 'openai', openai: { baseUrl: 'https://x.example/v1', model: 'm', apiKeyEnv: 'MY_KEY' } },
           ] } }",
    );
    let Settings::Command(command) = &agents.list["a"].backend else {
        panic!("{:?}", agents.list["a"])
    };
    assert_eq!(command.argv, ["sh", "-c", "cat"]);
    assert_eq!(
        (command.folder.as_path(), command.output),
        (Path::new("/etc"), CommandOutput::Text)
    );
    let Settings::OpenAi(openai) = &agents.list["b"].backend else {
        panic!("{:?}", agents.list["b"])
    };
    assert_eq!(openai.key, Some(KeySource::Environment("MY_KEY".to_owned())));
    assert_eq!((openai.history_tokens, openai.images), (8000, true));
}

#[test]
fn tasks_and_commands_are_read() {
    let config = valid(
        "{ tasks: { timezone: 'America/New_York', catchUpMinutes: 0, keepDays: 1, keepRuns: 2 },
           commands: { allowFrom: ['+15550100001'] } }",
    );
    let account = &config.accounts["default"];
    let expected = TaskSettings {
        zone: Some("America/New_York".to_owned()),
        catch_up_ms: 0,
        keep_days: 1,
        keep_runs: 2,
    };
    assert_eq!(account.tasks, expected);
    let one = Phone::parse("+15550100001").expect("a number");
    assert!(account.rules.commands_allow.names(&one.clone().into()));
    assert!(
        account.phones().any(|phone| *phone == one),
        "its hidden id is asked for"
    );
}

#[test]
fn bindings_lead_to_an_agent() {
    let config = valid(
        "{ agents: { list: [{ id: 'main' }, { id: 'a' }, { id: 'b' }, { id: 'c' }] },
           channels: { whatsapp: { accounts: { work: { groups: { '1@g.us': { agentId: 'b' } } }, home: {} } } },
           bindings: [
             { agentId: 'a', match: { channel: 'telegram' } },
             { agentId: 'a', match: { channel: 'whatsapp', accountId: 'work' } },
             { agentId: 'c', match: { peer: { kind: 'dm', id: '+1 555 010 0001' } } },
             { agentId: 'c', match: { accountId: '*', peer: { kind: 'group', id: '2@g.us' } } },
           ] }",
    );
    let group = |id: &str| ChatId::Group(GroupId::parse(id).expect("a group"));
    let sender = Identity::from(Phone::parse("+15550100001").expect("a number"));
    let hidden = Identity::from(Lid::parse("15550100001@lid").expect("a hidden id"));
    for (account, chat, sender, agent, by) in [
        ("work", group("1@g.us"), &sender, "b", By::Group),
        ("work", group("3@g.us"), &sender, "a", By::AccountBinding(1)),
        ("home", group("2@g.us"), &sender, "c", By::PeerBinding(3)),
        (
            "home",
            ChatId::Direct(sender.clone()),
            &sender,
            "c",
            By::PeerBinding(2),
        ),
        (
            "home",
            ChatId::Direct(hidden.clone()),
            &hidden,
            "main",
            By::Default,
        ),
    ] {
        let config = &config.accounts[account];
        let route = config.route(&chat, sender);
        assert_eq!((route.agent, route.by), (agent, by), "{account} {chat:?}");
    }
    assert!(
        config.accounts["home"]
            .phones()
            .any(|phone| phone.to_string() == "+15550100001")
    );
}

/// What people are likely to write: the key that is told, and a part of what is said about it.
#[rstest]
#[case::a_program_without_its_settings(
    "agents: { list: [{ id: 'a', backend: 'command' }] }",
    "agents.list[0].command",
    "argv: ["
)]
#[case::settings_without_the_backend(
    "agents: { list: [{ id: 'a', openai: { baseUrl: 'http://x/v1', model: 'm' } }] }",
    "agents.list[0].backend",
    "add backend: \"openai\""
)]
#[case::one_text_for_a_program(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: 'python3 a.py' } }] }",
    "agents.list[0].command.argv",
    "python3"
)]
#[case::no_program(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: [] } }] }",
    "agents.list[0].command.argv",
    "no program"
)]
#[case::a_key_in_the_config(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x/v1', model: 'm', apiKey: 'sk-1' } }] }",
    "agents.list[0].openai.apiKey",
    "apiKeyFile"
)]
#[case::a_key_for_its_name(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x/v1', model: 'm', apiKeyEnv: 'sk-proj-1' } }] }",
    "agents.list[0].openai.apiKeyEnv",
    "name the variable"
)]
#[case::two_places_for_a_key(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x/v1', model: 'm', apiKeyEnv: 'K', apiKeyFile: 'k' } }] }",
    "agents.list[0].openai.apiKeyFile",
    "keep one"
)]
#[case::no_model(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x/v1' } }] }",
    "agents.list[0].openai.model",
    "add model: \"llama3.2\""
)]
#[case::the_whole_address(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x/v1/chat/completions', model: 'm' } }] }",
    "agents.list[0].openai.baseUrl",
    "write \"http://x/v1\""
)]
#[case::no_scheme(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'localhost:11434', model: 'm' } }] }",
    "agents.list[0].openai.baseUrl",
    "http://127.0.0.1"
)]
#[case::no_host(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http:///v1', model: 'm' } }] }",
    "agents.list[0].openai.baseUrl",
    "names no host"
)]
#[case::half_an_address(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://[::1/v1', model: 'm' } }] }",
    "agents.list[0].openai.baseUrl",
    "invalid IPv6 address"
)]
#[case::a_port_that_cannot_be(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x:99999/v1', model: 'm' } }] }",
    "agents.list[0].openai.baseUrl",
    "invalid port number"
)]
#[case::a_key_in_the_open(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x.example/v1', model: 'm', apiKeyEnv: 'PATH' } }] }",
    "agents.list[0].openai.baseUrl",
    "write https://"
)]
#[case::nul_in_an_argument(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: ['sh', 'a\\u0000b'] } }] }",
    "agents.list[0].command.argv[1]",
    "NUL"
)]
#[case::nul_in_a_variable(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: ['sh'], env: { N: 'a\\u0000b' } } }] }",
    "agents.list[0].command.env.N",
    "NUL"
)]
#[case::an_agent_that_is_not_there(
    "agents: { list: [{ id: 'helper' }] }, bindings: [{ agentId: 'helpr', match: {} }]",
    "bindings[0].agentId",
    "did you mean \"helper\"?"
)]
#[case::an_account_that_is_not_there(
    "bindings: [{ agentId: 'main', match: { accountId: 'work' } }]",
    "bindings[0].match.accountId",
    "there are: default"
)]
#[case::a_binding_of_nothing("bindings: [{ agentId: 'main' }]", "bindings[0].match", "add match")]
#[case::a_number_without_its_country(
    "bindings: [{ agentId: 'main', match: { peer: { kind: 'direct', id: '0171' } } }]",
    "bindings[0].match.peer.id",
    "international"
)]
#[case::a_group_as_a_person(
    "bindings: [{ agentId: 'main', match: { peer: { kind: 'direct', id: '120363000000000001@g.us' } } }]",
    "bindings[0].match.peer.id",
    "kind: \"group\""
)]
#[case::a_channel_that_nobody_knows(
    "bindings: [{ agentId: 'main', match: { channel: 'whatsap' } }]",
    "bindings[0].match.channel",
    "\"whatsapp\""
)]
#[case::a_binding_that_never_wins(
    "agents: { list: [{ id: 'a' }, { id: 'b' }] },
     bindings: [{ agentId: 'a', match: { peer: { kind: 'direct', id: '+15550100001' } } },
                { agentId: 'b', match: { channel: 'whatsapp', peer: { kind: 'dm', id: '+1 555 0100001' } } }]",
    "bindings[1].agentId",
    "never win"
)]
#[case::a_city("tasks: { timezone: 'New York' }", "tasks.timezone", "America/New_York")]
#[case::a_misspelt_zone("tasks: { timezone: 'Europe/Berln' }", "tasks.timezone", "Europe/Berlin")]
#[case::steering("messages: { queue: { mode: 'steer' } }", "messages.queue.mode", "interrupt")]
#[case::a_scope("session: { dmScope: 'mine' }", "session.dmScope", "main")]
#[case::no_run_at_all("agents: { maxConcurrent: 0 }", "agents.maxConcurrent", "from 1 to 1000")]
#[case::a_number_as_a_variable(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: ['sh'], env: { N: 1 } } }] }",
    "agents.list[0].command.env.N",
    "text"
)]
fn what_is_wrong_is_told_with_what_to_write(#[case] keys: &str, #[case] path: &str, #[case] says: &str) {
    let found = problems(&format!("{{ {keys} }}"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].path, path, "{found:?}");
    assert!(found[0].line >= 1 && found[0].column >= 1, "{found:?}");
    let told = format!(
        "{} {}",
        found[0].message,
        found[0].hint.clone().unwrap_or_default()
    );
    assert!(told.contains(says), "{told}");
}

/// Neither message nor picture of the line repeats what may be a secret.
#[rstest]
#[case("apiKey: 'sk-very-secret'")]
#[case("apiKeyEnv: 'sk-very-secret'")]
#[case("apiKeyEnv: 'sk_live_51very_secret'")]
#[case("baseUrl: 'bob:very-secret@x/v1'")]
#[case("baseUrl: 'http://bob:very-secret@x/v1'")]
#[case("baseUrl: 'http:/bob:very-secret@x/v1'")]
#[case("baseUrl: 'https://x.example/v1?key=very-secret'")]
#[case("baseUrl: 'very-secret'")]
fn a_key_that_was_written_down_is_not_repeated(#[case] key: &str) {
    let address = if key.starts_with("baseUrl") {
        ""
    } else {
        "baseUrl: 'http://x/v1',"
    };
    let text = format!(
        "{{ agents: {{ list: [{{ id: 'a', backend: 'openai', openai: {{ model: 'm', {address}\n{key} }} }}] }} }}"
    );
    let told = super::wrong(&text).to_string();
    assert!(
        !told.contains("very-secret") && !told.contains("sk_live"),
        "{told}"
    );
}

/// What can still come true is no error.
#[rstest]
#[case::a_program_that_is_not_there(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: ['no-such-program-1'] } }] }",
    "not in PATH"
)]
#[case::a_file_that_is_not_there(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: ['/no/such/file'] } }] }",
    "no such program file"
)]
#[case::a_folder_that_is_not_there(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: ['sh'], cwd: '/no/such' } }] }",
    "there is no folder /no/such"
)]
#[case::settings_of_another_backend(
    "agents: { list: [{ id: 'a', backend: 'echo', command: { argv: ['sh'] } }] }",
    "agents.list[0].command has no effect"
)]
#[case::an_address_without_a_path(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://x:11434', model: 'm' } }] }",
    "http://x:11434/v1"
)]
#[case::a_variable_that_is_not_set(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'HTTPS://x.example/v1', model: 'm', apiKeyEnv: 'FASED_NO_SUCH_KEY' } }] }",
    "agents.list[0].openai.apiKeyEnv: the variable that it names is not set here"
)]
#[case::a_key_file_that_is_not_there(
    "agents: { list: [{ id: 'a', backend: 'openai', openai: { baseUrl: 'http://0.0.0.0:1/v1', model: 'm', apiKeyFile: '/no/such/key' } }] }",
    "agents.list[0].openai.apiKeyFile: there is no such file"
)]
#[case::twice_the_same(
    "bindings: [{ agentId: 'main', match: {} }, { agentId: 'main', match: { channel: 'whatsapp', accountId: '*' } }]",
    "bindings[1] says the same as bindings[0]"
)]
#[case::a_scope_of_more_people("session: { dmScope: 'per-peer' }", "is read as")]
fn what_has_no_effect_yet_is_a_remark(#[case] keys: &str, #[case] says: &str) {
    let config = valid(&format!("{{ {keys} }}"));
    assert_eq!(config.warnings.len(), 1, "{:?}", config.warnings);
    assert!(config.warnings[0].contains(says), "{:?}", config.warnings);
}
