//! What was learned of a Node, kept over restarts of the gateway: to ask takes two starts of it, which the first link
//! would wait for. It holds for the very same file and the very same fased only.

use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::Node;

/// Where it is kept; nowhere until a gateway says so.
static FILE: OnceLock<PathBuf> = OnceLock::new();

/// More than this is not ours.
const MOST_BYTES: u64 = 256 * 1024;

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Kept {
    /// The version of fased that asked.
    fased: String,
    /// What was named, and what is found there.
    named: PathBuf,
    named_build: Build,
    program_build: Build,
    node: Node,
}

/// Tells one file from another in its place.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Build {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Build {
    fn of(file: &Path) -> Option<Self> {
        let found = file.metadata().ok()?;
        Some(Self {
            device: found.dev(),
            inode: found.ino(),
            bytes: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

/// From now on it is kept in this file. The first that was named stays.
pub(crate) fn remember_in(file: PathBuf) {
    FILE.get_or_init(|| file);
}

/// What is known of this Node, if it is still the one that was asked.
pub(super) fn recall(named: &Path) -> Option<Node> {
    recall_from(FILE.get()?, &found(named)?)
}

/// Keeps what was learned. Where that fails, the next start asks again.
pub(super) fn keep(named: &Path, node: &Node) {
    let (Some(file), Some(named)) = (FILE.get(), found(named)) else {
        return;
    };
    if let Err(error) = keep_in(file, &named, node) {
        tracing::debug!("what is known of Node is not kept: {error}");
    }
}

/// The file that a name without a folder means.
fn found(named: &Path) -> Option<PathBuf> {
    match named.components().count() {
        1 => crate::process::find(named.to_str()?),
        _ => Some(named.to_owned()),
    }
}

fn recall_from(file: &Path, named: &Path) -> Option<Node> {
    if file.metadata().ok()?.len() > MOST_BYTES {
        return None;
    }
    let kept: Kept = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    let is_same = kept.fased == env!("CARGO_PKG_VERSION")
        && kept.named == named
        && Build::of(named)? == kept.named_build
        && Build::of(&kept.node.program)? == kept.program_build;
    is_same.then_some(kept.node)
}

fn keep_in(file: &Path, named: &Path, node: &Node) -> io::Result<()> {
    let (Some(named_build), Some(program_build)) = (Build::of(named), Build::of(&node.program)) else {
        return Ok(());
    };
    let kept = Kept {
        fased: env!("CARGO_PKG_VERSION").to_owned(),
        named: named.to_owned(),
        named_build,
        program_build,
        node: node.clone(),
    };
    let bytes = serde_json::to_vec(&kept)?;
    // Half of it is as good as nothing, so it is written in place.
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    io::Write::write_all(&mut options.open(file)?, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(program: &Path) -> Node {
        Node {
            version: "v20.17.0".to_owned(),
            program: program.to_owned(),
            objects: vec![PathBuf::from("/lib/libc.so.6")],
            flags: vec!["--permission".to_owned()],
            unfit: None,
            unsure: false,
        }
    }

    #[test]
    fn the_same_file_is_not_asked_again_and_another_in_its_place_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, program) = (dir.path().join("node.json"), dir.path().join("node"));
        std::fs::write(&program, "one").expect("written");
        assert_eq!(recall_from(&file, &program), None, "nothing was kept");
        keep_in(&file, &program, &node(&program)).expect("kept");
        assert_eq!(recall_from(&file, &program), Some(node(&program)));
        let other = dir.path().join("other");
        std::fs::write(&other, "one").expect("written");
        assert_eq!(recall_from(&file, &other), None, "another name");
        std::fs::rename(&other, &program).expect("replaced");
        assert_eq!(recall_from(&file, &program), None, "another file");
    }

    #[test]
    fn what_is_no_memory_of_ours_is_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, program) = (dir.path().join("node.json"), dir.path().join("node"));
        std::fs::write(&program, "one").expect("written");
        for bytes in [&b"{"[..], b"", b"{}", &[b' '; 300_000]] {
            std::fs::write(&file, bytes).expect("written");
            assert_eq!(recall_from(&file, &program), None);
        }
    }
}
