//! What a gateway leaves behind: files that nobody knows, sockets, files that stay open.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use fased::store::Audited;

use super::setting::NAMES;
use crate::simulate::world::World;

/// Open files come and go with what is under way; more than so many more than at the beginning are a leak.
pub(super) const MORE_OPEN: usize = 12;

/// Files that should not be there, or cannot be read, once the gateway has ended.
pub(super) fn files(world: &World, store: &Audited) -> Vec<String> {
    let mut found = Vec::new();
    for name in NAMES {
        auth(&world.paths.default_auth_dir(name), &mut found);
    }
    media(&world.paths.media_dir(), store, &mut found);
    found.extend(
        sockets(&world.paths.state_dir)
            .iter()
            .map(|socket| format!("{} is a socket that nobody listens on", socket.display())),
    );
    found
}

/// Keys are whole, and there is nothing but keys.
fn auth(dir: &Path, found: &mut Vec<String>) {
    for path in below(dir) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let shown = path.display();
        if name == ".lock" {
            continue;
        }
        let is_json = Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "json");
        if !is_json {
            // One that a kill has left is swept away by the next sidecar, of which there were many.
            found.push(format!("{shown} is left among the keys"));
        } else if let Err(error) = parsed(&path) {
            found.push(format!("{shown} cannot be read: {error}"));
        }
    }
}

fn parsed(path: &Path) -> Result<serde_json::Value, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

/// The media folder holds what the store knows.
fn media(dir: &Path, store: &Audited, found: &mut Vec<String>) {
    let incoming = store
        .files
        .iter()
        .filter(|(state, _)| state == "ready")
        .filter_map(|(_, file)| file.clone());
    let outgoing = store.outbox.iter().filter_map(|sent| sent.file.clone());
    let known: HashSet<PathBuf> = incoming.chain(outgoing).map(|file| dir.join(file)).collect();
    let there: HashSet<PathBuf> = below(dir).into_iter().collect();
    found.extend(
        there
            .difference(&known)
            .map(|path| format!("{} is not in the store", path.display())),
    );
    found.extend(
        known
            .difference(&there)
            .map(|path| format!("{} is in the store and not there", path.display())),
    );
}

fn sockets(dir: &Path) -> Vec<PathBuf> {
    use std::os::unix::fs::FileTypeExt;
    let is_socket = |path: &PathBuf| {
        path.symlink_metadata()
            .is_ok_and(|found| found.file_type().is_socket())
    };
    below(dir).into_iter().filter(is_socket).collect()
}

/// All files below a folder.
fn below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}
