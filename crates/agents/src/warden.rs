//! The warden: a process beside this one that kills what this one has started, should it be killed itself.
//!
//! Whoever starts a program sees to its end, but nobody can who was killed. The warden hears over a pipe which process
//! groups there are. When the pipe ends, however that came about, it kills the groups that are left, and ends; those that
//! leave by themselves when nobody speaks to them any more are given the time to. One warden serves all programs; it is
//! started with the first of them, and again should it be gone.

use std::collections::BTreeMap;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{SigSet, Signal, killpg};
use nix::unistd::Pid;

/// What the warden hears, one number each: a group by its number, or one of these.
const STARTING: i32 = i32::MIN;
/// The same of one that leaves by itself.
const STARTING_GENTLE: i32 = i32::MIN + 1;
/// The start that was told of last has failed.
const NOT_STARTED: i32 = 0;

/// How long those that leave by themselves have for it.
const GRACE: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A warden has done its work so long after its pipe ended.
const ENDS_WITHIN: Duration = Duration::from_secs(4);

/// How a group comes to its end once nobody sees to it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is killed at once.
    Kill,
    /// It leaves by itself when its standard input ends, and is killed if it has not after two seconds.
    Leave,
}

impl End {
    fn starting(self) -> i32 {
        match self {
            Self::Kill => STARTING,
            Self::Leave => STARTING_GENTLE,
        }
    }
}

type Groups = BTreeMap<i32, End>;

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
    end(left(std::io::stdin().lock()));
}

/// Ends all of them. A group that is gone is forgotten the moment that is seen, since its number may belong to others soon.
fn end(mut groups: Groups) {
    for group in groups.extract_if(.., |_, end| *end == End::Kill) {
        kill(group.0);
    }
    let mut rest = GRACE;
    while !rest.is_zero() {
        groups.retain(|group, _| killpg(Pid::from_raw(*group), None).is_ok());
        if groups.is_empty() {
            return;
        }
        std::thread::sleep(LOOK_EVERY);
        rest = rest.saturating_sub(LOOK_EVERY);
    }
    groups.into_keys().for_each(kill);
}

fn kill(group: i32) {
    // Those that have just ended are no concern.
    killpg(Pid::from_raw(group), Signal::SIGKILL).ok();
}

/// The groups that were told of and have not ended, when nothing more is told.
fn left(mut told: impl Read) -> Groups {
    let mut groups = Groups::new();
    let mut latest = None;
    let mut end = End::Kill;
    let mut number = [0; size_of::<i32>()];
    while told.read_exact(&mut number).is_ok() {
        match i32::from_ne_bytes(number) {
            STARTING => (latest, end) = (None, End::Kill),
            STARTING_GENTLE => (latest, end) = (None, End::Leave),
            NOT_STARTED => {
                if let Some(group) = latest.take() {
                    groups.remove(&group);
                }
            }
            group if group > 1 => {
                latest = Some(group);
                groups.insert(group, end);
            }
            group => {
                groups.remove(&group.saturating_neg());
            }
        }
    }
    groups
}

/// Ends the warden, and waits until it has ended. Whoever becomes another program calls this before, since nobody would
/// take the status of the warden afterwards.
pub fn dismiss() {
    let Some(Warden {
        mut process, writer, ..
    }) = warden().take()
    else {
        return;
    };
    drop(writer);
    let mut rest = ENDS_WITHIN;
    while matches!(process.try_wait(), Ok(None)) {
        if rest.is_zero() {
            tracing::warn!("the warden does not end by itself and is killed");
            if let Err(error) = process.kill().and_then(|()| process.wait()) {
                tracing::warn!("the warden lives on: {error}");
            }
            return;
        }
        std::thread::sleep(LOOK_EVERY);
        rest = rest.saturating_sub(LOOK_EVERY);
    }
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
pub fn spawn(
    command: &mut tokio::process::Command,
    end: End,
) -> std::io::Result<(tokio::process::Child, Ward)> {
    let mut guard = warden();
    if let Err(error) = see_to(&mut guard) {
        tracing::warn!(
            "programs would live on if the gateway was killed: the warden cannot be started: {error}"
        );
    }
    let Some(warden) = &mut *guard else {
        return Ok((command.spawn()?, Ward(None)));
    };
    warden.tell(end.starting());
    tell_from_child(command, warden.writer.as_raw_fd());
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            warden.tell(NOT_STARTED);
            return Err(error);
        }
    };
    let group = child.id().and_then(|pid| i32::try_from(pid).ok());
    warden.groups.extend(group.map(|group| (group, end)));
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
    for (group, end) in new.groups.clone() {
        new.tell(end.starting());
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
    groups: Groups,
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

    fn told(numbers: &[i32]) -> Vec<(i32, End)> {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        left(&bytes[..]).into_iter().collect()
    }

    #[test]
    fn what_has_not_ended_is_left() {
        assert!(told(&[]).is_empty());
        assert_eq!(
            told(&[STARTING, 70, STARTING_GENTLE, 80, -70, STARTING, 90]),
            [(80, End::Leave), (90, End::Kill)]
        );
    }

    #[test]
    fn what_could_not_be_started_is_not_left_nor_taken_for_another() {
        let kept = [(70, End::Kill)];
        assert_eq!(told(&[STARTING, 70, STARTING, 80, NOT_STARTED]), kept);
        assert_eq!(told(&[STARTING, 70, STARTING, NOT_STARTED]), kept);
        assert_eq!(told(&[STARTING, 70, STARTING_GENTLE, NOT_STARTED]), kept);
    }

    #[test]
    fn half_a_number_and_numbers_that_mean_more_than_one_group_mean_nothing() {
        assert!(told(&[1, -1, -40]).is_empty());
        assert_eq!(left(&[1_u8, 2][..]), Groups::new());
    }

    /// A shell in a group of its own.
    #[allow(
        clippy::disallowed_methods,
        reason = "each test sees to the end of what it starts"
    )]
    fn shell(script: &str) -> (std::process::Child, i32) {
        let shell = std::process::Command::new("/bin/sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("a shell");
        let group = i32::try_from(shell.id()).expect("a number");
        (shell, group)
    }

    #[test]
    fn who_leaves_by_itself_is_let_and_who_does_not_is_killed() {
        use std::os::unix::process::ExitStatusExt;
        let (mut leaves, gentle) = shell("read line; exit 7");
        let (mut stays, deaf) = shell("kill -STOP $$");
        let (mut program, killed) = shell("read line; exit 7");
        let groups = Groups::from([(gentle, End::Leave), (deaf, End::Leave), (killed, End::Kill)]);
        // Taken, since a wait would close it.
        let (leave, _stay, _never) = (leaves.stdin.take(), stays.stdin.take(), program.stdin.take());
        let ending = std::thread::spawn(|| end(groups));
        assert_eq!(program.wait().expect("ended").signal(), Some(9), "at once");
        drop(leave);
        assert_eq!(leaves.wait().expect("ended").code(), Some(7), "by itself");
        assert_eq!(stays.wait().expect("ended").signal(), Some(9), "after a while");
        ending.join().expect("it ends, too");
    }
}
