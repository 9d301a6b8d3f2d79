//! A copy of a local file, if it lies below an allowed folder.
//!
//! Links are followed first, by name; then every folder on the way down from the allowed one is opened without
//! following any, so what is opened is what was judged, whatever anybody renames meanwhile. Nothing but regular
//! files is opened at all.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use nix::fcntl::{AtFlags, OFlag, open, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};

use super::error::{MediaError, MediaProblem};
use super::outgoing::{Raw, Rules};
use super::scratch::Scratch;
use super::sniff::{HEAD_BYTES, sniff};

const BLOCK: usize = 64 * 1024;

/// Copies a file into the media folder, at most so many bytes of it.
pub(super) async fn copy(rules: &Rules, path: &Path, max_bytes: u64) -> Result<Raw, MediaError> {
    let scratch = Scratch::new(&rules.media_dir, "part");
    let job = Job {
        roots: rules.roots.clone(),
        closed: rules.closed.clone(),
        media_dir: rules.media_dir.clone(),
        path: path.to_owned(),
        to: scratch.path().to_owned(),
        max_bytes,
    };
    let copied = tokio::task::spawn_blocking(move || job.run()).await;
    let (bytes, sniffed) =
        copied.map_err(|error| MediaError::failed(format!("reading a file failed: {error}")))??;
    Ok(Raw {
        scratch,
        bytes,
        sniffed,
        claimed: None,
        name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        what: path.display().to_string(),
    })
}

struct Job {
    roots: Vec<PathBuf>,
    closed: Vec<PathBuf>,
    media_dir: PathBuf,
    path: PathBuf,
    to: PathBuf,
    max_bytes: u64,
}

impl Job {
    fn run(&self) -> Result<(u64, Option<&'static str>), MediaError> {
        let shown = self.path.display();
        let mut file = self.open()?;
        let io = |error: io::Error| MediaError::failed(format!("{shown} cannot be copied: {error}"));
        let mut copy = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.to)
            .map_err(io)?;
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let mut block = vec![0; BLOCK];
        let mut bytes: u64 = 0;
        loop {
            let read = match file.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(io(error)),
            };
            let block = block.get(..read).unwrap_or_default();
            bytes += read as u64;
            if bytes > self.max_bytes {
                return Err(MediaError::too_large(&shown.to_string(), self.max_bytes));
            }
            let missing = HEAD_BYTES.saturating_sub(head.len()).min(read);
            head.extend_from_slice(block.get(..missing).unwrap_or_default());
            copy.write_all(block).map_err(io)?;
        }
        Ok((bytes, sniff(&head)))
    }

    fn open(&self) -> Result<File, MediaError> {
        let shown = self.path.display();
        let refused = |why: &str| {
            let roots: Vec<String> = self.roots.iter().map(|root| root.display().to_string()).collect();
            MediaError::new(
                MediaProblem::Refused,
                format!("{shown} is not sent: {why}"),
                format!(
                    "copy it to one of {}, or allow its folder: fased config set channels.whatsapp.mediaRoots FOLDER --append",
                    roots.join(", ")
                ),
            )
        };
        if self.path.as_os_str().as_bytes().contains(&0) {
            return Err(refused("its name has a NUL in it"));
        }
        if !self.path.is_absolute() {
            return Err(refused("its path is not absolute"));
        }
        // What is outside is refused alike whether it is there or not: the answer tells nothing of it.
        let outside = || refused("it is not below an allowed folder");
        let real = match self.path.canonicalize() {
            Ok(real) => real,
            Err(_) if !self.roots.iter().any(|root| is_plainly_below(&self.path, root)) => {
                return Err(outside());
            }
            Err(error) => {
                return Err(MediaError::new(
                    MediaProblem::NotFound,
                    format!("{shown} cannot be read: {error}"),
                    "see whether the path is right",
                ));
            }
        };
        let root = self.root_of(&real).ok_or_else(outside)?;
        let below = real.strip_prefix(&root).map_err(|_| outside())?;
        open_below(&root, below).map_err(|error| match error {
            Unopened::NoFile => MediaError::new(
                MediaProblem::Unusable,
                format!("{shown} is not a regular file"),
                "send a file; a folder can be packed into one first",
            ),
            Unopened::Io(error) => MediaError::new(
                MediaProblem::NotFound,
                format!("{shown} cannot be read: {error}"),
                "see whether the path is right and the gateway may read it",
            ),
        })
    }

    /// The allowed folder that a resolved path lies below, if it is not below a closed one nearer to it.
    fn root_of(&self, real: &Path) -> Option<PathBuf> {
        let resolved = |dirs: &[PathBuf]| -> Vec<PathBuf> {
            dirs.iter().filter_map(|dir| dir.canonicalize().ok()).collect()
        };
        let nearest = |dirs: Vec<PathBuf>| {
            let around = dirs.into_iter().filter(|dir| real.starts_with(dir));
            around.max_by_key(|dir| dir.components().count())
        };
        let root = nearest(resolved(&self.roots))?;
        let closed = nearest(resolved(&self.closed));
        let is_open = closed.is_none_or(|closed| root.starts_with(&closed) && root != closed);
        // What is about to be sent or converted is nobody's to send again.
        let outbound = self.media_dir.join(super::OUTBOUND).canonicalize().ok();
        let is_ours = outbound.is_some_and(|outbound| real.starts_with(outbound));
        (is_open && !is_ours).then_some(root)
    }
}

/// Without links and without `..`, is this below that folder?
fn is_plainly_below(path: &Path, root: &Path) -> bool {
    path.starts_with(root) && !path.components().any(|part| part == Component::ParentDir)
}

#[derive(Debug)]
enum Unopened {
    NoFile,
    Io(io::Error),
}

impl From<nix::errno::Errno> for Unopened {
    fn from(errno: nix::errno::Errno) -> Self {
        // A link where there was none, or a file where there was a folder.
        if errno == nix::errno::Errno::ELOOP || errno == nix::errno::Errno::ENOTDIR {
            return Self::NoFile;
        }
        Self::Io(errno.into())
    }
}

/// Opens a regular file by walking down from a folder, following no link.
fn open_below(root: &Path, below: &Path) -> Result<File, Unopened> {
    let folder = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let mut at: OwnedFd = open(root, folder, Mode::empty())?;
    let mut parts: Vec<&OsStr> = Vec::new();
    for part in below.components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
                return Err(Unopened::NoFile);
            }
        }
    }
    let Some((name, folders)) = parts.split_last() else {
        return Err(Unopened::NoFile);
    };
    for part in folders {
        at = openat(at.as_fd(), *part, folder, Mode::empty())?;
    }
    // Looked at before it is opened: opening a device can be an act of its own.
    let named = fstatat(at.as_fd(), *name, AtFlags::AT_SYMLINK_NOFOLLOW)?;
    if !is_regular(&named) {
        return Err(Unopened::NoFile);
    }
    let file = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let file = openat(at.as_fd(), *name, file, Mode::empty())?;
    if !is_regular(&fstat(file.as_fd())?) {
        return Err(Unopened::NoFile);
    }
    Ok(File::from(file))
}

fn is_regular(stat: &FileStat) -> bool {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFREG
}
