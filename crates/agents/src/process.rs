//! One process of a program, and its end: told, then killed, with all of its group, and always waited for.

use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::signal::unix::{self, SignalKind};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::warden::{self, End, Ward};
use crate::{CommandSettings, Failure};

/// How long it may take to end after it was told.
const GRACE: Duration = Duration::from_secs(2);

/// Those that were told to end and have not ended yet, and those that see to a program between turns. Bounded by the number
/// of runs, and by the bound of each backend that keeps programs.
static ENDING: LazyLock<TaskTracker> = LazyLock::new(TaskTracker::new);

/// Programs that are kept between turns end when it is cancelled.
static KEPT: LazyLock<Mutex<CancellationToken>> = LazyLock::new(Mutex::default);

/// Ends the programs that are kept between turns, and waits until every program that was told to end has ended, which takes
/// little longer than two seconds. For a gateway that is about to end or to replace itself; programs of one turn that
/// still goes on are not waited for.
pub async fn settled() {
    std::mem::take(&mut *KEPT.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    ENDING.close();
    ENDING.wait().await;
}

/// Lets this go on between turns, for [`settled`] to wait for. It has to end soon after the token is cancelled.
pub(crate) fn keep<Task>(task: impl FnOnce(CancellationToken) -> Task)
where
    Task: Future<Output = ()> + Send + 'static,
{
    let token = KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone();
    ENDING.spawn(task(token));
}

/// A running program. Dropping it tells its group to end, and kills what has not ended after a grace.
pub(crate) struct Process {
    /// None only while it is dropped or handed on.
    leader: Option<Leader>,
}

/// Its pipes.
pub(crate) struct Pipes {
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

impl Process {
    /// Starts it in a group of its own.
    pub(crate) fn start(
        settings: &CommandSettings,
        environment: Vec<(OsString, OsString)>,
    ) -> Result<(Self, Pipes), Failure> {
        let Some((program, arguments)) = settings.argv.split_first() else {
            return Err(Failure::NotStarted("no program is named".to_owned()));
        };
        let cannot = |error: &std::io::Error| Failure::NotStarted(why(program, &settings.folder, error));
        // Asked for before there is a process, so that no end goes unnoticed.
        let ends = unix::signal(SignalKind::child()).map_err(|error| cannot(&error))?;
        #[allow(
            clippy::disallowed_methods,
            reason = "this module sees to the end of what it starts"
        )]
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if !settings.folder.as_os_str().is_empty() {
            command.current_dir(&settings.folder);
        }
        let (mut child, ward) = warden::spawn(&mut command, End::Kill).map_err(|error| cannot(&error))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let group = child
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .map(Pid::from_raw);
        let (Some(group), (Some(stdin), Some(stdout), Some(stderr))) = (group, pipes) else {
            return Err(Failure::NotStarted(format!("`{program}` has no pipes")));
        };
        // Whoever says something while it ends is not to be killed for that by a pipe that nobody holds.
        let open = [
            stdout.as_fd().try_clone_to_owned(),
            stderr.as_fd().try_clone_to_owned(),
        ];
        let leader = Some(Leader {
            child,
            group,
            ward: Some(ward),
            ends,
            _open: open.into_iter().flatten().collect(),
        });
        Ok((
            Self { leader },
            Pipes {
                stdin,
                stdout,
                stderr,
            },
        ))
    }

    /// Waits until the program itself has ended.
    pub(crate) async fn ended(&mut self) {
        if let Some(leader) = &mut self.leader {
            leader.ended().await;
        }
    }

    /// Tells its group to end, kills what has not ended after a grace, and waits for that.
    pub(crate) async fn stop(mut self) {
        if let Some(leader) = self.leader.take() {
            leader.signal(Signal::SIGTERM);
            Ending(leader).see_out().await;
        }
    }

    /// Kills what is left of its group, and takes its status.
    pub(crate) async fn finish(mut self) -> std::io::Result<ExitStatus> {
        match self.leader.take() {
            Some(leader) => Ending(leader).kill().await,
            None => Err(std::io::ErrorKind::NotFound.into()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(leader) = self.leader.take() else { return };
        leader.signal(Signal::SIGTERM);
        let ending = Ending(leader);
        // Without a runtime there is nobody who could wait, and it is killed where `ending` is dropped.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            ENDING.spawn_on(ending.see_out(), &runtime);
        }
    }
}

/// A process that is to end. Dropping it kills its group at once.
struct Ending(Leader);

impl Ending {
    async fn see_out(mut self) {
        if tokio::time::timeout(GRACE, self.0.ended()).await.is_err() {
            tracing::debug!("a program did not end when it was told to, and is killed");
        }
        if let Err(error) = self.kill().await {
            tracing::warn!("waiting for a program failed: {error}");
        }
    }

    async fn kill(mut self) -> std::io::Result<ExitStatus> {
        self.0.signal(Signal::SIGKILL);
        self.0.ward = None;
        self.0.child.wait().await
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.signal(Signal::SIGKILL);
    }
}

/// The process that was started, which leads its group.
struct Leader {
    child: Child,
    /// The number of both the process and its group.
    group: Pid,
    /// Has the group killed should this process be. None once it was killed.
    ward: Option<Ward>,
    /// Rings when a child of ours may have ended.
    ends: unix::Signal,
    /// The other ends of its output, as long as it may write there.
    _open: Vec<OwnedFd>,
}

impl Leader {
    async fn ended(&mut self) {
        while !self.is_over() {
            if self.ends.recv().await.is_none() {
                return;
            }
        }
    }

    /// Whether it has ended. Its status is left where it is: as long as nobody took that, its number is nobody else's,
    /// and its group can be killed without fear of hitting a stranger.
    #[cfg(target_os = "linux")]
    fn is_over(&mut self) -> bool {
        use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        !matches!(waitid(Id::Pid(self.group), flags), Ok(WaitStatus::StillAlive))
    }

    /// Whether it has ended. Where one cannot look without taking the status, what is left of the group goes unkilled.
    #[cfg(not(target_os = "linux"))]
    fn is_over(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Tells the whole group, unless its number may already belong to somebody else.
    fn signal(&self, signal: Signal) {
        if self.child.id().is_some()
            && let Err(errno) = killpg(self.group, signal)
        {
            tracing::debug!(%errno, "a program's group is gone");
        }
    }
}

/// Why a program could not be started, and what to do.
fn why(program: &str, folder: &Path, error: &std::io::Error) -> String {
    if !folder.as_os_str().is_empty() && !folder.is_dir() {
        return format!("its folder {} is not there", folder.display());
    }
    let kind = error.kind();
    if kind == std::io::ErrorKind::NotFound && program.contains('/') {
        format!("there is no program `{program}`, or none that its first line names")
    } else if kind == std::io::ErrorKind::NotFound {
        format!("there is no program `{program}` in any folder of PATH")
    } else if kind == std::io::ErrorKind::PermissionDenied {
        format!("`{program}` may not be run; make it executable with chmod +x")
    } else {
        format!("`{program}` cannot be started: {error}")
    }
}
