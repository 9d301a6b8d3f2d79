//! Which processes hold a file of a world open. A sidecar inherits the lock of its auth dir, and
//! gateway and server write their logs there, so none can hide. Only on Linux; elsewhere none is seen.

use std::fs;
use std::path::Path;

#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) command: String,
}

impl Process {
    pub(super) fn is_sidecar(&self) -> bool {
        self.command.contains("sidecar/src/main.js")
    }
}

pub(super) fn holding(dir: &Path) -> Vec<Process> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let own = std::process::id();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != own && holds(*pid, dir))
        .map(|pid| Process {
            pid,
            command: command(pid),
        })
        .collect()
}

fn holds(pid: u32, dir: &Path) -> bool {
    // One that ends meanwhile, or belongs to somebody else, holds nothing here.
    let files = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .filter_map(|file| fs::read_link(file.path()).ok())
        .any(|file| file.starts_with(dir))
}

fn command(pid: u32) -> String {
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&arguments)
        .replace('\0', " ")
        .trim_end()
        .to_owned()
}
