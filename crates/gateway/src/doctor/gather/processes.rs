//! Who has a file open. Only Linux tells without a library, and only of one's own processes.

use std::fs;
use std::path::{Path, PathBuf};

/// Processes, besides this one, that have a file open.
pub(super) fn with_open(file: &Path) -> Vec<u32> {
    let Ok(file) = file.canonicalize() else {
        return Vec::new();
    };
    let mut pids: Vec<u32> = open_files()
        .filter(|(_, open)| *open == file)
        .map(|(pid, _)| pid)
        .collect();
    pids.sort_unstable();
    pids.dedup();
    pids
}

/// Gateways that hold the lease of another state dir.
pub(super) fn other_gateways(lease: &Path) -> Vec<(u32, PathBuf)> {
    let ours = lease.canonicalize().unwrap_or_else(|_| lease.to_owned());
    let leases = open_files().filter(|(_, open)| *open != ours && open.file_name() == lease.file_name());
    let gateways = leases.filter(|(pid, _)| is_fased(*pid));
    let mut found: Vec<(u32, PathBuf)> = gateways
        .filter_map(|(pid, open)| Some((pid, open.parent()?.to_owned())))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn open_files() -> impl Iterator<Item = (u32, PathBuf)> {
    let own = std::process::id();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(move |process| {
        let pid: u32 = process.file_name().to_str()?.parse().ok()?;
        (pid != own).then_some(pid)
    });
    pids.flat_map(|pid| {
        let files = fs::read_dir(format!("/proc/{pid}/fd"))
            .into_iter()
            .flatten()
            .flatten();
        files.filter_map(move |file| Some((pid, fs::read_link(file.path()).ok()?)))
    })
}

fn is_fased(pid: u32) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|program| {
        program
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("fased"))
    })
}

/// Most files that a process may have open.
pub(super) fn most_files(pid: u32) -> Option<u64> {
    parse_most_files(&fs::read_to_string(format!("/proc/{pid}/limits")).ok()?)
}

fn parse_most_files(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    if soft == "unlimited" {
        Some(u64::MAX)
    } else {
        soft.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_kernel_is_read() {
        let limits = "Max processes             12345                12345                processes\n\
            Max open files            1024                 524288               files\n";
        assert_eq!(parse_most_files(limits), Some(1024));
        assert_eq!(
            parse_most_files("Max open files   unlimited  unlimited  files\n"),
            Some(u64::MAX)
        );
        assert_eq!(parse_most_files(""), None);
    }
}
