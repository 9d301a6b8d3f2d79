//! Room for what is to be kept.

use std::path::Path;

use super::Facts;
use super::finding::{Finding, Level};

const CHECK: &str = "disk";

/// Below this a write may fail any moment.
const NO_ROOM: u64 = 2 << 20;
/// Below this it is worth a look.
const LITTLE: u64 = 1 << 30;
/// The same for files.
const TOO_FEW_INODES: u64 = 1_000;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for disk in &facts.disks {
        let shown = disk.path.display();
        let free = size(disk.free_bytes);
        let cause = if disk.free_bytes < NO_ROOM {
            "without room no message can be kept, so none is taken from WhatsApp"
        } else {
            "messages are still kept; when it is full, none is taken from WhatsApp"
        };
        let next = make_room(&disk.path);
        let level = match disk.free_bytes {
            ..NO_ROOM => Level::Problem,
            NO_ROOM..LITTLE => Level::Warning,
            LITTLE.. => Level::Ok,
        };
        if level == Level::Ok {
            findings.push(Finding::ok(CHECK, format!("{free} free for {shown}")));
        } else {
            let what = format!("only {free} are free for {shown}");
            findings.push(Finding::new(CHECK, level, what, cause).next(next));
        }
        if let Some(inodes) = disk.free_inodes.filter(|inodes| *inodes < TOO_FEW_INODES) {
            let what = format!("only {inodes} more files fit beside {shown}");
            let next = format!("remove small files: df -i {shown}");
            findings.push(Finding::problem(CHECK, what, "the file system has run out of inodes").next(next));
        }
    }
    findings
}

/// How to come by room, and what of ours may go.
pub(super) fn make_room(path: &Path) -> String {
    format!(
        "make room (df -h {}): lower channels.whatsapp.mediaKeepMb, or remove old logs and folders named *.set-aside-*",
        path.display()
    )
}

/// A number of bytes for people.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        ..1_048_576 => format!("{} KiB", bytes >> 10),
        1_048_576..10_737_418_240 => format!("{} MiB", bytes >> 20),
        10_737_418_240.. => format!("{} GiB", bytes >> 30),
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::DiskFact;
    use super::super::fixtures::facts;
    use super::*;

    #[test]
    fn little_room_is_a_warning_and_too_little_a_problem() {
        let mut facts = facts();
        for (free_bytes, free_inodes, levels) in [
            (20 << 30, Some(50_000), &[Level::Ok][..]),
            (20 << 30, None, &[Level::Ok]),
            (500 << 20, Some(50_000), &[Level::Warning]),
            (3 << 20, Some(50_000), &[Level::Warning]),
            (1 << 20, Some(50_000), &[Level::Problem]),
            (20 << 30, Some(12), &[Level::Ok, Level::Problem]),
        ] {
            facts.disks = vec![DiskFact {
                path: "/s".into(),
                free_bytes,
                free_inodes,
            }];
            let found: Vec<Level> = check(&facts).iter().map(|finding| finding.level).collect();
            assert_eq!(found, levels, "{free_bytes} {free_inodes:?}");
        }
    }

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(size(3 << 10), "3 KiB");
        assert_eq!(size(3 << 20), "3 MiB");
        assert_eq!(size(40 << 30), "40 GiB");
    }
}
