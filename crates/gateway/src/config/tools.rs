//! What agents are offered besides their own tools. It depends on where this gateway is, which no text of a config says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use fased_agents::{Settings, ToolServer};

use super::{Agents, Config, ConfigError};
use crate::paths::{self, Paths};

/// How agents call what sends and reads messages.
const WHATSAPP: &str = "whatsapp";

impl Config {
    /// Validates the text of the config of this gateway: as [`Config::parse`], with what agents of it are offered.
    ///
    /// # Errors
    /// As [`Config::parse`].
    pub(super) fn of_text(text: &str, paths: &Paths) -> Result<Self, ConfigError> {
        let mut config = Self::parse(text, &paths.config, |account| paths.default_auth_dir(account))?;
        if config.agents.list.values().any(|agent| agent.whatsapp_tools) {
            let mut agents = Agents::clone(&config.agents);
            // Without a name for itself it cannot be started by anybody; the system tells it except in odd circumstances.
            match paths::program() {
                Ok(program) => offer(&mut agents, program, &paths.state_dir),
                Err(error) => config.warnings.push(format!(
                    "tools.whatsapp has no effect: where this program is cannot be told: {error}"
                )),
            }
            config.agents = Arc::new(agents);
            for account in config.accounts.values_mut() {
                account.agents = Arc::clone(&config.agents);
            }
        }
        Ok(config)
    }
}

fn offer(agents: &mut Agents, program: &Path, state_dir: &Path) {
    for (id, agent) in &mut agents.list {
        let wanted = agent.whatsapp_tools;
        match &mut agent.backend {
            Settings::Acp(acp) if wanted => acp.tools.push(ToolServer {
                name: WHATSAPP.to_owned(),
                argv: [
                    &program.display().to_string(),
                    "--state-dir",
                    &state_dir.display().to_string(),
                    "mcp",
                    "--agent",
                    id,
                ]
                .map(str::to_owned)
                .to_vec(),
                environment: BTreeMap::new(),
            }),
            Settings::Acp(_) | Settings::Echo | Settings::Command(_) | Settings::OpenAi(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_offered_this_gateway_if_it_is_to_be() {
        let dir = tempfile::tempdir().expect("a folder");
        let paths = Paths::resolve(Some(dir.path()), None).expect("paths");
        let text = "{ agents: { list: [
            { id: 'coder', backend: 'acp', acp: { argv: ['coder'] }, tools: { whatsapp: true } },
            { id: 'other', backend: 'acp', acp: { argv: ['other'] } },
        ] } }";
        let config = Config::of_text(text, &paths).expect("valid");
        let tools = |agent: &str| {
            let Settings::Acp(acp) = &config.accounts["default"].agents.list[agent].backend else {
                panic!("{agent}")
            };
            acp.tools.clone()
        };
        assert_eq!(tools("other"), []);
        let [tool] = &tools("coder")[..] else {
            panic!("one tool")
        };
        let state_dir = dir.path().display().to_string();
        assert_eq!(tool.name, "whatsapp");
        assert_eq!(
            tool.argv[1..],
            ["--state-dir", &state_dir, "mcp", "--agent", "coder"]
        );
        assert!(Path::new(&tool.argv[0]).is_file(), "{:?}", tool.argv[0]);
        assert!(Arc::ptr_eq(&config.agents, &config.accounts["default"].agents));
    }
}
