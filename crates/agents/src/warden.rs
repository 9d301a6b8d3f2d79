//! The warden: a process beside this one that kills what this one has started, should it be killed itself.
//!
//! Whoever starts a program sees to its end, but nobody can who was killed. The warden hears over a pipe which process
//! groups there are. When the pipe ends, however that came about, it kills the groups that are left, and ends. One warden
//! serves all programs; it is started with the first of them, and again should it be gone.

use std::collections::BTreeSet;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{SigSet, Signal, killpg};
use nix::unistd::Pid;

/// What the warden hears, one number each: a group by its number, or one of these.
const STARTING: i32 = i32::MIN;
/// The start that was told of last has failed.
const NOT_STARTED: i32 = 0;

/// The program that becomes a warden, and its arguments.
static PROGRAM: OnceLock<(PathBuf, &'static str)> = OnceLock::new();
static WARDEN: Mutex<Option<Warden>> = Mutex::new(None);

/// Says once which program, started with this argument, calls [`watch`]. Without it there is no warden.
pub fn is(program: PathBuf, argument: &'static str) {
    // The first that was named stays.
    PROGRAM.get_or_init(|| (program, argument));
}

/// What a warden does: listens on its standard input, and kills what is left when that ends.
pub fn watch() {
    // A service manager that ends everything at once is to find the gateway's programs ended, too.
    if let Err(errno) = SigSet::all().thread_block() {
        tracing::debug!(%errno, "signals cannot be blocked");
    }
    for group in left(std::io::stdin().lock()) {
        // Those that have just ended are no concern.
        killpg(Pid::from_raw(group), Signal::SIGKILL).ok();
    }
}

/// The groups that were told of and have not ended, when nothing more is told.
fn left(mut told: impl Read) -> BTreeSet<i32> {
    let mut groups = BTreeSet::new();
    let mut latest = None;
    let mut number = [0; size_of::<i32>()];
    while told.read_exact(&mut number).is_ok() {
        match i32::from_ne_bytes(number) {
            STARTING => latest = None,
            NOT_STARTED => {
                if let Some(group) = latest.take() {
                    groups.remove(&group);
                }
            }
            group if group > 1 => {
                latest = Some(group);
                groups.insert(group);
            }
            group => {
                groups.remove(&group.saturating_neg());
            }
        }
    }
    groups
}

/// A group that the warden kills unless this is dropped before. Drop it when nobody of the group lives, or when all of it
/// was killed and its leader's status is still to be taken: afterwards its number may belong to others.
#[derive(Debug)]
pub struct Ward(Option<i32>);

impl Drop for Ward {
    fn drop(&mut self) {
        let Some(group) = self.0 else { return };
        if let Some(warden) = &mut *warden() {
            warden.groups.remove(&group);
            warden.tell(group.saturating_neg());
        }
    }
}

/// Starts a program that leads a group of its own (`process_group(0)`), and has the warden know of it before its first
/// instruction.
///
/// # Errors
/// When it cannot be started; that there is no warden is only logged.
pub fn spawn(command: &mut tokio::process::Command) -> std::io::Result<(tokio::process::Child, Ward)> {
    let mut guard = warden();
    if let Err(error) = see_to(&mut guard) {
        tracing::warn!(
            "programs would live on if the gateway was killed: the warden cannot be started: {error}"
        );
    }
    let Some(warden) = &mut *guard else {
        return Ok((command.spawn()?, Ward(None)));
    };
    warden.tell(STARTING);
    tell_from_child(command, warden.writer.as_raw_fd());
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            warden.tell(NOT_STARTED);
            return Err(error);
        }
    };
    let group = child.id().and_then(|pid| i32::try_from(pid).ok());
    warden.groups.extend(group);
    Ok((child, Ward(group)))
}

/// The child tells its own number: a gateway that is killed between its start and its next step would not.
#[allow(
    unsafe_code,
    reason = "pre_exec is unsafe; the closure makes two system calls, both async-signal-safe"
)]
fn tell_from_child(command: &mut tokio::process::Command, pipe: i32) {
    // SAFETY: the pipe is open as long as the warden's guard is held, which is over the spawn; nothing in the closure
    // allocates or locks.
    unsafe {
        command.pre_exec(move || {
            let pipe = BorrowedFd::borrow_raw(pipe);
            // One that is not told of runs all the same; this process sees to its end as long as it lives.
            nix::unistd::write(pipe, &nix::unistd::getpid().as_raw().to_ne_bytes()).ok();
            Ok(())
        });
    }
}

fn warden() -> MutexGuard<'static, Option<Warden>> {
    WARDEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a warden, if one can be and none runs.
fn see_to(warden: &mut Option<Warden>) -> std::io::Result<()> {
    if warden.as_mut().is_some_and(Warden::lives) {
        return Ok(());
    }
    let Some((program, argument)) = PROGRAM.get() else {
        return Ok(());
    };
    let groups = warden.take().map(|gone| gone.groups).unwrap_or_default();
    let (reader, writer) = std::io::pipe()?;
    // Its bound is some ten thousand numbers. Beyond it, with a warden that does not read, they are not told.
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    #[allow(
        clippy::disallowed_methods,
        reason = "it ends by itself when this process does, whatever becomes of that"
    )]
    let process = std::process::Command::new(program)
        .arg(argument)
        .env_clear()
        .current_dir("/")
        .stdin(reader.as_fd().try_clone_to_owned()?)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let mut new = Warden {
        process,
        _reader: reader,
        writer,
        groups,
    };
    for group in new.groups.clone() {
        new.tell(group);
    }
    *warden = Some(new);
    Ok(())
}

#[derive(Debug)]
struct Warden {
    process: std::process::Child,
    /// Held so that nobody is killed by a pipe that nobody reads.
    _reader: PipeReader,
    writer: PipeWriter,
    /// For the next one, should this one be killed.
    groups: BTreeSet<i32>,
}

impl Warden {
    fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    fn tell(&mut self, number: i32) {
        if let Err(error) = self.writer.write_all(&number.to_ne_bytes()) {
            tracing::warn!("the warden was not told: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(numbers: &[i32]) -> Vec<i32> {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        left(&bytes[..]).into_iter().collect()
    }

    #[test]
    fn what_has_not_ended_is_left() {
        assert!(told(&[]).is_empty());
        assert_eq!(told(&[STARTING, 70, STARTING, 80, -70, STARTING, 90]), [80, 90]);
    }

    #[test]
    fn what_could_not_be_started_is_not_left_nor_taken_for_another() {
        assert_eq!(told(&[STARTING, 70, STARTING, 80, NOT_STARTED]), [70]);
        assert_eq!(told(&[STARTING, 70, STARTING, NOT_STARTED]), [70]);
    }

    #[test]
    fn half_a_number_and_numbers_that_mean_more_than_one_group_mean_nothing() {
        assert!(told(&[1, -1, -40]).is_empty());
        assert_eq!(left(&[1_u8, 2][..]), BTreeSet::new());
    }
}
