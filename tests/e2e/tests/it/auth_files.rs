//! Auth files that are damaged: reliability A12.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use nix::sys::signal::Signal;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

/// Linked, with one message answered, and stopped.
fn stopped() -> World {
    let mut world = World::linked(OPEN);
    let _id = world.fake.send(OWNER, ANNA, "before");
    world.until_inbox(OWNER, ANNA, &["before"]);
    let gateway = world.take_gateway();
    gateway.signal(Signal::SIGTERM);
    assert_eq!(gateway.ended(PATIENCE), 0);
    world.until_offline();
    world
}

/// Every file of a folder with its bytes, but for the lock.
fn bytes_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, _)| name != ".lock")
        .map(|(name, path)| (name, fs::read(path).expect("its bytes")))
        .collect()
}

#[test]
fn a12_damaged_credentials_come_back_from_their_last_good_copy_and_it_is_said() {
    let mut world = stopped();
    let auth = world.state.auth_dir("default");
    fs::write(auth.join("creds.json"), "{\"noiseKey\":").expect("damage");
    world.start();
    let shown = world.until("default", "degraded");
    assert!(
        shown["sentence"]
            .as_str()
            .is_some_and(|said| said.contains("last good copy")),
        "{shown}"
    );
    let _id = world.fake.send(OWNER, ANNA, "after");
    world.until_inbox(OWNER, ANNA, &["before", "after"]);
    assert_eq!(world.fake.records("scanned").len(), 1, "no new QR");
    let told = world.notices();
    assert_eq!(told.len(), 1, "the owner is told once: {told:?}");
    assert_eq!(
        fs::read(auth.join("creds.json.damaged")).expect("kept"),
        b"{\"noiseKey\":",
        "the damaged file is kept"
    );
}

/// Nothing may be made of such a folder, least of all a new identity.
fn is_refused(spoil: impl Fn(&Path)) {
    let mut world = stopped();
    let auth = world.state.auth_dir("default");
    spoil(&auth);
    let before = bytes_in(&auth);
    let connections = world.connections();
    world.start();
    let shown = world.until("default", "degraded");
    let sentence = shown["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("cannot be read"), "{shown}");
    assert!(
        shown["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels login")),
        "{shown}"
    );
    never_within("a connection, or a changed file", Duration::from_secs(2), || {
        world.connections() > connections || bytes_in(&auth) != before
    });
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());
}

#[test]
fn a12_where_neither_copy_of_the_credentials_can_be_read_nothing_is_touched() {
    is_refused(|auth| {
        fs::write(auth.join("creds.json"), "{\"noiseKey\":").expect("damage");
        fs::write(auth.join("creds.last-good.json"), "").expect("damage");
    });
}

#[test]
fn a12_keys_without_credentials_are_no_reason_for_a_new_identity() {
    is_refused(|auth| {
        fs::remove_file(auth.join("creds.json")).expect("remove");
        fs::remove_file(auth.join("creds.last-good.json")).expect("remove");
    });
}

#[test]
fn a12_a_damaged_session_is_set_aside_and_that_peer_is_keyed_anew_by_a_retry() {
    let mut world = stopped();
    let auth = world.state.auth_dir("default");
    let sessions: Vec<_> = fs::read_dir(&auth)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("session.") && path.extension().is_some_and(|ending| ending == "json")
        })
        .collect();
    assert!(!sessions.is_empty(), "there is a session with somebody");
    for session in &sessions {
        fs::write(session, "{\"_sess").expect("damage");
    }
    world.start();
    world.until("default", "ready");
    let id = world.fake.send(OWNER, ANNA, "after");
    world.until_inbox(OWNER, ANNA, &["before", "after"]);
    let rows = journal::inbound(world.state.path());
    let row: Vec<_> = rows.iter().filter(|row| row.message_id == id).collect();
    assert_eq!(row.len(), 1, "one row");
    assert_eq!(row[0].text.as_deref(), Some("after"));
    assert_eq!(journal::runs(world.state.path()), 2, "one dispatch each");
    let asked_again = world.fake.records("receipt");
    assert!(
        asked_again
            .iter()
            .any(|receipt| receipt["id"] == id.as_str() && receipt["receipt_type"] == "retry"),
        "by a retry"
    );
    wait_for("the damaged bytes are kept", PATIENCE, || {
        let kept = bytes_in(&auth);
        kept.iter()
            .any(|(name, bytes)| name.ends_with(".damaged") && bytes == b"{\"_sess")
            .then_some(())
    });
    assert_eq!(world.fake.records("scanned").len(), 1, "no new QR");
}
