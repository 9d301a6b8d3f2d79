//! Node.js and the packages: which are there, and which belong here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fased_protocol::control::NodeProbe;
use serde_json::Value;

use crate::manifest;
use crate::paths;
use crate::process::{self, Failure, Job};

/// Node tells its version within this, or does not run.
const VERSION_DEADLINE: Duration = Duration::from_secs(10);

/// What this process finds. Takes eleven seconds at most.
pub(crate) async fn look() -> NodeProbe {
    let named = std::env::var_os("FASED_NODE").filter(|node| !node.is_empty());
    let mut facts = NodeProbe {
        named: named.is_some(),
        ffmpeg: process::find("ffmpeg").is_some(),
        ..NodeProbe::default()
    };
    match paths::home() {
        Ok(home) => facts.home = Some(home),
        Err(error) => facts.home_error = Some(format!("{error:#}")),
    }
    match named.map(PathBuf::from) {
        Some(named) if named.components().count() == 1 => {
            facts.program = process::find(&named.to_string_lossy());
            facts.error = Some(format!(
                "FASED_NODE is {}, which is in no folder of PATH",
                named.display()
            ));
        }
        Some(named) if process::is_program(&named) => facts.program = Some(named),
        Some(named) => facts.error = Some(format!("FASED_NODE is {}, which is no program", named.display())),
        None => facts.program = process::find("node"),
    }
    if let Some(program) = &facts.program {
        match version(program).await {
            Ok(version) => facts.version = Some(version),
            Err(error) => facts.error = Some(error),
        }
    }
    if let Some(home) = &facts.home {
        let lock = json(&home.join("package-lock.json"));
        let sidecar = json(&home.join("sidecar/package.json"));
        let text = |value: Option<&Value>| value?.as_str().map(str::to_owned);
        let locked = text(lock.pointer("/packages/node_modules~1baileys/version"));
        facts.locked = home.join("package-lock.json").is_file();
        facts.wanted = locked.or_else(|| text(sidecar.pointer("/dependencies/baileys")));
        facts.sidecar = text(sidecar.pointer("/version"));
        let places = ["node_modules/baileys", "sidecar/node_modules/baileys"];
        let mut installed = places
            .iter()
            .map(|place| json(&home.join(place).join("package.json")));
        facts.installed = installed.find_map(|package| text(package.pointer("/version")));
        facts.files = Some(manifest::look(home.clone()).await);
    }
    facts
}

/// A file that is not there, or is no JSON, holds nothing.
fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

async fn version(program: &Path) -> Result<String, String> {
    let job = Job {
        program: program.to_owned(),
        args: vec!["--version".into()],
        folder: PathBuf::from("/"),
        stdin: Vec::new(),
        stdout_bytes: 256,
        deadline: VERSION_DEADLINE,
        plan: None,
    };
    let ended = process::run(job).await.map_err(|failure| match failure {
        Failure::Missing(_) => "it is not there, or what its first line names is not".to_owned(),
        Failure::TimedOut => format!(
            "it did not tell its version within {} s",
            VERSION_DEADLINE.as_secs()
        ),
        Failure::Io(error) => error.to_string(),
    })?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let version = said.trim().strip_prefix('v').filter(|_| ended.status.success());
    version
        .map(str::to_owned)
        .ok_or_else(|| "it told no version; it may be another program".to_owned())
}
