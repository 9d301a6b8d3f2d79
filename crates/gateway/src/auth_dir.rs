//! An account's auth files, seen from outside: moved aside as a whole, never deleted.
//!
//! What was set aside stays until somebody removes it: it is of use to nobody but who wants to know what happened, and
//! it is small, but it is not the gateway's to destroy.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;

/// Between the name of the auth dir and the date.
const ASIDE: &str = ".set-aside-";
/// What the next login needs there.
const LOCK: &str = ".lock";
/// Times that were given the same name by the clock.
const MOST_ALIKE: u32 = 1_000;

/// Moves everything but the lock out of the way, into `<auth dir>.set-aside-<date and time>`, so that the
/// next login starts clean and nothing is destroyed. Only to be called when no process holds it.
///
/// # Errors
/// What the file system said; then what was moved stays moved.
pub fn set_aside(auth_dir: &Path, now_ms: i64) -> Result<()> {
    let names = match names_in(auth_dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        names => names.with_context(|| format!("cannot read {}", auth_dir.display()))?,
    };
    if names.is_empty() {
        return Ok(());
    }
    move_to_either(
        auth_dir,
        &names,
        &beside(auth_dir, now_ms),
        &within(auth_dir, now_ms),
    )
    .with_context(|| format!("cannot move the files in {} aside", auth_dir.display()))
}

/// Beside it where that can be. The folder around may be another file system, out of which nothing can be moved, or one
/// where nothing can be made; within, the sidecar does not look at hidden names.
fn move_to_either(
    auth_dir: &Path,
    names: &[std::ffi::OsString],
    beside: &Path,
    within: &Path,
) -> io::Result<()> {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem};
    match move_all(auth_dir, names, &unused(beside)) {
        Err(error) if [CrossesDevices, PermissionDenied, ReadOnlyFilesystem].contains(&error.kind()) => {
            move_all(auth_dir, &names_in(auth_dir)?, &unused(within))
        }
        moved => moved,
    }
}

/// The folders that were set aside from this auth dir, oldest first.
#[must_use]
pub fn kept(auth_dir: &Path) -> Vec<PathBuf> {
    let prefix = file_name(auth_dir) + ASIDE;
    let beside = auth_dir.parent().map(|folder| folders(folder, &prefix));
    let mut kept: Vec<PathBuf> = beside.into_iter().flatten().collect();
    kept.extend(folders(auth_dir, ASIDE));
    kept.sort();
    kept
}

fn folders(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

/// All but the lock and what was set aside before.
fn names_in(auth_dir: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let names: io::Result<Vec<_>> = std::fs::read_dir(auth_dir)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect();
    let is_kept_here = |name: &std::ffi::OsString| {
        let name = name.to_string_lossy();
        name == LOCK || name.starts_with(ASIDE)
    };
    Ok(names?.into_iter().filter(|name| !is_kept_here(name)).collect())
}

fn move_all(from: &Path, names: &[std::ffi::OsString], to: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(to)?;
    let mut moved = false;
    for name in names {
        if let Err(error) = std::fs::rename(from.join(name), to.join(name)) {
            if !moved {
                // Empty, and of no use to anybody.
                std::fs::remove_dir(to).ok();
            }
            return Err(error);
        }
        moved = true;
    }
    // That they are gone from there must outlast a power cut as well as that they are here.
    for folder in [to, from] {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn beside(auth_dir: &Path, now_ms: i64) -> PathBuf {
    auth_dir.with_file_name(file_name(auth_dir) + ASIDE + &date(now_ms))
}

fn within(auth_dir: &Path, now_ms: i64) -> PathBuf {
    auth_dir.join(ASIDE.to_owned() + &date(now_ms))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Such as `2026-11-29T13-30-00Z`: a name that sorts by time, and that every file system takes.
fn date(now_ms: i64) -> String {
    Timestamp::from_millisecond(now_ms).map_or_else(
        |_beyond| now_ms.to_string(),
        |time| time.strftime("%Y-%m-%dT%H-%M-%SZ").to_string(),
    )
}

/// The same name, or the first free one with a number: what is kept already must not be written over.
fn unused(wanted: &Path) -> PathBuf {
    let numbered = (2..MOST_ALIKE).map(|number| {
        let name = format!("{}-{number}", file_name(wanted));
        wanted.with_file_name(name)
    });
    let mut candidates = std::iter::once(wanted.to_owned()).chain(numbered);
    candidates
        .find(|path| !path.exists())
        .unwrap_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_764_423_000_000;

    #[test]
    fn b6_what_is_set_aside_is_dated_kept_whole_and_never_written_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let auth = dir.path().join("default");
        for round in ["first", "second"] {
            std::fs::create_dir_all(&auth).expect("a folder");
            std::fs::write(auth.join("creds.json"), round).expect("written");
            std::fs::write(auth.join(LOCK), "").expect("written");
            set_aside(&auth, NOW).expect("moved");
            assert_eq!(
                names_in(&auth).expect("read"),
                Vec::<std::ffi::OsString>::new(),
                "nothing is left but the lock"
            );
            assert!(auth.join(LOCK).exists());
        }
        let kept = kept(&auth);
        assert_eq!(
            kept,
            [
                dir.path().join("default.set-aside-2025-11-29T13-30-00Z"),
                dir.path().join("default.set-aside-2025-11-29T13-30-00Z-2"),
            ]
        );
        let read = |path: &Path| std::fs::read_to_string(path.join("creds.json")).expect("kept");
        assert_eq!([read(&kept[0]), read(&kept[1])], ["first", "second"]);
    }

    #[test]
    fn where_nothing_is_no_folder_is_made() {
        let dir = tempfile::tempdir().expect("a folder");
        let auth = dir.path().join("default");
        set_aside(&auth, NOW).expect("nothing to do");
        std::fs::create_dir(&auth).expect("a folder");
        set_aside(&auth, NOW).expect("nothing to do");
        assert_eq!(kept(&auth), Vec::<PathBuf>::new());
    }

    #[test]
    fn where_nothing_can_be_made_beside_it_is_kept_within() {
        let dir = tempfile::tempdir().expect("a folder");
        let auth = dir.path().join("default");
        std::fs::create_dir(&auth).expect("a folder");
        std::fs::write(auth.join("creds.json"), "its own").expect("written");
        let names = names_in(&auth).expect("read");
        // Nobody makes folders there, and nobody moves anything to there.
        let beside = Path::new("/sys/default.set-aside");
        let refused = move_all(&auth, &names, beside).expect_err("refused");
        assert_ne!(refused.kind(), io::ErrorKind::CrossesDevices, "{refused}");
        move_to_either(&auth, &names, beside, &within(&auth, NOW)).expect("moved");
        assert_eq!(kept(&auth), [within(&auth, NOW)]);
        assert!(within(&auth, NOW).join("creds.json").exists());
    }

    #[test]
    fn what_was_kept_within_is_found_too_and_not_moved_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let auth = dir.path().join("default");
        std::fs::create_dir(&auth).expect("a folder");
        std::fs::write(auth.join("creds.json"), "its own").expect("written");
        let names = names_in(&auth).expect("read");
        move_all(&auth, &names, &within(&auth, NOW)).expect("moved");
        set_aside(&auth, NOW + 1000).expect("nothing to do");
        assert_eq!(kept(&auth), [within(&auth, NOW)]);
    }
}
