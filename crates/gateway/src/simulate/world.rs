//! The world of a simulation: a state dir, a fake WhatsApp server and a gateway, each in a process of
//! its own. Nothing is left of any when it ends, unless it is to be kept.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fased::clock::random;
use fased::paths::{self, Paths};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;

use super::clock;
use super::http::Api;
use super::processes::{self, Process};
use super::script::File;
use super::spawn;

/// A gateway drains up to 5 s.
const END_DEADLINE: Duration = Duration::from_secs(10);

/// Where no script says otherwise; it is there to be changed.
const CONFIG: &str = "{\n  channels: { whatsapp: { dmPolicy: \"pairing\" } },\n}\n";

/// The config in a state dir.
pub(crate) const CONFIG_FILE: &str = "fased.json";

/// The fake server's part of a state dir that is kept.
pub(super) const FAKE_DIR: &str = "fake-whatsapp";

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
    /// Is it an empty dir, one of an earlier simulation, or one with a config beside which no gateway has run yet? A
    /// real state dir is not to be played with.
    pub(crate) fn is_free(&self) -> bool {
        let Self::Dir(dir) = self else { return true };
        self.is_empty() || self.goes_on() || is_prepared(dir)
    }

    /// Was a simulation kept there?
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self, Self::Dir(dir) if dir.join(FAKE_DIR).is_dir())
    }

    /// Is there nothing yet?
    pub(crate) fn is_empty(&self) -> bool {
        let Self::Dir(dir) = self else { return true };
        !dir.exists() || fs::read_dir(dir).is_ok_and(|mut files| files.next().is_none())
    }
}

/// Is there a config, and nothing of a gateway that ran?
fn is_prepared(dir: &Path) -> bool {
    let Ok(paths) = Paths::resolve(Some(dir), Some(&dir.join(CONFIG_FILE))) else {
        return false;
    };
    let ran = [&paths.store, &paths.lease, &dir.join("credentials")];
    paths.config.is_file() && !ran.iter().any(|path| path.exists())
}

pub(super) struct World {
    pub(super) paths: Paths,
    pub(super) api: Api,
    keep: Keep,
    dir: PathBuf,
    home: PathBuf,
    executable: PathBuf,
    /// `FASED_WHATSAPP_URL` and what goes with it.
    whatsapp: Vec<(&'static str, String)>,
    fake: Child,
    /// None while a script has stopped it.
    gateway: Option<Child>,
}

impl World {
    /// Starts everything.
    pub(super) async fn start(config: Option<&str>, files: &[File], keep: &Keep) -> Result<Self> {
        Self::start_with(config, files, keep, &[], None).await
    }

    /// Starts everything, with these variables besides, and in this folder if one is given.
    pub(super) async fn start_with(
        config: Option<&str>,
        files: &[File],
        keep: &Keep,
        environment: &[(&'static str, &str)],
        given: Option<&Path>,
    ) -> Result<Self> {
        let home = paths::home()?;
        let dir = match (keep, given) {
            (Keep::Nothing | Keep::Throwaway, Some(dir)) => dir.to_owned(),
            (Keep::Dir(dir), _) => own_dir(dir)?,
            (Keep::Nothing | Keep::Throwaway, None) => throw_away_dir()?,
        };
        let started = Self::start_in(&dir, home, config, files, keep, environment).await;
        if started.is_err() && *keep == Keep::Nothing {
            // The first error is the one to tell.
            fs::remove_dir_all(&dir).ok();
        }
        started
    }

    async fn start_in(
        dir: &Path,
        home: PathBuf,
        config: Option<&str>,
        files: &[File],
        keep: &Keep,
        environment: &[(&'static str, &str)],
    ) -> Result<Self> {
        let paths = Paths::resolve(Some(dir), Some(&dir.join(CONFIG_FILE)))?;
        let config = config.or((!paths.config.exists()).then_some(CONFIG));
        if let Some(config) = config {
            fs::write(&paths.config, config).context("cannot write the config file")?;
        }
        for file in files {
            write_program(dir, file)?;
        }
        let (fake, listening) = spawn::fake(&home, dir, keep).await?;
        let text = |name: &str| listening[name].as_str().unwrap_or_default().to_owned();
        // Another one at each start.
        let ca_file = dir.join(CA_FILE);
        fs::write(&ca_file, text("ca")).with_context(|| format!("cannot write {CA_FILE}"))?;
        let mut whatsapp = vec![
            ("FASED_WHATSAPP_URL", text("ws")),
            ("FASED_WHATSAPP_ROOT", text("root")),
            ("FASED_WHATSAPP_CA", ca_file.display().to_string()),
            (
                "FASED_WHATSAPP_MEDIA_PORT",
                text("media").rsplit(':').next().unwrap_or_default().to_owned(),
            ),
        ];
        whatsapp.extend(
            environment
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let executable = std::env::current_exe().context("where is this executable?")?;
        let api = Api::new(&text("http"))?;
        clock::start(dir, &api).await?;
        let gateway = spawn::gateway(&executable, dir, &home, &whatsapp)?;
        Ok(Self {
            paths,
            api,
            keep: keep.clone(),
            dir: dir.to_owned(),
            home,
            executable,
            whatsapp,
            fake,
            gateway: Some(gateway),
        })
    }

    /// SIGKILL to the gateway, then a new one, as a service manager would start it.
    pub(super) async fn kill_gateway(&mut self) -> Result<()> {
        // One that has ended by itself, or was stopped, is started again, too.
        if let Some(mut gateway) = self.gateway.take() {
            gateway.start_kill().ok();
            gateway.wait().await.context("cannot wait for the gateway")?;
        }
        self.start_gateway()
    }

    /// Has the gateway end as a service manager would, and stay so.
    pub(super) async fn stop_gateway(&mut self) -> Result<()> {
        let Some(gateway) = &mut self.gateway else {
            bail!("the gateway is stopped already; start it: start gateway");
        };
        ask_to_end(gateway);
        tokio::time::timeout(END_DEADLINE, gateway.wait())
            .await
            .map_err(|_elapsed| anyhow!("the gateway did not end within {} s", END_DEADLINE.as_secs()))?
            .context("cannot wait for the gateway")?;
        self.gateway = None;
        Ok(())
    }

    pub(super) fn start_gateway(&mut self) -> Result<()> {
        if self.gateway.is_some() {
            bail!("the gateway runs already; stop it first: stop gateway");
        }
        let gateway = spawn::gateway(&self.executable, &self.dir, &self.home, &self.whatsapp)?;
        self.gateway = Some(gateway);
        Ok(())
    }

    /// Does it run, as far as the script is concerned?
    pub(super) fn is_stopped(&self) -> bool {
        self.gateway.is_none()
    }

    /// An error with the end of its log if the gateway has ended by itself.
    pub(super) fn gateway_lives(&mut self) -> Result<()> {
        let Some(gateway) = &mut self.gateway else {
            return Ok(());
        };
        match gateway.try_wait().context("cannot ask after the gateway")? {
            None => Ok(()),
            Some(status) => bail!(
                "the gateway ended by itself ({status}); {}",
                self.log("gateway.log")
            ),
        }
    }

    /// Where the parts of the program are, as commands are told.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// What makes a process of this world find its server.
    pub(super) fn whatsapp(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.whatsapp.iter().map(|(name, value)| (*name, value.as_str()))
    }

    pub(super) fn executable(&self) -> &Path {
        &self.executable
    }

    /// Processes that have a file of this world open: what runs here, and what was left behind.
    pub(super) fn processes(&self) -> Vec<Process> {
        processes::holding(&self.dir)
    }

    pub(super) fn gateway_pid(&self) -> Option<u32> {
        self.gateway.as_ref().and_then(Child::id)
    }

    /// All of it stays when it ends.
    pub(super) fn keep(&mut self) {
        if self.keep == Keep::Nothing {
            self.keep = Keep::Throwaway;
        }
    }

    /// The end of a process's log, for messages.
    pub(super) fn log(&self, name: &str) -> String {
        spawn::log_end(&self.dir, name)
    }

    /// Ends everything and removes the state dir, unless it is to be looked at. Returns what is left.
    pub(super) async fn end(mut self) -> Vec<Process> {
        if let Some(gateway) = &mut self.gateway {
            ask_to_end(gateway);
            // Dropping a child kills it, so a deadline that passes leaves nothing behind either.
            tokio::time::timeout(END_DEADLINE, gateway.wait()).await.ok();
        }
        drop(self.fake.stdin.take());
        tokio::time::timeout(END_DEADLINE, self.fake.wait()).await.ok();
        let left = self.processes();
        if self.keep == Keep::Nothing {
            fs::remove_dir_all(&self.dir).ok();
        }
        left
    }
}

fn ask_to_end(process: &Child) {
    if let Some(pid) = process.id().and_then(|pid| i32::try_from(pid).ok()) {
        // It may have ended already.
        kill(Pid::from_raw(pid), Signal::SIGTERM).ok();
    }
}

/// Beside the config, which may name it, and executable.
fn write_program(dir: &Path, file: &File) -> Result<()> {
    let path = dir.join(&file.name);
    fs::write(&path, &file.text)
        .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o700)))
        .with_context(|| format!("cannot write {}", path.display()))
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

pub(super) fn throw_away_dir() -> Result<PathBuf> {
    let name = u64::from_le_bytes(random());
    let dir = std::env::temp_dir().join(format!("fased-simulate-{name:016x}"));
    DirBuilder::new()
        .mode(0o700)
        .create(&dir)
        .with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}
