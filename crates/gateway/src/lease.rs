//! Two kinds of lock, both `flock`: one gateway per state dir, one process tree per auth dir.
//!
//! A lock lasts as long as an open file description, so the kernel lets go of it however its
//! holder dies. An auth dir's lock is handed down to the sidecar and lasts as long as either lives.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::fcntl::{Flock, FlockArg};

use crate::clock;

/// How long a new sidecar waits for the one before to be gone.
const AUTH_LOCK_WAIT: Duration = Duration::from_secs(10);
const AUTH_LOCK_POLL: Duration = Duration::from_millis(20);

/// Another gateway holds the state dir. Found in an error chain by `downcast_ref`.
#[derive(Debug)]
pub struct LeaseHeld {
    /// For people: names the other one's pid and start time.
    pub message: String,
}

impl std::fmt::Display for LeaseHeld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LeaseHeld {}

/// The right to be the gateway of a state dir, until dropped.
pub struct Lease {
    _file: Flock<File>,
}

impl Lease {
    /// Takes the lease or says who has it. Does not wait.
    ///
    /// # Errors
    /// [`LeaseHeld`] when another process has it; else what the file system said.
    pub fn take(path: &Path) -> Result<Self> {
        let file = open_private(path)?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(mut file) => {
                let about = format!(
                    "pid {}, started {} (Unix ms)",
                    std::process::id(),
                    clock::now_ms()
                );
                let written = file
                    .set_len(0)
                    .and_then(|()| file.rewind())
                    .and_then(|()| file.write_all(about.as_bytes()));
                written.with_context(|| format!("cannot write {}", path.display()))?;
                Ok(Self { _file: file })
            }
            Err((mut file, _)) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).unwrap_or_default();
                let message = format!("another gateway holds {}: {holder}", path.display());
                Err(LeaseHeld { message }.into())
            }
        }
    }
}

/// The right to read and write an auth dir; handed down to the sidecar.
pub struct AuthLock {
    file: Flock<File>,
}

impl AuthLock {
    /// Waits until no process holds the auth dir, at most ten seconds.
    ///
    /// # Errors
    /// When a sidecar of an earlier gateway is still there after that.
    pub async fn take(auth_dir: &Path) -> Result<Self> {
        make_private_dir(auth_dir)?;
        let path = auth_dir.join(".lock");
        let deadline = clock::monotonic() + AUTH_LOCK_WAIT;
        let mut file = open_private(&path)?;
        loop {
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(file) => return Ok(Self { file }),
                Err((back, _)) => file = back,
            }
            if clock::monotonic() >= deadline {
                bail!(
                    "another process still holds {} after {} s; find it with: fuser {}",
                    auth_dir.display(),
                    AUTH_LOCK_WAIT.as_secs(),
                    path.display()
                );
            }
            clock::pause(AUTH_LOCK_POLL).await;
        }
    }

    /// The locked file, to be inherited.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }
}

/// Makes a folder that only its owner may enter, with its parents.
///
/// # Errors
/// What the file system said.
pub fn make_private_dir(dir: &Path) -> Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .with_context(|| format!("cannot create {}", dir.display()))
}

fn open_private(path: &Path) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot open {}", path.display()))
}
