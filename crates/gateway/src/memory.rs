//! How much memory a process has in RAM. Only Linux tells without a library; elsewhere nothing is known.

use std::fs;

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
}
