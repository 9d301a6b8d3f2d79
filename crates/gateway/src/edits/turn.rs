//! Whose turn it is to change the config. The folder itself is locked, so that nothing is left behind in it.

use std::fs::File;
use std::io;
use std::time::Duration;

use fased_protocol::control::{ControlError, ErrorCode};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use crate::clock;
use crate::config::write;
use crate::paths::Paths;

/// A change takes as long as the disk takes for two small files.
const WAIT: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(10);

/// The right to change the config, over all processes, until dropped. Nobody who has it waits for a gateway.
#[derive(Debug)]
pub struct Turn {
    /// None where there is nothing yet that could be locked, or the file system knows no locks: then what was read is
    /// compared once more before it is replaced, and that is all.
    _folder: Option<Flock<File>>,
}

impl Turn {
    /// Waits for it.
    ///
    /// # Errors
    /// `timed_out` when another change takes longer than five seconds.
    pub async fn take(paths: &Paths) -> Result<Self, ControlError> {
        let folder = write::folder_of(&paths.config);
        let mut file = match File::open(&folder) {
            Ok(file) => file,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::debug!("the config's folder cannot be locked: {error}");
                }
                return Ok(Self { _folder: None });
            }
        };
        let deadline = clock::monotonic() + WAIT;
        loop {
            file = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(locked) => {
                    return Ok(Self {
                        _folder: Some(locked),
                    });
                }
                Err((file, Errno::EWOULDBLOCK)) => file,
                Err((_file, errno)) => {
                    tracing::debug!("the config's folder cannot be locked: {errno}");
                    return Ok(Self { _folder: None });
                }
            };
            if clock::monotonic() >= deadline {
                return Err(ControlError {
                    code: ErrorCode::TimedOut,
                    message: format!(
                        "another change of {} is under way and does not end; nothing was changed",
                        paths.config.display()
                    ),
                    next: format!("find out whose it is: fuser {}", folder.display()),
                });
            }
            clock::pause(POLL).await;
        }
    }
}
