//! How much memory a process has in RAM, and letting go of what of ours is seldom needed. Only Linux tells without a
//! library; elsewhere nothing is known and nothing let go.

use std::fs;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock;

/// Until everything has started and the links are up, as a rule.
const FIRST_AFTER: Duration = Duration::from_secs(10);
/// After that. What was let go of and is needed after all is mapped again from the system's cache in well under 1 ms.
const EVERY: Duration = Duration::from_secs(600);

/// Lets go, now and then, of the pages of the program that were needed once: a start runs half of it.
pub(crate) async fn trim_forever(shutdown: CancellationToken) {
    let mut rest = FIRST_AFTER;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = clock::pause(rest) => {}
        }
        let_go_of_code();
        rest = EVERY;
    }
}

/// Unmaps the pages of this program's code; those that run are mapped again at once. False if that failed.
#[cfg(target_os = "linux")]
#[allow(
    unsafe_code,
    reason = "madvise is unsafe; on code, which is mapped from a file and never written to, it forgets nothing"
)]
fn let_go_of_code() -> bool {
    use nix::sys::mman::{MmapAdvise, madvise};

    let here = let_go_of_code as fn() -> bool as usize;
    let Ok(maps) = fs::read_to_string("/proc/self/maps") else {
        return false;
    };
    let Some((from, to)) = maps
        .lines()
        .filter_map(code)
        .find(|(from, to)| (*from..*to).contains(&here))
    else {
        return false;
    };
    let Some(start) = std::ptr::NonNull::new(from as *mut std::ffi::c_void) else {
        return false;
    };
    // SAFETY: the range is one mapping of this process, by the kernel's own word, readable, executable and not
    // writable: each page of it is as it is in the file, and is read from there again.
    unsafe { madvise(start, to - from, MmapAdvise::MADV_DONTNEED) }.is_ok()
}

#[cfg(not(target_os = "linux"))]
fn let_go_of_code() -> bool {
    false
}

/// The range of a line of `/proc/self/maps`, if it is code of a file that nobody can write to in memory:
/// `55d0c0a00000-55d0c1200000 r-xp 00200000 fe:01 1234  /usr/bin/fased`.
fn code(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_ascii_whitespace();
    let (range, rights) = (words.next()?, words.next()?);
    let path = words.nth(3)?;
    if rights != "r-xp" || !path.starts_with('/') {
        return None;
    }
    let (from, to) = range.split_once('-')?;
    let from = usize::from_str_radix(from, 16).ok()?;
    let to = usize::from_str_radix(to, 16).ok()?;
    (from < to).then_some((from, to))
}

/// Memory of a process that is in RAM now (RSS), bytes; none where the system does not tell, or it is gone.
#[must_use]
pub fn rss_bytes(pid: u32) -> Option<u64> {
    parse(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

/// From the lines of `/proc/<pid>/status`: `VmRSS:      1234 kB`.
fn parse(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_kernel_is_read() {
        assert_eq!(
            parse("Name:\tnode\nVmRSS:\t   2048 kB\nThreads:\t1\n"),
            Some(2 * 1024 * 1024)
        );
        for nothing in [
            "",
            "Name:\tnode\n",
            "VmRSS:\tmuch\n",
            "VmRSS:\t99999999999999999999 kB\n",
        ] {
            assert_eq!(parse(nothing), None, "{nothing}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_some() {
        assert!(rss_bytes(std::process::id()).is_some_and(|bytes| bytes > 1 << 20));
    }

    #[test]
    fn code_alone_is_let_go_of() {
        let line = "1000-3000 r-xp 00200000 fe:01 1234    /usr/bin/fased";
        assert_eq!(code(line), Some((0x1000, 0x3000)));
        for other in [
            "1000-3000 r--p 00200000 fe:01 1234    /usr/bin/fased",
            "1000-3000 rw-p 00200000 fe:01 1234    /usr/bin/fased",
            "1000-3000 r-xp 00000000 00:00 0    [vdso]",
            "1000-3000 r-xp 00000000 00:00 0",
            "3000-1000 r-xp 00200000 fe:01 1234    /usr/bin/fased",
            "here-there r-xp 00200000 fe:01 1234    /usr/bin/fased",
            "",
        ] {
            assert_eq!(code(other), None, "{other}");
        }
    }

    /// Of this program's code, KiB that are mapped. The process's own sum lags behind.
    #[cfg(target_os = "linux")]
    fn mapped_code() -> u64 {
        let here = mapped_code as fn() -> u64 as usize;
        let smaps = fs::read_to_string("/proc/self/smaps").expect("smaps");
        let mut lines = smaps.lines();
        lines
            .by_ref()
            .find(|line| code(line).is_some_and(|(from, to)| (from..to).contains(&here)))
            .expect("the mapping of this code");
        let rss = lines
            .find_map(|line| line.strip_prefix("Rss:"))
            .expect("its size");
        rss.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_program_runs_on_after_its_code_was_let_go_of() {
        let before = mapped_code();
        assert!(let_go_of_code());
        let after = mapped_code();
        assert!(after < before, "{after} KiB after {before}");
    }
}
