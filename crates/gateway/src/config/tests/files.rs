//! The file itself: what cannot be read, and how a new text takes its place.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::super::Config;
use super::super::write::{NotWritten, current, prepare, replace};
use crate::paths::Paths;

fn paths(dir: &Path) -> Paths {
    Paths::resolve(Some(dir), Some(&dir.join("conf/fased.json"))).expect("paths")
}

fn said(dir: &Path, bytes: &[u8]) -> String {
    let paths = paths(dir);
    fs::create_dir_all(dir.join("conf")).expect("a folder");
    fs::write(&paths.config, bytes).expect("write");
    Config::load(&paths).expect_err("it cannot be read").message
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_file_that_cannot_be_one_is_said_to_be_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let not_text = said(dir.path(), b"{\n  a: '\xff\xfe' }");
    assert!(not_text.contains(":2:7: this is not UTF-8"), "{not_text}");
    let large = said(dir.path(), &vec![b' '; 1024 * 1024 + 1]);
    assert!(large.contains("1 MiB"), "{large}");
    let paths = paths(dir.path());
    fs::remove_file(&paths.config).expect("remove");
    assert!(Config::load(&paths).is_ok(), "no file is an empty config");
    fs::create_dir(&paths.config).expect("a folder");
    let folder = Config::load(&paths).expect_err("a folder").message;
    assert!(folder.contains("this is a folder"), "{folder}");
    fs::remove_dir(&paths.config).expect("remove");
    symlink(dir.path().join("nowhere"), &paths.config).expect("a link");
    let link = Config::load(&paths).expect_err("a link to nowhere").message;
    assert!(link.contains("does not exist"), "{link}");
}

#[test]
fn a_file_that_may_not_be_read_is_said_to_be_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = paths(dir.path());
    fs::create_dir_all(dir.path().join("conf")).expect("a folder");
    fs::write(&paths.config, "{}").expect("write");
    fs::set_permissions(&paths.config, fs::Permissions::from_mode(0o000)).expect("mode");
    // Root may read everything, and then there is nothing to be said.
    match Config::load(&paths) {
        Ok(_) => assert!(nix::unistd::geteuid().is_root()),
        Err(error) => assert!(error.message.contains("whoever runs fased"), "{error}"),
    }
}

#[test]
fn a_new_file_is_private_and_a_changed_one_keeps_its_mode_and_leaves_a_copy() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = paths(dir.path());
    let written = replace(&paths, None, "{}\n").expect("written");
    assert!(written.backup.is_none());
    assert_eq!(mode(&paths.config), 0o600);
    fs::set_permissions(&paths.config, fs::Permissions::from_mode(0o640)).expect("mode");
    let before = current(&paths).expect("read");
    let written = replace(&paths, before.as_deref(), "{ /* new */ }\n").expect("written");
    let backup = written.backup.expect("a copy");
    assert_eq!(backup, dir.path().join("conf/fased.json.bak"));
    assert_eq!(fs::read_to_string(&backup).expect("read"), "{}\n");
    assert_eq!((mode(&paths.config), mode(&backup)), (0o640, 0o640));
    assert_eq!(
        fs::read_to_string(&paths.config).expect("read"),
        "{ /* new */ }\n"
    );
    let left: Vec<_> = fs::read_dir(dir.path().join("conf"))
        .expect("read")
        .flatten()
        .collect();
    assert_eq!(left.len(), 2, "nothing else is left: {left:?}");
}

#[test]
fn a_wrong_text_is_not_written_and_makes_no_copy() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = paths(dir.path());
    replace(&paths, None, "{}\n").expect("written");
    let refused = replace(&paths, Some("{}\n"), "{ nonsense: 1 }");
    assert!(matches!(refused, Err(NotWritten::Invalid(_))));
    assert_eq!(fs::read_to_string(&paths.config).expect("read"), "{}\n");
    assert!(!dir.path().join("conf/fased.json.bak").exists());
}

#[test]
fn what_somebody_else_wrote_in_between_is_not_lost() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = paths(dir.path());
    replace(&paths, None, "{ /* theirs */ }\n").expect("written");
    let refused = replace(&paths, Some("{}\n"), "{ /* mine */ }\n");
    assert!(matches!(refused, Err(NotWritten::Failed(said)) if said.contains("try again")));
    assert_eq!(
        fs::read_to_string(&paths.config).expect("read"),
        "{ /* theirs */ }\n"
    );
}

#[test]
fn what_somebody_saves_while_the_new_text_is_written_is_not_lost() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = paths(dir.path());
    for before in [None, Some("{}\n")] {
        if let Some(before) = before {
            fs::write(&paths.config, before).expect("write");
        }
        let prepared = prepare(&paths, before, "{ /* mine */ }\n").expect("it is beside the file");
        fs::write(&paths.config, "{ /* theirs */ }\n").expect("write");
        let refused = prepared.finish(&paths);
        assert!(matches!(refused, Err(NotWritten::Failed(said)) if said.contains("try again")));
        assert_eq!(
            fs::read_to_string(&paths.config).expect("read"),
            "{ /* theirs */ }\n"
        );
        let left = fs::read_dir(dir.path().join("conf")).expect("read").flatten();
        let names: Vec<_> = left.map(|entry| entry.file_name()).collect();
        assert!(
            names
                .iter()
                .all(|name| name == "fased.json" || name == "fased.json.bak"),
            "nothing else is left: {names:?}"
        );
    }
}

#[test]
fn a_link_stays_a_link() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = paths(dir.path());
    fs::create_dir_all(dir.path().join("conf")).expect("a folder");
    let real = dir.path().join("real.json");
    fs::write(&real, "{}\n").expect("write");
    symlink(&real, &paths.config).expect("a link");
    replace(&paths, Some("{}\n"), "{ /* new */ }\n").expect("written");
    assert!(paths.config.is_symlink());
    assert_eq!(fs::read_to_string(&real).expect("read"), "{ /* new */ }\n");
}
