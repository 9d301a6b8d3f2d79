//! Shut doors: who may read what the gateway writes.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Gateway, StateDir};

fn everything_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).expect("read a folder").flatten() {
        if entry.file_type().expect("a type").is_dir() {
            found.extend(everything_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .permissions()
        .mode()
        & 0o777
}

#[test]
fn d1_only_the_owner_may_read_anything_of_the_state_dir() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    let _id = world.fake.send(OWNER, ANNA, "hello");
    world.until_inbox(OWNER, ANNA, &["hello"]);
    let root = world.state.path();
    for (path, expected) in [
        ("", 0o700),
        ("fased.db", 0o600),
        ("gateway.lock", 0o600),
        ("run/v7", 0o700),
        ("run/v7/gateway.sock", 0o600),
        ("credentials/whatsapp/default", 0o700),
        ("credentials/whatsapp/default/creds.json", 0o600),
    ] {
        assert_eq!(mode(&root.join(path)), expected, "the mode of {path:?}");
    }
    let all = everything_below(root);
    assert!(all.len() > 10, "there is much to look at: {all:?}");
    for path in all {
        let about = fs::symlink_metadata(&path).expect("what is there");
        let expected = if about.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), expected, "the mode of {}", path.display());
    }
}

#[test]
fn a_long_state_dir_has_its_socket_in_the_runtime_dir() {
    let mut state = StateDir::new();
    state.move_to(&format!("{}/{}", "long-".repeat(12), "longer-".repeat(8)));
    let gateway = Gateway::start(&state);
    assert!(!state.path().join("run").exists(), "no socket beside the store");
    let runtime = state.beside("runtime/fased");
    let sockets: Vec<PathBuf> = everything_below(&runtime)
        .into_iter()
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_socket()))
        .collect();
    let [socket] = sockets.as_slice() else {
        panic!("one socket in the runtime dir: {sockets:?}")
    };
    assert_eq!(mode(socket), 0o600);
    assert_eq!(mode(socket.parent().expect("a folder")), 0o700);
    let status = state.json(&["gateway", "status"]);
    assert_eq!(
        status["gateway"]["pid"].as_i64(),
        Some(i64::from(gateway.pid())),
        "the CLI finds it there"
    );
}
