//! A small file system of its own for a storm's state dir, so that it can be full. Needs Linux and the right to mount.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::simulate::world::throw_away_dir;

/// Some times what a storm needs.
const SIZE: &str = "size=128m,mode=0700";
/// What takes the room.
const FILLER: &str = "filler";
/// Written by others than the gateway, who are not to suffer.
const LOGS: [&str; 2] = ["fake-whatsapp.log", "gateway.log"];

/// Dropping it does not give it back; that is [`Disk::end`].
pub(super) struct Disk {
    pub(super) dir: PathBuf,
    logs: PathBuf,
}

impl Disk {
    /// Mounts one.
    pub(super) async fn mount() -> Result<Self> {
        let dir = throw_away_dir()?;
        if let Err(error) = command("mount", &["-t", "tmpfs", "-o", SIZE, "fased-storm"], &dir).await {
            fs::remove_dir(&dir).ok();
            return Err(error);
        }
        let logs = throw_away_dir()?;
        for log in LOGS {
            File::create(logs.join(log))
                .and_then(|_| symlink(logs.join(log), dir.join(log)))
                .with_context(|| format!("cannot make {log}"))?;
        }
        Ok(Self { dir, logs })
    }

    /// Takes all room that is left.
    pub(super) fn fill(dir: &Path) -> Result<()> {
        let mut filler = File::create(dir.join(FILLER)).context("cannot fill the disk")?;
        for size in [1 << 20, 4096, 1] {
            let piece = vec![b'x'; size];
            while filler.write_all(&piece).is_ok() {}
        }
        Ok(())
    }

    /// Gives the room back.
    pub(super) fn free(dir: &Path) -> Result<()> {
        fs::remove_file(dir.join(FILLER)).context("cannot free the disk")
    }

    /// Unmounts it. What is to be kept is copied first; returns where it is then.
    pub(super) async fn end(self, keep: bool) -> Result<Option<PathBuf>> {
        let kept = if keep {
            let to = throw_away_dir()?;
            let from = format!("{}/.", self.dir.display());
            command("cp", &["-a", &from], &to).await?;
            for log in LOGS {
                fs::remove_file(to.join(log)).context("cannot keep the logs")?;
                fs::copy(self.logs.join(log), to.join(log)).context("cannot keep the logs")?;
            }
            Some(to)
        } else {
            None
        };
        command("umount", &[], &self.dir).await?;
        fs::remove_dir(&self.dir).ok();
        fs::remove_dir_all(&self.logs).ok();
        Ok(kept)
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "tools of the system that end by themselves"
)]
async fn command(program: &str, arguments: &[&str], last: &Path) -> Result<()> {
    let ran = Command::new(program)
        .args(arguments)
        .arg(last)
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("{program} cannot be run"))?;
    if !ran.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&ran.stderr).trim());
    }
    Ok(())
}
