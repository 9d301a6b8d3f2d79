//! Modes and owners of what the state dir holds.

use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::super::facts::{AuthFacts, FileFact};
use crate::paths::Paths;

/// What is for its owner alone. Files in auth dirs are many, and told together.
pub(super) fn look(paths: &Paths, auth: &[AuthFacts]) -> Vec<FileFact> {
    let state = &paths.state_dir;
    if std::fs::symlink_metadata(state).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Vec::new();
    }
    // A state dir in which a gateway was once has these.
    let used = paths.store.exists();
    let credentials = state.join("credentials");
    let mut wanted: Vec<(PathBuf, bool)> = vec![
        (state.clone(), true),
        (credentials.join("whatsapp"), false),
        (credentials, false),
        (paths.media_dir(), false),
        (paths.media_dir().join("inbound"), used),
        (paths.media_dir().join("outbound"), used),
        (paths.workspace_dir(), used),
        (state.join("run"), false),
        (paths.lease.clone(), false),
        (paths.store.clone(), false),
    ];
    for suffix in ["-wal", "-shm"] {
        let mut name = paths.store.clone().into_os_string();
        name.push(suffix);
        wanted.push((name.into(), false));
    }
    wanted.extend(auth.iter().map(|auth| (auth.dir.clone(), false)));
    wanted
        .into_iter()
        .map(|(path, needed)| fact(path, needed))
        .filter(|fact| fact.found.is_some() || fact.error.is_some() || fact.needed)
        .collect()
}

fn fact(path: PathBuf, needed: bool) -> FileFact {
    let (found, is_dir, error) = match std::fs::metadata(&path) {
        Ok(found) => (
            Some((found.permissions().mode() & 0o7777, found.uid())),
            found.is_dir(),
            None,
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => (None, needed, None),
        Err(error) => (None, false, Some(error.to_string())),
    };
    FileFact {
        path,
        is_dir,
        found,
        error,
        needed,
    }
}

/// The mode of a file that others can read or change.
pub(super) fn open_to_others(path: &Path) -> Option<u32> {
    let found = std::fs::symlink_metadata(path).ok()?;
    let mode = found.permissions().mode() & 0o7777;
    (found.is_file() && mode & 0o077 != 0).then_some(mode)
}
