//! Can the agents of the config be asked? Their programs are looked for and their servers connected to; no turn is made.

use std::path::{Path, PathBuf};

use fased_agents::{AcpSettings, CommandSettings, KeySource, OpenAiSettings, Settings};

use super::super::facts::AgentFact;
use super::super::network;
use crate::config::Config;
use crate::process;

pub(super) async fn look(config: Option<&Config>) -> Vec<AgentFact> {
    let Some(config) = config else { return Vec::new() };
    let mut facts = Vec::new();
    for (id, agent) in &config.agents.list {
        let (backend, error) = match &agent.backend {
            Settings::Echo => ("repeats what it hears".to_owned(), None),
            Settings::Command(settings) => ("runs a program".to_owned(), program(settings)),
            Settings::OpenAi(settings) => ("asks a server".to_owned(), server(settings).await),
            Settings::Acp(settings) => {
                let missing = program(&settings.program).or_else(|| work(settings));
                ("talks to an agent's program".to_owned(), missing)
            }
        };
        facts.push(AgentFact {
            is_default: *id == config.agents.default,
            agent: id.clone(),
            backend,
            error,
        });
    }
    facts
}

/// Why its program cannot be run.
fn program(settings: &CommandSettings) -> Option<String> {
    let name = settings.argv.first()?;
    if !settings.folder.as_os_str().is_empty() && !settings.folder.is_dir() {
        return Some(format!("its folder {} is not there", settings.folder.display()));
    }
    if !name.contains('/') {
        let found = process::find(name).is_some();
        return (!found).then(|| format!("there is no program `{name}` in any folder of PATH"));
    }
    let path: PathBuf = if name.starts_with('.') {
        settings.folder.join(name)
    } else {
        name.into()
    };
    if !path.exists() {
        return Some(format!("there is no program {}", path.display()));
    }
    let why = format!("{} may not be run: chmod +x it", path.display());
    (!process::is_program(&path)).then_some(why)
}

/// Why it cannot work where it is to.
fn work(settings: &AcpSettings) -> Option<String> {
    let work = &settings.work;
    let is_missing = !work.as_os_str().is_empty() && !work.is_dir();
    is_missing.then(|| format!("the folder {} that it is to work in is not there", work.display()))
}

/// Why its server cannot be asked.
async fn server(settings: &OpenAiSettings) -> Option<String> {
    if let Some(KeySource::File(file)) = &settings.key
        && !Path::new(file).is_file()
    {
        return Some(format!("its key's file {} is not there", file.display()));
    }
    // The address itself may hold a key, so that only host and port are told.
    let Some((host, port)) = network::host_of(&settings.base_url) else {
        return Some("its baseUrl names no host".to_owned());
    };
    network::reach(&host, port).await.error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_looked_for_where_it_would_be_started() {
        let dir = tempfile::tempdir().expect("a folder");
        let settings = |name: &str, folder: &Path| CommandSettings {
            argv: vec![name.to_owned()],
            folder: folder.to_owned(),
            ..CommandSettings::default()
        };
        std::fs::write(dir.path().join("answer"), "#!/bin/sh\n").expect("written");
        let why = program(&settings("./answer", dir.path())).expect("not executable");
        assert!(why.contains("chmod +x"), "{why}");
        assert!(program(&settings("sh", dir.path())).is_none());
        assert!(program(&settings("no-such-program-here", dir.path())).is_some());
        assert!(program(&settings("./other", dir.path())).is_some());
        assert!(program(&settings("sh", &dir.path().join("gone"))).is_some());
        let acp = |folder: &Path| AcpSettings {
            work: folder.to_owned(),
            ..AcpSettings::default()
        };
        assert!(work(&acp(dir.path())).is_none());
        let why = work(&acp(&dir.path().join("gone"))).expect("it is not there");
        assert!(why.contains("gone that it is to work in"), "{why}");
    }
}
