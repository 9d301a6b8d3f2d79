//! Agents that are talked to by the Agent Client Protocol, and what they are offered.

use std::path::Path;
use std::time::Duration;

use fased_agents::{AcpSettings, CommandOutput, CommandSettings, Settings};
use rstest::rstest;

use super::{problems, valid};
use crate::config::Agents;

fn agents(text: &str) -> Agents {
    valid(text).accounts["default"].agents.as_ref().clone()
}

#[test]
fn an_agent_that_is_talked_to_is_read() {
    let agents = agents(
        "{ agents: { list: [
             { id: 'a', backend: 'acp', tools: { whatsapp: true },
               acp: { argv: ['bots/coder', '--acp'], cwd: '/', env: { LANG: 'C' }, work: '/tmp', idleMinutes: 5 } },
             { id: 'b', backend: 'acp', acp: { argv: ['coder'] }, tools: { whatsapp: false } },
           ] } }",
    );
    let full = AcpSettings {
        program: CommandSettings {
            argv: vec!["/etc/bots/coder".to_owned(), "--acp".to_owned()],
            folder: "/".into(),
            environment: [("LANG".to_owned(), "C".to_owned())].into(),
            output: CommandOutput::Text,
        },
        work: "/tmp".into(),
        idle: Duration::from_secs(300),
        tools: Vec::new(),
    };
    assert_eq!(agents.list["a"].backend, Settings::Acp(full));
    assert!(agents.list["a"].whatsapp_tools && !agents.list["b"].whatsapp_tools);
    let Settings::Acp(short) = &agents.list["b"].backend else {
        panic!("{:?}", agents.list["b"])
    };
    assert_eq!(short.program.folder, Path::new("/etc"));
    assert_eq!(
        (short.work.as_path(), short.idle),
        (Path::new("/etc"), Duration::from_secs(1800))
    );
}

#[rstest]
#[case::an_agent_without_its_program(
    "agents: { list: [{ id: 'a', backend: 'acp' }] }",
    "agents.list[0].acp",
    "add acp: { argv: "
)]
#[case::a_program_that_nobody_talks_to(
    "agents: { list: [{ id: 'a', acp: { argv: ['sh'] } }] }",
    "agents.list[0].backend",
    "add backend: \"acp\""
)]
#[case::no_folder_to_work_in(
    "agents: { list: [{ id: 'a', backend: 'acp', acp: { argv: ['sh'], work: '' } }] }",
    "agents.list[0].acp.work",
    "leave the key out for that of cwd"
)]
#[case::idle_for_ever(
    "agents: { list: [{ id: 'a', backend: 'acp', acp: { argv: ['sh'], idleMinutes: 0 } }] }",
    "agents.list[0].acp.idleMinutes",
    "1440"
)]
#[case::tools_for_nobody(
    "agents: { list: [{ id: 'a', backend: 'command', command: { argv: ['sh'] }, tools: { whatsapp: true } }] }",
    "agents.list[0].tools.whatsapp",
    "write backend: \"acp\""
)]
#[case::tools_for_the_echo(
    "agents: { list: [{ id: 'a', tools: { whatsapp: true } }] }",
    "agents.list[0].tools.whatsapp",
    "backend is \"echo\""
)]
fn what_is_wrong_about_them_is_told(#[case] keys: &str, #[case] path: &str, #[case] says: &str) {
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
