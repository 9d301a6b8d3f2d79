//! How our own processes are started, each in a group of its own and with next to nothing of our environment;
//! and one that is short-lived, with a deadline and always an end. Agents' programs are not ours.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fased_agents::warden::{self, End, Ward};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::cage::{Cage, Plan};

/// What a short-lived one may see of our environment.
const ENVIRONMENT: [&str; 4] = ["PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"];
/// What one may see besides that gets no cage: it may be a script that looks for a program.
const UNCAGED: [&str; 1] = ["HOME"];
/// How much of what it says on stderr is kept.
const STDERR_BYTES: u64 = 4096;

/// What to start.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    /// Where it starts; never a folder with keys in it.
    pub(crate) folder: PathBuf,
    /// What it reads.
    pub(crate) stdin: Vec<u8>,
    /// Most that is read of what it writes; one that writes more is ended.
    pub(crate) stdout_bytes: u64,
    /// It is ended after this.
    pub(crate) deadline: Duration,
    /// What it may reach; none where nobody else's bytes are read.
    pub(crate) plan: Option<Plan>,
}

/// How it went.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// Why there is no such end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such program.
    Missing(PathBuf),
    /// It did not end in time.
    TimedOut,
    /// It could not be started, or its pipes broke.
    Io(std::io::Error),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// The groups of our own processes. They serve; they give no orders.
static SERVING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// A group of ours, for as long as this is kept.
pub(crate) struct Serving(i32);

impl Serving {
    pub(crate) fn new(group: i32) -> Self {
        SERVING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(group);
        Self(group)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        SERVING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.0);
    }
}

/// Is it one of our own processes, or does it belong to one?
pub(crate) fn serves_us(pid: i32) -> bool {
    nix::unistd::getpgid(Some(Pid::from_raw(pid))).is_ok_and(|group| {
        SERVING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&group.as_raw())
    })
}

/// Kills the whole group, also when nobody waits for the process any more.
struct Group(Option<Pid>, Option<Ward>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0
            && let Err(errno) = killpg(pid, Signal::SIGKILL)
        {
            tracing::trace!(%errno, "the group is gone");
        }
    }
}

/// A command in a group of its own with three pipes, which sees no more of our environment than it is let.
pub(crate) fn command(program: &Path, folder: &Path, environment: &[&str]) -> Command {
    #[allow(
        clippy::disallowed_methods,
        reason = "whoever asks for it sees to the end of what it starts"
    )]
    let mut command = Command::new(program);
    let seen = environment
        .iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    command
        .current_dir(folder)
        .env_clear()
        .envs(seen)
        .env("NODE_ENV", "production")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Runs it to its end.
pub(crate) async fn run(job: Job) -> Result<Ended, Failure> {
    let more = if job.plan.is_none() { &UNCAGED[..] } else { &[] };
    let mut command = command(&job.program, &job.folder, &[&ENVIRONMENT, more].concat());
    command.args(&job.args);
    if let Some(plan) = &job.plan {
        Cage::new(plan).close_around(&mut command);
    }
    let (mut child, ward) = warden::spawn(&mut command, End::Kill).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            return Failure::Missing(job.program.clone());
        }
        Failure::Io(error)
    })?;
    let pid = child
        .id()
        .and_then(|pid| i32::try_from(pid).ok())
        .map(Pid::from_raw);
    let mut group = Group(pid, Some(ward));
    let _serving = pid.map(|pid| Serving::new(pid.as_raw()));
    let (mut stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let work = async {
        let write = async {
            if let Some(mut stdin) = stdin.take()
                && let Err(error) = stdin.write_all(&job.stdin).await
            {
                tracing::debug!("a short-lived process did not read all: {error}");
            }
        };
        let ((), stdout, stderr) =
            tokio::join!(write, read(stdout, job.stdout_bytes), read(stderr, STDERR_BYTES));
        let status = child.wait().await?;
        std::io::Result::Ok(Ended {
            status,
            stdout: stdout?,
            stderr: String::from_utf8_lossy(&stderr?).into_owned(),
        })
    };
    let ended = tokio::time::timeout(job.deadline, work).await;
    let Ok(ended) = ended else {
        drop(group);
        // It was killed; this only takes its status, so that no dead process is left behind.
        let gone = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
        tracing::debug!(?gone, "a short-lived process was ended at its deadline");
        return Err(Failure::TimedOut);
    };
    // Its number may belong to somebody else from here on.
    group.0 = None;
    group.1 = None;
    Ok(ended?)
}

/// Reads up to so many bytes, and then lets the rest pass by.
async fn read(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let Some(mut pipe) = pipe else { return Ok(bytes) };
    (&mut pipe).take(most).read_to_end(&mut bytes).await?;
    tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    Ok(bytes)
}

/// Finds a program by name, as a shell would.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|candidate| is_program(candidate))
}

/// A file that may be executed.
pub(crate) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
