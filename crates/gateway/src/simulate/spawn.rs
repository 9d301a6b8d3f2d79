//! Starts the processes of a simulation, each with its log in the state dir.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::clock;
use super::world::{FAKE_DIR, Keep};

/// Node starts within a second or two, on a busy machine some more.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// Lines of a log that are shown when its process has failed.
const LOG_LINES: usize = 20;

/// Node, where it is named and not only looked for.
fn named_node() -> Option<OsString> {
    std::env::var_os("FASED_NODE").filter(|node| !node.is_empty())
}

/// Where programs are looked for: first beside the Node that is named, so that those of a script run on it, too.
pub(super) fn search_path() -> Option<(&'static str, OsString)> {
    let node = PathBuf::from(named_node()?);
    let folder = node.parent().filter(|folder| folder.is_absolute())?.to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&others)));
    // A folder with a colon in its name cannot be written there.
    Some(("PATH", path.ok()?))
}

#[allow(
    clippy::disallowed_methods,
    reason = "the fake server belongs to the simulation, not to a gateway"
)]
pub(super) async fn fake(home: &Path, dir: &Path, keep: &Keep) -> Result<(Child, Value)> {
    let main = home.join("tests/fake-whatsapp/main.js");
    if !main.is_file() {
        bail!(
            "the fake WhatsApp server is not installed: there is no {}",
            main.display()
        );
    }
    let node = named_node().unwrap_or_else(|| "node".into());
    let mut command = Command::new(&node);
    command.arg(main).arg("--log").arg(dir.join("fake-whatsapp.log"));
    if *keep != Keep::Nothing {
        command.arg("--state").arg(dir.join(FAKE_DIR));
    }
    let mut fake = command
        .current_dir(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(append(dir, "fake-whatsapp.log")?)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}; set FASED_NODE", node.display()))?;
    let stdout = fake
        .stdout
        .take()
        .ok_or_else(|| anyhow!("the fake WhatsApp server has no output"))?;
    let mut lines = BufReader::new(stdout).lines();
    let line = tokio::time::timeout(START_DEADLINE, lines.next_line())
        .await
        .map_err(|_elapsed| {
            anyhow!(
                "the fake WhatsApp server did not start; {}",
                log_end(dir, "fake-whatsapp.log")
            )
        })??
        .ok_or_else(|| {
            anyhow!(
                "the fake WhatsApp server ended; {}",
                log_end(dir, "fake-whatsapp.log")
            )
        })?;
    let listening = serde_json::from_str(&line).context("the fake WhatsApp server said something odd")?;
    Ok((fake, listening))
}

#[allow(
    clippy::disallowed_methods,
    reason = "here the gateway is a child, so that it can be killed"
)]
pub(super) fn gateway(
    executable: &Path,
    dir: &Path,
    home: &Path,
    whatsapp: &[(&'static str, String)],
) -> Result<Child> {
    Command::new(executable)
        .args(["gateway", "run", "--state-dir"])
        .arg(dir)
        .arg("--config")
        .arg(dir.join("fased.json"))
        .env("FASED_HOME", home)
        .envs(clock::environment())
        .envs(search_path())
        .envs(whatsapp.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(append(dir, "gateway.log")?)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the gateway")
}

pub(super) fn append(dir: &Path, name: &str) -> Result<Stdio> {
    let file = OpenOptions::new().create(true).append(true).open(dir.join(name));
    Ok(file.with_context(|| format!("cannot write {name}"))?.into())
}

pub(super) fn log_end(dir: &Path, name: &str) -> String {
    let log = fs::read_to_string(dir.join(name)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let end = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n  ");
    format!("the end of its log:\n  {end}")
}
