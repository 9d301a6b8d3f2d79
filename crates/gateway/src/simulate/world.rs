//! The world of a simulation: a state dir, a fake WhatsApp server and a gateway, each in a process of
//! its own. Nothing is left of any when it ends, unless it is to be kept.

use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fased::clock::random;
use fased::paths::{self, Paths};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::http::Api;
use super::processes::{self, Process};

/// Node starts within a second or two, on a busy machine some more.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// A gateway drains up to 5 s.
const END_DEADLINE: Duration = Duration::from_secs(10);

/// Where no script says otherwise; it is there to be changed.
const CONFIG: &str = "{\n  channels: { whatsapp: { dmPolicy: \"pairing\" } },\n}\n";

/// Lines of a log that are shown when its process has failed.
const LOG_LINES: usize = 20;

/// The fake server's part of a state dir that is kept.
const FAKE_DIR: &str = "fake-whatsapp";

/// The certificate of the authority that its media host's is signed by.
const CA_FILE: &str = "fake-whatsapp-ca.pem";

/// What stays of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keep {
    Nothing,
    /// The throw-away dir.
    Throwaway,
    /// This dir, from which a later simulation goes on.
    Dir(PathBuf),
}

impl Keep {
    /// Is it an empty dir, or one of an earlier simulation? A real state dir is not to be played with.
    pub(crate) fn is_free(&self) -> bool {
        let Self::Dir(dir) = self else { return true };
        self.is_empty() || dir.join(FAKE_DIR).is_dir()
    }

    /// Is there nothing yet?
    pub(crate) fn is_empty(&self) -> bool {
        let Self::Dir(dir) = self else { return true };
        !dir.exists() || fs::read_dir(dir).is_ok_and(|mut files| files.next().is_none())
    }
}

pub(super) struct World {
    pub(super) paths: Paths,
    pub(super) api: Api,
    keep: Keep,
    dir: PathBuf,
    home: PathBuf,
    executable: PathBuf,
    /// `FASED_WHATSAPP_URL` and what goes with it.
    whatsapp: [(&'static str, String); 3],
    fake: Child,
    gateway: Child,
}

impl World {
    /// Starts everything.
    pub(super) async fn start(config: Option<&str>, keep: &Keep) -> Result<Self> {
        let home = paths::home()?;
        let dir = match keep {
            Keep::Dir(dir) => own_dir(dir)?,
            Keep::Nothing | Keep::Throwaway => throw_away_dir()?,
        };
        let started = Self::start_in(&dir, home, config, keep).await;
        if started.is_err() && *keep == Keep::Nothing {
            // The first error is the one to tell.
            fs::remove_dir_all(&dir).ok();
        }
        started
    }

    async fn start_in(dir: &Path, home: PathBuf, config: Option<&str>, keep: &Keep) -> Result<Self> {
        let paths = Paths::resolve(Some(dir), Some(&dir.join("fased.json")))?;
        let config = config.or((!paths.config.exists()).then_some(CONFIG));
        if let Some(config) = config {
            fs::write(&paths.config, config).context("cannot write the config file")?;
        }
        let (fake, listening) = start_fake(&home, dir, keep).await?;
        let text = |name: &str| listening[name].as_str().unwrap_or_default().to_owned();
        // Another one at each start.
        let ca_file = dir.join(CA_FILE);
        fs::write(&ca_file, text("ca")).with_context(|| format!("cannot write {CA_FILE}"))?;
        let whatsapp = [
            ("FASED_WHATSAPP_URL", text("ws")),
            ("FASED_WHATSAPP_ROOT", text("root")),
            ("FASED_WHATSAPP_CA", ca_file.display().to_string()),
        ];
        let executable = std::env::current_exe().context("where is this executable?")?;
        let gateway = start_gateway(&executable, dir, &home, &whatsapp)?;
        let api = Api::new(&text("http"))?;
        Ok(Self {
            paths,
            api,
            keep: keep.clone(),
            dir: dir.to_owned(),
            home,
            executable,
            whatsapp,
            fake,
            gateway,
        })
    }

    /// SIGKILL to the gateway, then a new one, as a service manager would start it.
    pub(super) async fn kill_gateway(&mut self) -> Result<()> {
        // One that has ended by itself is started again, too.
        self.gateway.start_kill().ok();
        self.gateway.wait().await.context("cannot wait for the gateway")?;
        self.gateway = start_gateway(&self.executable, &self.dir, &self.home, &self.whatsapp)?;
        Ok(())
    }

    /// An error with the end of its log if the gateway has ended by itself.
    pub(super) fn gateway_lives(&mut self) -> Result<()> {
        match self.gateway.try_wait().context("cannot ask after the gateway")? {
            None => Ok(()),
            Some(status) => bail!(
                "the gateway ended by itself ({status}); {}",
                self.log("gateway.log")
            ),
        }
    }

    /// Processes that have a file of this world open: what runs here, and what was left behind.
    pub(super) fn processes(&self) -> Vec<Process> {
        processes::holding(&self.dir)
    }

    /// The end of a process's log, for messages.
    pub(super) fn log(&self, name: &str) -> String {
        log_end(&self.dir, name)
    }

    /// Ends everything and removes the state dir, unless it is to be looked at. Returns what is left.
    pub(super) async fn end(mut self) -> Vec<Process> {
        if let Some(pid) = self.gateway.id().and_then(|pid| i32::try_from(pid).ok()) {
            // It may have ended already.
            kill(Pid::from_raw(pid), Signal::SIGTERM).ok();
        }
        // Dropping a child kills it, so a deadline that passes leaves nothing behind either.
        tokio::time::timeout(END_DEADLINE, self.gateway.wait()).await.ok();
        drop(self.fake.stdin.take());
        tokio::time::timeout(END_DEADLINE, self.fake.wait()).await.ok();
        let left = self.processes();
        if self.keep == Keep::Nothing {
            fs::remove_dir_all(&self.dir).ok();
        }
        left
    }
}

fn own_dir(dir: &Path) -> Result<PathBuf> {
    let dir = std::path::absolute(dir).with_context(|| format!("cannot make {} absolute", dir.display()))?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir.join(FAKE_DIR))
        .with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

fn throw_away_dir() -> Result<PathBuf> {
    let name = u64::from_le_bytes(random());
    let dir = std::env::temp_dir().join(format!("fased-simulate-{name:016x}"));
    DirBuilder::new()
        .mode(0o700)
        .create(&dir)
        .with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the fake server belongs to the simulation, not to a gateway"
)]
async fn start_fake(home: &Path, dir: &Path, keep: &Keep) -> Result<(Child, Value)> {
    let main = home.join("tests/fake-whatsapp/main.js");
    if !main.is_file() {
        bail!(
            "the fake WhatsApp server is not installed: there is no {}",
            main.display()
        );
    }
    let node = std::env::var_os("FASED_NODE")
        .filter(|node| !node.is_empty())
        .unwrap_or_else(|| "node".into());
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
fn start_gateway(
    executable: &Path,
    dir: &Path,
    home: &Path,
    whatsapp: &[(&'static str, String); 3],
) -> Result<Child> {
    Command::new(executable)
        .args(["gateway", "run", "--state-dir"])
        .arg(dir)
        .arg("--config")
        .arg(dir.join("fased.json"))
        .env("FASED_HOME", home)
        .envs(whatsapp.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(append(dir, "gateway.log")?)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the gateway")
}

fn append(dir: &Path, name: &str) -> Result<Stdio> {
    let file = OpenOptions::new().create(true).append(true).open(dir.join(name));
    Ok(file.with_context(|| format!("cannot write {name}"))?.into())
}

fn log_end(dir: &Path, name: &str) -> String {
    let log = fs::read_to_string(dir.join(name)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let end = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n  ");
    format!("the end of its log:\n  {end}")
}
