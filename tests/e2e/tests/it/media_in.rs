//! Files that come in, from the real library: there byte for byte, or not there for a reason with a name.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fased_e2e::process::resident_kib;
use fased_e2e::wait::{now, wait_for};
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use serde_json::{Value, json};

/// Longer than any failure with its retries.
const PATIENCE: Duration = Duration::from_secs(90);
const EVERYBODY: &str = r#"dmPolicy: "open", allowFrom: ["*"]"#;

fn open_world(more: &str) -> World {
    World::linked(&format!("{{ {EVERYBODY}, {more} }}"))
}

/// The file of a message, once it is there or has failed.
fn settled(world: &World, id: &str) -> Value {
    wait_for("the file of a message", PATIENCE, || {
        let media = world.verdict(id)["event"]["media"][0].take();
        ["ready", "failed", "removed"]
            .contains(&media["state"].as_str()?)
            .then_some(media)
    })
}

fn error_of(world: &World, id: &str) -> String {
    let media = settled(world, id);
    media["error"]
        .as_str()
        .map_or_else(|| media.to_string(), str::to_owned)
}

fn path_of(world: &World, media: &Value) -> PathBuf {
    let file = media["file"]
        .as_str()
        .unwrap_or_else(|| panic!("no file: {media}"));
    world.state.path().join("media").join(file)
}

/// All files below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn media_files(world: &World) -> Vec<PathBuf> {
    files_below(&world.state.path().join("media"))
}

/// Bytes that no two files have alike.
fn made_up(length: usize, seed: u8) -> String {
    (0..length)
        .map(|at| char::from(b'a' + u8::try_from((at * 7 + usize::from(seed)) % 26).expect("a letter")))
        .collect()
}

#[test]
fn d4_what_comes_in_is_there_byte_for_byte_under_a_name_of_ours() {
    let world = open_world("");
    for (seed, kind, ending) in [
        (1, "image", "jpg"),
        (2, "video", "mp4"),
        (3, "voice", "ogg"),
        (4, "document", "txt"),
        (5, "sticker", "webp"),
    ] {
        let content = made_up(150_000, seed);
        let mut wishes = json!({ "text": content });
        if kind == "document" {
            wishes["mimetype"] = json!("text/plain");
            wishes["file_name"] = json!("../../../etc/passwd");
        }
        let id = world.fake.send_media(OWNER, ANNA, kind, "", &wishes);
        let media = settled(&world, &id);
        let path = path_of(&world, &media);
        assert!(
            path.starts_with(world.state.path().join("media/inbound")),
            "{kind}: {media}"
        );
        assert_eq!(fs::read_to_string(&path).expect("the file"), content, "{kind}");
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let (stem, found) = name.split_once('.').expect("an ending");
        assert_eq!((stem.len(), found), (32, ending), "{kind}: a generated name");
    }
    assert_eq!(media_files(&world).len(), 5, "and nothing else");
}

#[test]
fn d4_a_file_that_was_tampered_with_never_appears_and_its_text_is_answered() {
    let world = open_world("");
    let mut answers = Vec::new();
    for tamper in ["mac", "cipher", "hash", "plain_sha"] {
        let id = world.fake.send_media(
            OWNER,
            ANNA,
            "image",
            tamper,
            &json!({ "size": 70_000, "tamper": tamper }),
        );
        assert_eq!(error_of(&world, &id), "damaged", "{tamper}");
        answers.push(tamper);
        world.until_inbox(OWNER, ANNA, &answers);
    }
    let empty = world
        .fake
        .send_media(OWNER, ANNA, "document", "", &json!({ "text": "" }));
    assert_eq!(error_of(&world, &empty), "damaged");
    assert_eq!(media_files(&world), Vec::<PathBuf>::new());
}

#[test]
fn d4_two_failures_and_then_success_are_one_message_with_the_file() {
    let world = open_world("");
    // No fresh address, so that all attempts meet the same one.
    world
        .fake
        .fault(&json!({ "kind": "media_retry", "mode": "general_error" }));
    let id = world.fake.send_media(
        OWNER,
        ANNA,
        "document",
        "the report",
        &json!({ "text": "page one", "fail": 2 }),
    );
    let media = settled(&world, &id);
    assert_eq!(
        fs::read_to_string(path_of(&world, &media)).expect("the file"),
        "page one"
    );
    world.until_inbox(OWNER, ANNA, &["the report"]);
    let lost = world.fake.send_media(
        OWNER,
        ANNA,
        "document",
        "another",
        &json!({ "text": "page two", "fail": 9 }),
    );
    assert_eq!(error_of(&world, &lost), "unavailable");
    world.until_inbox(OWNER, ANNA, &["the report", "another"]);
}

#[test]
fn d4_a_file_that_the_servers_forgot_is_asked_for_at_the_phone() {
    let world = open_world("");
    let id = world.fake.send_media(
        OWNER,
        ANNA,
        "image",
        "old",
        &json!({ "text": "still there", "gone": "retry" }),
    );
    let media = settled(&world, &id);
    assert_eq!(
        fs::read_to_string(path_of(&world, &media)).expect("the file"),
        "still there"
    );
    world
        .fake
        .fault(&json!({ "kind": "media_retry", "mode": "not_found" }));
    let lost = world.fake.send_media(
        OWNER,
        ANNA,
        "image",
        "older",
        &json!({ "text": "x", "gone": "retry" }),
    );
    assert_eq!(error_of(&world, &lost), "gone");
    world.until_inbox(OWNER, ANNA, &["old", "older"]);
}

#[test]
fn d4_an_endless_file_is_cut_at_the_cap_and_costs_no_memory() {
    let world = open_world("mediaMaxMb: 60");
    // The first file brings what is loaded once.
    let first = world
        .fake
        .send_media(OWNER, ANNA, "document", "", &json!({ "size": 100_000 }));
    assert_eq!(settled(&world, &first)["state"], "ready");
    let [sidecar] = world.state.sidecars()[..] else {
        panic!("one sidecar")
    };
    let used = || resident_kib(sidecar) + resident_kib(world.gateway().pid());
    let before = used();
    let mut most = before;
    let claimed = json!({ "endless": true, "claimed_size": 1000 });
    let id = world.fake.send_media(OWNER, ANNA, "document", "", &claimed);
    let media = wait_for("the end of an endless file", PATIENCE, || {
        most = most.max(used());
        let media = world.verdict(&id)["event"]["media"][0].take();
        (media["state"] == "failed").then_some(media)
    });
    assert_eq!(media["error"], "too_large");
    assert!(most < before + 32 * 1024, "{before} KiB grew to {most} KiB");
    let large = world.fake.send_media(
        OWNER,
        ANNA,
        "document",
        "",
        &json!({ "text": "x", "claimed_size": 2_000_000_000u64 }),
    );
    assert_eq!(error_of(&world, &large), "too_large");
    assert_eq!(media_files(&world).len(), 1, "only the first file");
}

#[test]
fn d4_a_file_that_stalls_is_given_up_and_other_chats_do_not_wait() {
    let world = open_world("");
    let started = now();
    let id = world.fake.send_media(
        OWNER,
        ANNA,
        "image",
        "slow one",
        &json!({ "size": 500_000, "stall": 90_000 }),
    );
    let _verdict = world.verdict(&id);
    let _quick = world.fake.send(OWNER, BERT, "quick");
    world.until_inbox(OWNER, BERT, &["quick"]);
    assert!(started.elapsed() < Duration::from_secs(20), "nobody else waits");
    assert!(world.fake.inbox(OWNER, ANNA).is_empty(), "its own chat does");
    assert_eq!(error_of(&world, &id), "stalled");
    world.until_inbox(OWNER, ANNA, &["slow one"]);
    assert_eq!(media_files(&world), Vec::<PathBuf>::new());
}

#[test]
fn d4_a_file_under_way_survives_the_end_of_the_gateway() {
    let mut world = open_world("");
    let wishes = json!({ "size": 2_000_000, "slow_ms": 150 });
    let id = world
        .fake
        .send_media(OWNER, ANNA, "document", "the film", &wishes);
    wait_for("the first bytes", PATIENCE, || {
        media_files(&world)
            .iter()
            .any(|file| fs::metadata(file).is_ok_and(|found| found.len() > 0))
            .then_some(())
    });
    world.kill_and_start();
    let media = settled(&world, &id);
    assert_eq!(media["state"], "ready", "{media}");
    assert_eq!(
        fs::metadata(path_of(&world, &media)).expect("the file").len(),
        2_000_000
    );
    world.until_inbox(OWNER, ANNA, &["the film"]);
    assert_eq!(media_files(&world).len(), 1, "no half file is left");
}

#[test]
fn nothing_is_fetched_for_those_who_are_not_admitted_until_they_are() {
    let world = World::linked(r#"{ dmPolicy: "pairing" }"#);
    let id = world
        .fake
        .send_media(OWNER, ANNA, "image", "who is this", &json!({ "text": "a face" }));
    assert_eq!(world.verdict(&id)["event"]["media"][0]["state"], "not_fetched");
    let approved = world.state.verb(&["pairing", "approve", "--sender", ANNA]);
    assert_eq!(approved.code, 0, "{approved:?}");
    let next = world
        .fake
        .send_media(OWNER, ANNA, "image", "again", &json!({ "text": "the same face" }));
    let media = settled(&world, &next);
    assert_eq!(
        fs::read_to_string(path_of(&world, &media)).expect("the file"),
        "the same face"
    );
    assert!(
        world.fake.records("download").len() <= 2,
        "only what was admitted"
    );
}
