//! `channels pause` and `channels resume`.

use std::collections::BTreeSet;
use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use serde_json::json;

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;

#[test]
fn a10_pause_stops_writing_survives_a_restart_and_resume_sends_what_waited() {
    let mut world = World::linked(OPEN);
    let people = [ANNA, BERT, CARA];
    // Each chat waits for the acknowledgement of one answer before the next, so that most wait.
    world
        .fake
        .fault(&json!({ "kind": "acks", "account": OWNER, "mode": "delay", "ms": 300 }));
    let mut texts: Vec<String> = (1..=20).map(|number| format!("number {number}")).collect();
    for text in &texts {
        for person in people {
            let _id = world.fake.send(OWNER, person, text);
        }
    }
    wait_for(
        "one answer sent and one waiting behind it in each chat",
        PATIENCE,
        || {
            let rows = journal::outbound(world.state.path());
            let chats: BTreeSet<&str> = rows.iter().map(|row| row.chat.as_str()).collect();
            let has = |chat: &str, queued: bool| {
                rows.iter()
                    .any(|row| row.chat == chat && (row.state == "queued") == queued)
            };
            let ready = chats.iter().all(|chat| has(chat, true) && has(chat, false));
            (chats.len() == people.len() && ready).then_some(())
        },
    );
    let (seq, at_ms) = world.fake.mark();
    let _done = world.state.json(&["channels", "pause", "--account", "default"]);
    let shown = world.account("default");
    assert_eq!(shown["state"], "suspended", "{shown}");
    assert!(
        shown["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels resume")),
        "{shown}"
    );
    assert_eq!(world.state.sidecars(), Vec::<i32>::new());
    let connections = world.connections();
    never_within("another connection", Duration::from_secs(2), || {
        world.connections() > connections
    });
    let too_late = world
        .fake
        .records_after(seq, "message")
        .into_iter()
        .filter(|record| record["at_ms"].as_i64().is_some_and(|at| at > at_ms + 1000))
        .count();
    assert_eq!(too_late, 0, "nothing is written a second after the command");
    let waiting = journal::outbound(world.state.path());
    assert!(
        waiting.iter().any(|row| row.state == "queued"),
        "some did not go out"
    );

    world
        .fake
        .fault(&json!({ "kind": "acks", "account": OWNER, "mode": "normal" }));
    texts.push("while it was paused".to_owned());
    for person in people {
        let _id = world.fake.send(OWNER, person, "while it was paused");
    }
    world.kill_and_start();
    assert_eq!(world.account("default")["state"], "suspended");
    never_within("a connection after the restart", Duration::from_secs(3), || {
        world.connections() > connections
    });
    assert_eq!(world.account("default")["state"], "suspended");

    let _done = world.state.json(&["channels", "resume", "--account", "default"]);
    world.until("default", "ready");
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for person in people {
        world.until_inbox(OWNER, person, &texts);
    }
    world.kill_and_start();
    world.until("default", "ready");
}

#[test]
fn pausing_what_is_paused_and_resuming_what_runs_changes_nothing() {
    let world = World::linked(OPEN);
    let before = world.account("default");
    let _done = world.state.json(&["channels", "resume"]);
    assert_eq!(world.account("default")["sidecar_pid"], before["sidecar_pid"]);
    for _ in 0..2 {
        let _done = world.state.json(&["channels", "pause"]);
        assert_eq!(world.account("default")["state"], "suspended");
    }
    assert_eq!(world.notices(), Vec::<String>::new(), "the owner did it");
    let _done = world.state.json(&["channels", "resume"]);
    world.until("default", "ready");
    let unknown = world
        .state
        .error(&["channels", "pause", "--account", "nobody"], 1);
    assert_eq!(unknown["code"], "not_found");
    wait_for("one connection", PATIENCE, || {
        (world.fake.state()["accounts"][OWNER]["online"] == true).then_some(())
    });
}
