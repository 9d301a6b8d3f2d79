//! Processes: starting, signalling, and finding those that should be gone.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::wait::{now, wait_for};

/// The only maker of processes here; its callers own what they start.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "the one place of these tests that starts processes; each has a guard"
)]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

/// The project's folder.
#[must_use]
pub fn project() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("tests/e2e is two folders deep")
        .to_owned()
}

/// The program under test: `FASED_BIN`, or what Cargo has built beside these tests.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn fased() -> PathBuf {
    if let Some(named) = std::env::var_os("FASED_BIN") {
        return named.into();
    }
    let tests = std::env::current_exe().expect("the path of the running tests");
    let built = tests
        .ancestors()
        .nth(2)
        .expect("target/<profile>/deps/<tests>")
        .join("fased");
    assert!(
        built.is_file(),
        "{} is not there. Build it first: cargo build -p fased (scripts/test does), or name one with FASED_BIN",
        built.display()
    );
    built
}

/// Sends a signal.
///
/// # Panics
/// When there is no such process.
pub fn signal(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).unwrap_or_else(|errno| panic!("{signal} to {pid}: {errno}"));
}

/// The id of a child as signals take it.
#[must_use]
pub fn pid_of(child: &Child) -> i32 {
    i32::try_from(child.id()).expect("a process id")
}

/// Waits for a child's end; its exit code, or minus the signal that ended it.
///
/// # Panics
/// When it does not end in time; it is killed then.
pub fn exit_code(child: &mut Child, what: &str, deadline: Duration) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let end = now() + deadline;
    let status = wait_for(what, deadline + Duration::from_secs(5), || {
        if now() >= end {
            // The wait below it reports; a child that is gone by now is fine.
            child.kill().ok();
        }
        child.try_wait().expect("wait for a child")
    });
    assert!(
        now() < end + Duration::from_secs(1),
        "not ended within {deadline:?}: {what}"
    );
    status
        .code()
        .unwrap_or_else(|| -status.signal().unwrap_or_default())
}

/// What a process has in memory, in KiB; nothing once it is gone.
#[must_use]
pub fn resident_kib(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or_default()
}

/// Of that what is no copy of a file, in KiB: what a process has made, and could leak. Pages of its program come and go.
#[must_use]
pub fn made_kib(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or_default()
}

/// Sidecars (of any age) that hold a file below this folder open, such as the lock of their auth dir.
#[must_use]
pub fn sidecars_below(folder: &Path) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| is_sidecar(*pid) && has_open(*pid, folder))
        .collect()
}

fn is_sidecar(pid: i32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|line| String::from_utf8_lossy(&line).contains("sidecar/src/main.js"))
}

fn has_open(pid: i32, folder: &Path) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    files
        .flatten()
        .any(|file| fs::read_link(file.path()).is_ok_and(|target| target.starts_with(folder)))
}
