//! A disk without room: reliability A11.

use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{Gateway, PATIENCE, SmallDisk, journal, never_within, wait_for};
use serde_json::json;

const BOTH: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 },
    accounts: { default: {}, work: {} } }"#;
/// The phone of the other account.
const WORK: &str = "+15550100009";
/// From the moment that there is room.
const RESUMES_WITHIN: Duration = Duration::from_secs(10);

/// Those of them that WhatsApp was told have come, sorted.
fn receipted(world: &World, ids: &[String]) -> Vec<String> {
    let receipts = world.fake.records("receipt");
    let has_receipt = |id: &&String| receipts.iter().any(|receipt| receipt["id"] == id.as_str());
    let mut receipted: Vec<String> = ids.iter().filter(has_receipt).cloned().collect();
    receipted.sort();
    receipted
}

/// Those of them that are in the journal, sorted, as often as they are there.
fn journaled(world: &World, ids: &[String]) -> Vec<String> {
    let rows = journal::inbound(world.state.path()).into_iter();
    let mut journaled: Vec<String> = rows
        .map(|row| row.message_id)
        .filter(|id| ids.contains(id))
        .collect();
    journaled.sort();
    journaled
}

fn sound(world: &World) {
    assert_eq!(journal::integrity(world.state.path()), ["ok"]);
}

#[test]
fn a11_a_full_disk_stops_the_intake_and_costs_nothing() {
    let mut world = World::new();
    let Some(disk) = SmallDisk::at(world.state.path(), 24) else {
        return;
    };
    // The keys of one account are on the same disk, and those of the other are not.
    let elsewhere = world.state.beside("elsewhere");
    world.configure(&BOTH.replace("work: {}", &format!("work: {{ authDir: {elsewhere:?} }}")));
    world.start();
    let phones = [("default", OWNER), ("work", WORK)];
    for (account, phone) in phones {
        world.link(account, phone);
        let _id = world.fake.send(phone, ANNA, "before");
        world.until_inbox(phone, ANNA, &["before"]);
    }
    let mark = world.fake.seq();

    disk.fill();
    let full = now();
    let text = |number: usize| format!("{number} {}", "long ".repeat(700));
    let mut ids = Vec::new();
    let send = |ids: &mut Vec<String>, numbers: std::ops::Range<usize>| {
        for number in numbers {
            ids.extend(phones.map(|(_, phone)| world.fake.send(phone, BERT, &text(number))));
        }
    };
    send(&mut ids, 0..10);
    for (account, _) in phones {
        let shown = world.until_within(account, "storage_failed", Duration::from_secs(10));
        let sentence = shown["sentence"].as_str().expect("a sentence");
        assert!(sentence.contains("full"), "it says why: {shown}");
        assert!(shown["next"].is_string(), "and what to do: {shown}");
    }
    eprintln!("told {:?} after the disk was full", full.elapsed());
    send(&mut ids, 10..15);
    let late = text(99);
    let words = [
        "message",
        "send",
        "--account",
        "default",
        "--target",
        ANNA,
        "--text",
        &late,
    ];
    let refused = world.state.error(&words, 1);
    let message = refused["message"].as_str().expect("a message");
    assert!(message.contains("full"), "{refused}");
    let acknowledged = receipted(&world, &ids);
    never_within("one more receipt", Duration::from_secs(2), || {
        receipted(&world, &ids).len() > acknowledged.len()
    });
    let journaled = journaled(&world, &ids);
    assert!(journaled.len() < ids.len(), "the disk is full");
    for id in &acknowledged {
        assert!(
            journaled.contains(id),
            "{id} was acknowledged and is not in the journal"
        );
    }
    sound(&world);

    disk.free();
    let freed = now();
    for (account, _) in phones {
        world.until_within(account, "ready", RESUMES_WITHIN);
    }
    eprintln!("ready {:?} after there was room", freed.elapsed());
    assert!(freed.elapsed() <= RESUMES_WITHIN, "{:?}", freed.elapsed());
    let texts: Vec<String> = (0..15).map(text).collect();
    let texts: Vec<&str> = texts.iter().map(|text| text.trim_end()).collect();
    for (_, phone) in phones {
        world.until_inbox(phone, BERT, &texts);
        assert_eq!(
            world.fake.inbox(phone, ANNA),
            ["before"],
            "what was refused is not sent"
        );
    }
    wait_for("each is acknowledged", PATIENCE, || {
        (receipted(&world, &ids).len() == ids.len()).then_some(())
    });
    ids.sort();
    assert_eq!(self::journaled(&world, &ids), ids, "each once");
    assert_eq!(world.fake.records_after(mark, "scanned").len(), 0, "no QR");
    sound(&world);
}

#[test]
fn a11_full_auth_files_stop_only_their_account() {
    let mut world = World::new();
    let auth = world.state.beside("auth");
    let Some(disk) = SmallDisk::at(&auth, 16) else {
        return;
    };
    world.configure(&BOTH.replace(
        "default: {}",
        &format!("default: {{ authDir: {:?} }}", auth.join("default")),
    ));
    world.start();
    for (account, phone) in [("default", OWNER), ("work", WORK)] {
        world.link(account, phone);
        let _id = world.fake.send(phone, ANNA, "before");
        world.until_inbox(phone, ANNA, &["before"]);
    }
    let mark = world.fake.seq();
    let undisturbed = world.account("work")["respawns"].clone();
    disk.fill();
    let id = world.fake.send(OWNER, ANNA, "cannot be kept");
    let shown = world.until_within("default", "storage_failed", Duration::from_secs(10));
    assert!(
        shown["sentence"]
            .as_str()
            .is_some_and(|said| said.contains("auth files")),
        "it says what cannot be written: {shown}"
    );
    never_within(
        "a try that cannot work, or a receipt",
        Duration::from_secs(3),
        || {
            world.account("default")["state"] != "storage_failed"
                || !receipted(&world, std::slice::from_ref(&id)).is_empty()
        },
    );
    let _id = world.fake.send(WORK, ANNA, "meanwhile");
    world.until_inbox(WORK, ANNA, &["before", "meanwhile"]);
    assert_eq!(
        world.account("work")["respawns"],
        undisturbed,
        "the other one goes on"
    );

    disk.free();
    world.until_within("default", "ready", RESUMES_WITHIN);
    world.until_inbox(OWNER, ANNA, &["before", "cannot be kept"]);
    world
        .fake
        .wait_after(0, &[("type", "receipt"), ("id", &id)], PATIENCE);
    assert_eq!(journal::runs(world.state.path()), 4, "one dispatch each");
    assert_eq!(world.fake.records_after(mark, "scanned").len(), 0, "no QR");
}

#[test]
fn a11_a_disk_that_is_full_at_the_start_is_said() {
    let mut world = World::new();
    let Some(disk) = SmallDisk::at(world.state.path(), 24) else {
        return;
    };
    world.configure(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    world.start();
    world.link("default", OWNER);
    let mut gateway = world.take_gateway();
    gateway.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(gateway.ended(PATIENCE), 0);
    let store = world.state.path().join("fased.db");
    let before = std::fs::read(&store).expect("the store");
    disk.fill();
    gateway = Gateway::spawn(&world.state);
    assert_eq!(gateway.ended(PATIENCE), 1, "it says so and ends");
    let log = world.state.log();
    let said: Vec<&str> = log.lines().rev().take(3).collect();
    assert!(
        said.iter().any(|line| line.contains("the disk is full")),
        "{said:?}"
    );
    assert!(said.iter().any(|line| line.starts_with("next: ")), "{said:?}");
    assert_eq!(
        std::fs::read(&store).expect("the store"),
        before,
        "not a byte is touched"
    );
    disk.free();
    world.start();
    world.until("default", "ready");
    assert_eq!(world.fake.records("scanned").len(), 1, "no new QR");
    let _id = world
        .fake
        .send_with(&json!({ "to": OWNER, "from": ANNA, "text": "back" }));
    world.until_inbox(OWNER, ANNA, &["back"]);
}
