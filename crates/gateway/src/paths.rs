//! Where everything lives: resolved once from arguments and environment, passed around after that.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};
use fased_protocol::CONTROL_VERSION;

/// Longest path a Unix socket may have, with a margin (the kernel's limit is 107 bytes).
const LONGEST_SOCKET_PATH: usize = 100;

/// The folders and files of one state dir.
#[derive(Debug, Clone)]
pub struct Paths {
    /// `~/.fased`, `FASED_STATE_DIR` or `--state-dir`; absolute.
    pub state_dir: PathBuf,
    /// `<state>/fased.json`, `FASED_CONFIG_PATH` or `--config`.
    pub config: PathBuf,
    /// `<state>/fased.db`.
    pub store: PathBuf,
    /// The control socket.
    pub socket: PathBuf,
    /// `<state>/gateway.lock`.
    pub lease: PathBuf,
}

impl Paths {
    /// Arguments first, then the environment, then the defaults. Creates nothing.
    ///
    /// # Errors
    /// When there is no home folder and no state dir was named.
    pub fn resolve(state_dir: Option<&Path>, config: Option<&Path>) -> Result<Self> {
        let state_dir = match state_dir
            .map(Path::to_owned)
            .or_else(|| from_env("FASED_STATE_DIR"))
        {
            Some(dir) => dir,
            None => from_env("HOME")
                .map(|home| home.join(".fased"))
                .ok_or_else(|| anyhow!("HOME is not set; name a state dir with --state-dir DIR"))?,
        };
        let state_dir = std::path::absolute(&state_dir)
            .with_context(|| format!("cannot make {} absolute", state_dir.display()))?;
        let config = config
            .map(Path::to_owned)
            .or_else(|| from_env("FASED_CONFIG_PATH"))
            .unwrap_or_else(|| state_dir.join("fased.json"));
        Ok(Self {
            config,
            store: state_dir.join("fased.db"),
            socket: socket_path(&state_dir),
            lease: state_dir.join("gateway.lock"),
            state_dir,
        })
    }

    /// Files that come in and go out.
    #[must_use]
    pub fn media_dir(&self) -> PathBuf {
        self.state_dir.join("media")
    }

    /// The files of the log.
    #[must_use]
    pub fn logs_dir(&self) -> PathBuf {
        self.state_dir.join("logs")
    }

    /// Files that people and agents put there to be sent.
    #[must_use]
    pub fn workspace_dir(&self) -> PathBuf {
        self.state_dir.join("workspace")
    }

    /// The key of the control page's sessions; there while the page is open.
    #[must_use]
    pub fn page_key(&self) -> PathBuf {
        self.state_dir.join("page.key")
    }

    /// Leads a browser of this machine to the control page; there until its link was used.
    #[must_use]
    pub fn page_link(&self) -> PathBuf {
        self.socket.with_file_name("open.html")
    }

    /// Where an account's auth files are unless its config says otherwise.
    #[must_use]
    pub fn default_auth_dir(&self, account: &str) -> PathBuf {
        self.state_dir.join("credentials").join("whatsapp").join(account)
    }
}

/// This program's file, as it was called when this was asked first: at the start, before an update can put another file in
/// its place. Whatever is there later is the newer one.
///
/// # Errors
/// The system's word for why it is not known.
pub fn program() -> Result<&'static Path, &'static str> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| std::env::current_exe().map_err(|error| error.to_string()));
    found.as_deref().map_err(String::as_str)
}

/// The folder that holds `sidecar/package.json`: `FASED_HOME`, then where an executable is installed together with it,
/// then the current folder and its parents. Links are resolved: a new version takes the place of one, and what runs stays
/// with its own files.
///
/// # Errors
/// When there is none; the message says what was tried.
pub fn home() -> Result<PathBuf> {
    let holds_sidecar = |dir: &Path| dir.join("sidecar/package.json").is_file();
    if let Some(dir) = from_env("FASED_HOME") {
        if holds_sidecar(&dir) {
            return real(&dir);
        }
        bail!(
            "FASED_HOME is {}, but there is no sidecar/package.json in it",
            dir.display()
        );
    }
    let executable = std::env::current_exe().context("where is this executable?")?;
    let prefix = executable.parent().and_then(Path::parent);
    let beside = prefix
        .into_iter()
        .flat_map(|prefix| [prefix.join("share/fased"), prefix.to_owned()]);
    let current = std::env::current_dir().unwrap_or_default();
    let parents_of_executable = executable.ancestors().skip(1).map(Path::to_owned);
    let candidates = beside
        .chain(current.ancestors().map(Path::to_owned))
        .chain(parents_of_executable);
    for dir in candidates {
        if holds_sidecar(&dir) {
            return real(&dir);
        }
    }
    bail!(
        "cannot find the sidecar: no sidecar/package.json in ../share/fased beside the executable, in {} or \
         in a folder above it. Set FASED_HOME to the folder that holds it",
        current.display()
    )
}

fn real(dir: &Path) -> Result<PathBuf> {
    dir.canonicalize()
        .with_context(|| format!("cannot find where {} leads", dir.display()))
}

fn socket_path(state_dir: &Path) -> PathBuf {
    let beside = state_dir.join(format!("run/v{CONTROL_VERSION}/gateway.sock"));
    if beside.as_os_str().len() <= LONGEST_SOCKET_PATH {
        return beside;
    }
    let mut hasher = DefaultHasher::new();
    state_dir.hash(&mut hasher);
    let folder = format!("{:016x}", hasher.finish());
    let base = from_env("XDG_RUNTIME_DIR").map_or_else(
        || std::env::temp_dir().join(format!("fased-{}", nix::unistd::geteuid())),
        |dir| dir.join("fased"),
    );
    base.join(folder).join(format!("v{CONTROL_VERSION}.sock"))
}

fn from_env(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
