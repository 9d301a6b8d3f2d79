//! Carries out what findings named as their fix, and nothing else.
//!
//! Nothing is deleted: what is in the way is moved into a backup folder, and a script there puts back whatever was
//! changed. It is written before the change. What a gateway works with is moved only while this holds the lease, so that
//! none can start in between. To narrow the mode of a file hurts no gateway, so that is done beside a running one, too.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Finding, Fix};
use crate::lease::{Lease, make_private_dir};
use crate::paths::Paths;

/// What became of one fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mended {
    /// What it is, for people.
    pub what: String,
    /// It was done.
    pub done: bool,
    /// Where the way back is.
    pub backup: Option<PathBuf>,
    /// Why it was not done.
    pub error: Option<String>,
}

/// Does what the findings say, in the order in which one rests upon another: first modes, then the rest. A name for the
/// backup is made of the time.
#[must_use]
pub fn mend(paths: &Paths, findings: &[Finding], now_ms: i64) -> Vec<Mended> {
    let mut fixes: Vec<&Fix> = findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .collect();
    fixes.sort_by_key(|fix| match fix {
        Fix::Mode { .. } => 0,
        Fix::FileModes { .. } => 1,
        Fix::MakeFolder { .. } => 2,
        Fix::MoveAway { .. } => 3,
    });
    let mut backup = Backup {
        folder: paths.state_dir.join("backup").join(format!("doctor-{now_ms}")),
        script: None,
        moved: 0,
    };
    let mut lease = None;
    let mut mended = Vec::new();
    for fix in fixes {
        let done = match fix {
            Fix::Mode { path, from, to } => change_mode(&mut backup, path, *from, *to),
            Fix::FileModes { files, .. } => files
                .iter()
                .try_for_each(|(path, from)| change_mode(&mut backup, path, *from, 0o600)),
            Fix::MakeFolder { path } => make_private_dir(path).map_err(|error| format!("{error:#}")),
            Fix::MoveAway { path } => {
                let held = lease.get_or_insert_with(|| Lease::take(&paths.lease));
                match held {
                    Ok(_lease) => move_away(&mut backup, path),
                    Err(error) => Err(format!("{error:#}; first: fased gateway stop")),
                }
            }
        };
        mended.push(Mended {
            what: fix.sentence(),
            done: done.is_ok(),
            backup: backup.script.is_some().then(|| backup.folder.clone()),
            error: done.err(),
        });
    }
    mended
}

/// The way back.
struct Backup {
    folder: PathBuf,
    script: Option<PathBuf>,
    moved: usize,
}

impl Backup {
    /// Writes how to undo a change, before it is made.
    fn note(&mut self, command: &str) -> Result<(), String> {
        let said = |error: &dyn std::fmt::Display| format!("no backup can be made: {error}");
        make_private_dir(&self.folder).map_err(|error| said(&format!("{error:#}")))?;
        let path = self.folder.join("undo.sh");
        let mut script = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| said(&error))?;
        writeln!(script, "{command}")
            .and_then(|()| script.sync_all())
            .map_err(|error| said(&error))?;
        self.script = Some(path);
        Ok(())
    }
}

fn change_mode(backup: &mut Backup, path: &Path, from: u32, to: u32) -> Result<(), String> {
    let found = fs::metadata(path).map_err(|error| error.to_string())?;
    let mode = found.permissions().mode() & 0o7777;
    if mode != from {
        return Err(format!("its mode is {mode:04o} by now; look again: fased doctor"));
    }
    // Into a state dir that nobody can write no backup fits; there the mode itself comes first.
    let undo = format!("chmod {from:04o} {}", quoted(path));
    let noted = backup.note(&undo);
    if noted.is_err() && !found.is_dir() {
        return noted;
    }
    fs::set_permissions(path, Permissions::from_mode(to)).map_err(|error| error.to_string())?;
    if noted.is_err() {
        backup.note(&undo)
    } else {
        Ok(())
    }
}

fn move_away(backup: &mut Backup, path: &Path) -> Result<(), String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    backup.moved += 1;
    let to = backup.folder.join(format!("{}-{name}", backup.moved));
    backup.note(&format!("mv {} {}", quoted(&to), quoted(path)))?;
    match fs::rename(path, &to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        // Sockets may lie on a file system of their own.
        Err(error) if error.kind() == ErrorKind::CrossesDevices => move_beside(backup, path),
        moved => moved.map_err(|error| error.to_string()),
    }
}

fn move_beside(backup: &mut Backup, path: &Path) -> Result<(), String> {
    let mut to = path.as_os_str().to_owned();
    to.push(format!(
        ".{}",
        backup.folder.file_name().unwrap_or_default().display()
    ));
    let to = PathBuf::from(to);
    backup.note(&format!("mv {} {}", quoted(&to), quoted(path)))?;
    fs::rename(path, &to).map_err(|error| error.to_string())
}

/// One word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(dir: &Path) -> Paths {
        Paths {
            state_dir: dir.to_owned(),
            config: dir.join("fased.json"),
            store: dir.join("fased.db"),
            socket: dir.join("run/v1/gateway.sock"),
            lease: dir.join("gateway.lock"),
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o7777
    }

    fn of(fix: Fix) -> Finding {
        Finding::problem("x", "x", "x").fix(fix)
    }

    #[test]
    fn what_was_named_is_done_and_can_be_undone() {
        let dir = tempfile::tempdir().expect("a folder");
        let paths = paths(dir.path());
        let (store, temp) = (paths.store.clone(), dir.path().join(".tmp-1"));
        fs::write(&store, "rows").expect("written");
        fs::set_permissions(&store, Permissions::from_mode(0o644)).expect("a mode");
        fs::write(&temp, "half").expect("written");
        let folder = dir.path().join("media/inbound");
        let findings = [
            of(Fix::MoveAway { path: temp.clone() }),
            of(Fix::Mode {
                path: store.clone(),
                from: 0o644,
                to: 0o600,
            }),
            of(Fix::MakeFolder { path: folder.clone() }),
            Finding::problem("x", "no fix", "x"),
        ];
        let mended = mend(&paths, &findings, 7);
        assert!(
            mended.len() == 3 && mended.iter().all(|mended| mended.done),
            "{mended:?}"
        );
        assert_eq!((mode(&store), mode(&folder)), (0o600, 0o700));
        assert!(!temp.exists());
        let backup = dir.path().join("backup/doctor-7");
        assert_eq!(fs::read_to_string(backup.join("1-.tmp-1")).expect("kept"), "half");
        let undo = fs::read_to_string(backup.join("undo.sh")).expect("written");
        assert!(undo.contains("chmod 0644") && undo.contains("mv "), "{undo}");
        assert_eq!(mode(&backup), 0o700);
    }

    #[test]
    fn what_has_changed_since_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let paths = paths(dir.path());
        fs::write(&paths.store, "rows").expect("written");
        fs::set_permissions(&paths.store, Permissions::from_mode(0o640)).expect("a mode");
        let mended = mend(
            &paths,
            &[of(Fix::Mode {
                path: paths.store.clone(),
                from: 0o644,
                to: 0o600,
            })],
            7,
        );
        assert!(!mended[0].done && mode(&paths.store) == 0o640, "{mended:?}");
    }

    #[test]
    fn what_lies_on_another_file_system_is_moved_beside_itself() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut backup = Backup {
            folder: dir.path().join("backup/doctor-7"),
            script: None,
            moved: 0,
        };
        let socket = dir.path().join("gateway.sock");
        fs::write(&socket, "").expect("written");
        move_beside(&mut backup, &socket).expect("moved");
        assert!(!socket.exists() && dir.path().join("gateway.sock.doctor-7").exists());
        let undo = fs::read_to_string(backup.folder.join("undo.sh")).expect("written");
        assert!(undo.contains("gateway.sock.doctor-7"), "{undo}");
    }

    #[test]
    fn beside_a_gateway_nothing_is_moved() {
        let dir = tempfile::tempdir().expect("a folder");
        let paths = paths(dir.path());
        let _gateway = Lease::take(&paths.lease).expect("free");
        let temp = dir.path().join(".tmp-1");
        fs::write(&temp, "half").expect("written");
        let mended = mend(&paths, &[of(Fix::MoveAway { path: temp.clone() })], 7);
        assert!(!mended[0].done && temp.exists(), "{mended:?}");
        assert!(
            mended[0]
                .error
                .as_ref()
                .is_some_and(|error| error.contains("fased gateway stop"))
        );
    }
}
