//! D7: who floods the account costs little, and those who are let in do not notice.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fased_e2e::process::resident_kib;
use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Fake, journal, wait_for};
use serde_json::json;

/// Messages of one unknown sender, unknown senders, and measured messages of one who is let in.
fn size() -> (usize, usize, usize) {
    if std::env::var_os("FASED_SLOW").is_some() {
        (10_000, 1_000, 60)
    } else {
        (600, 150, 15)
    }
}

/// The middle of several times from a message to its answer.
fn latency(world: &World, name: &str, times: usize) -> Duration {
    let mut taken: Vec<Duration> = (0..times)
        .map(|turn| {
            let text = format!("{name} {turn}");
            let began = now();
            let _id = world.fake.send(OWNER, ANNA, &text);
            let deadline = Duration::from_secs(60);
            world
                .fake
                .wait_after(0, &[("type", "message"), ("text", &text)], deadline);
            now() - began
        })
        .collect();
    taken.sort_unstable();
    taken[times / 2]
}

fn stranger(number: usize) -> String {
    format!("+1555013{number:04}")
}

const PEST: &str = "+15550129999";

/// One after another, as fast as they are taken in, from one sender and from ever new ones, until told to stop.
/// The library decrypts one message at a time, whoever sent it, so only what is not queued before it in there
/// tells what the gateway does to the measured chat.
fn trickle(fake: &Fake, stop: &AtomicBool) -> usize {
    let mut sent = 0;
    while !stop.load(Ordering::Relaxed) {
        let from = if sent % 4 == 0 {
            stranger(sent)
        } else {
            PEST.to_owned()
        };
        let _ids = fake.send_with(&json!({ "to": OWNER, "from": from, "text": "let me in" }));
        sent += 1;
        wait_for("it is taken in", Duration::from_secs(30), || {
            (fake.queue_length(OWNER) == 0).then_some(())
        });
        std::thread::sleep(Duration::from_millis(25));
    }
    sent
}

/// All at once.
fn flood(fake: &Fake, messages: usize, senders: usize) -> usize {
    let _ids = fake.send_with(&json!({ "to": OWNER, "from": PEST, "text": "LET ME IN", "count": messages }));
    for number in 0..senders {
        let _ids =
            fake.send_with(&json!({ "to": OWNER, "from": stranger(1_000 + number), "text": "let me in" }));
    }
    messages + senders
}

#[test]
fn d7_a_flood_of_strangers_costs_little_and_slows_down_nobody_who_is_let_in() {
    let (messages, senders, times) = size();
    let world = World::linked(&format!(r#"{{ allowFrom: ["{ANNA}"] }}"#));
    latency(&world, "warm", 5);
    let quiet = latency(&world, "quiet", times);
    let sidecar = world.state.sidecars()[0];
    let rss = || (resident_kib(world.gateway().pid()), resident_kib(sidecar));
    let before = rss();
    let disk = || -> u64 {
        let files = ["fased.db", "fased.db-wal"].map(|name| fs::metadata(world.state.path().join(name)));
        files.into_iter().flatten().map(|file| file.len()).sum()
    };
    let empty = disk();

    let stop = AtomicBool::new(false);
    let (trickled, busy) = std::thread::scope(|scope| {
        let trickling = scope.spawn(|| trickle(&world.fake, &stop));
        let busy = latency(&world, "busy", times);
        stop.store(true, Ordering::Relaxed);
        (trickling.join().expect("the trickle"), busy)
    });
    let sent = trickled + flood(&world.fake, messages, senders);
    let measured = 5 + 2 * times;
    let deadline = Duration::from_secs(300);
    wait_for("all of it is judged", deadline, || {
        let counted = world.account("default")["inbound"].clone();
        let counts = counted.as_array().expect("counts").iter();
        let judged: u64 = counts
            .filter(|count| count["name"] != "undecided")
            .filter_map(|count| count["count"].as_u64())
            .sum();
        (judged as usize == sent + measured).then_some(())
    });
    let after = rss();
    let later = latency(&world, "later", times);
    let disk = disk().saturating_sub(empty);
    eprintln!(
        "sent {sent}; latency {quiet:?}, {busy:?}, {later:?}; RSS KiB {before:?} -> {after:?}; disk {} KiB",
        disk / 1024
    );
    // Twice, and the length of one message before it in the queue on a busy machine.
    assert!(
        busy <= quiet * 2 + Duration::from_millis(40),
        "{quiet:?} became {busy:?}"
    );
    assert!(
        after.0 < before.0 + 20 * 1024,
        "the gateway grew: {before:?} to {after:?} KiB"
    );
    assert!(
        after.1 < before.1 + 80 * 1024,
        "the sidecar grew: {before:?} to {after:?} KiB"
    );
    assert!(
        disk < 4 * 1024 * 1024 + 1024 * sent as u64,
        "the store grew by {disk} bytes"
    );

    let listed = world.state.json(&["pairing", "list"]);
    let pending = listed["pending"].as_array().expect("a list");
    let codes = pending
        .iter()
        .filter(|request| request["code"].is_string())
        .count();
    assert_eq!(codes, 3, "the cap on codes holds");
    assert!(pending.len() <= 1_003, "and the one on the list");
    let texts = journal::outbound(world.state.path());
    let texts = texts.iter().filter(|row| row.purpose == "pairing").count();
    assert!(texts <= 3, "{texts} texts");
}
