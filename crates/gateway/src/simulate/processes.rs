//! Which processes hold a file of a world open. A sidecar inherits the lock of its auth dir, and
//! gateway and server write their logs there, so none can hide. Only on Linux; elsewhere none is seen.

use std::fs;
use std::path::Path;

#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) command: String,
    /// When it was started, by the kernel's count: two processes of one number differ in it.
    started: u64,
}

impl Process {
    pub(super) fn is_sidecar(&self) -> bool {
        self.command.contains("sidecar/src/main.js")
    }

    pub(super) fn lives(&self) -> bool {
        stat(self.pid).is_some_and(|stat| stat.started == self.started)
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
            started: stat(pid).map_or(0, |stat| stat.started),
        })
        .collect()
}

/// What this process has started, and what that has started.
pub(super) fn below(pid: u32) -> Vec<Process> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, Stat)> = processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, stat(pid)?)))
        .collect();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop() {
        for (pid, stat) in all.iter().filter(|(_, stat)| stat.parent == parent) {
            parents.push(*pid);
            found.push(Process {
                pid: *pid,
                command: command(*pid),
                started: stat.started,
            });
        }
    }
    found
}

/// How many files a process has open.
pub(super) fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// What the kernel says of a process that is not dead.
struct Stat {
    parent: u32,
    started: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before may hold anything.
    let fields: Vec<&str> = line.rsplit_once(") ")?.1.split(' ').collect();
    let [state, parent, ..] = fields[..] else {
        return None;
    };
    (state != "Z" && state != "X").then_some(())?;
    Some(Stat {
        parent: parent.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
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
