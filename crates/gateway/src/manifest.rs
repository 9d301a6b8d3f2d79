//! Are the sidecar's files those that were installed?
//!
//! `scripts/install` and the image leave a `manifest.json` beside them, with the SHA-256 of each. This finds what a disk,
//! a copy that was cut off or an edit has changed; not what somebody does who may write the manifest as well. A checkout
//! has none, because its files are there to be edited.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fased_protocol::control::FilesProbe;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

/// Its name, beside the folder `sidecar`.
const NAME: &str = "manifest.json";
/// What it lists, files and all that is below folders: what Node may read of ours.
pub(crate) const LISTED: [&str; 3] = ["sidecar", "node_modules", "package.json"];
/// Read at once; a file is never held as a whole.
const PIECE_BYTES: usize = 64 * 1024;
/// What brings the files back.
pub(crate) const NEXT: &str = "install it anew from a checkout of this version: scripts/install --upgrade (a container: docker compose build)";

#[derive(Deserialize)]
struct Manifest {
    /// Path below the folder → SHA-256, 64 hex digits.
    files: BTreeMap<String, String>,
}

/// The folder whose files were found as they were installed. What was found wrong is looked at anew each time.
static INTACT: Mutex<Option<PathBuf>> = Mutex::const_new(None);

/// Waits until all files were looked at, once for each process. Whoever asks meanwhile waits for the same look.
///
/// # Errors
/// When one was changed, is missing or came in addition; the message names it.
pub(crate) async fn need_intact(home: &Path) -> Result<()> {
    let mut intact = INTACT.lock().await;
    if intact.as_deref() == Some(home) {
        return Ok(());
    }
    if let FilesProbe::Altered { what } = look(home.to_owned()).await {
        bail!(
            "the files in {} are not as they were installed: {what}",
            home.display()
        );
    }
    *intact = Some(home.to_owned());
    Ok(())
}

/// What a look at the files finds. It reads all of them, on a thread of its own.
pub(crate) async fn look(home: PathBuf) -> FilesProbe {
    let looked = tokio::task::spawn_blocking(move || compare(&home)).await;
    let altered = |what: String| FilesProbe::Altered { what };
    match looked {
        Ok(Ok(probe)) => probe,
        Ok(Err(error)) => altered(format!("{error:#}")),
        Err(panicked) => altered(format!("they could not be looked at: {panicked}")),
    }
}

fn compare(home: &Path) -> Result<FilesProbe> {
    let path = home.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(FilesProbe::Unlisted),
        Err(error) => return Err(error).context(format!("{NAME} cannot be read")),
    };
    let manifest: Manifest = serde_json::from_str(&text)
        .with_context(|| format!("{NAME} is broken, so nothing can be compared"))?;
    let found = files(home)?;
    let mut wrong = Vec::new();
    for name in manifest.files.keys().filter(|name| !found.contains_key(*name)) {
        wrong.push(format!("{name} is missing"));
    }
    let mut buffer = vec![0; PIECE_BYTES];
    for (name, is_file) in &found {
        match manifest.files.get(name) {
            None => wrong.push(format!("{name} does not belong there")),
            Some(_) if !is_file => wrong.push(format!("{name} is no file any more")),
            Some(wanted) => match hash(&home.join(name), &mut buffer) {
                Ok(hash) if hash == *wanted => {}
                Ok(_other) => wrong.push(format!("{name} was changed")),
                Err(error) => wrong.push(format!("{name} cannot be read ({error})")),
            },
        }
    }
    Ok(match wrong.as_slice() {
        [] => FilesProbe::Intact {
            files: u64::try_from(found.len()).unwrap_or(u64::MAX),
        },
        [one] => FilesProbe::Altered { what: one.clone() },
        [one, more @ ..] => FilesProbe::Altered {
            what: format!("{one}, and {} more", more.len()),
        },
    })
}

/// Everything that is no folder, and whether it is a plain file. Links are not followed: Node would, out of the folder.
fn files(home: &Path) -> Result<BTreeMap<String, bool>> {
    let mut found = BTreeMap::new();
    let mut folders = Vec::new();
    let mut note = |path: PathBuf, kind: std::fs::FileType, folders: &mut Vec<PathBuf>| {
        if kind.is_dir() {
            folders.push(path);
        } else {
            let name = path.strip_prefix(home).unwrap_or(&path).to_string_lossy();
            found.insert(name.into_owned(), kind.is_file());
        }
    };
    for name in LISTED {
        let path = home.join(name);
        // What is not there is missed by the manifest.
        if let Ok(there) = path.symlink_metadata() {
            note(path, there.file_type(), &mut folders);
        }
    }
    while let Some(folder) = folders.pop() {
        let unread = || format!("{} cannot be read", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(unread)? {
            let entry = entry.with_context(unread)?;
            note(
                entry.path(),
                entry.file_type().with_context(unread)?,
                &mut folders,
            );
        }
    }
    Ok(found)
}

fn hash(path: &Path, buffer: &mut [u8]) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    loop {
        match file.read(buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(test)]
mod tests;
