//! What goes wrong with an agent is for its owner: the chat gets one neutral line, or nothing (C8). Judged by what the
//! fake WhatsApp has recorded, for only that was on the wire.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{OpenAi, PATIENCE, journal, wait_for};
use serde_json::{Value, json};

const FAILED: &str = "Not this time.";

/// Does what the message says, and always says something that is for nobody's eyes.
const PROGRAM: &str = r#"#!/bin/sh
message=$(sed 's/"history":\[[^]]*\]//')
echo "secret trace" >&2
case "$message" in
  *crash*) echo "secret half"; exit 3 ;;
  *killed*) echo "secret half"; kill -9 $$ ;;
  *hang*) echo "secret half"; sleep 600 ;;
  *flood*) yes "secret flood" | head -c 200000 ;;
  *nothing*) exit 0 ;;
  *) echo "All is well." ;;
esac
"#;

/// The same, line by line.
const LINES: &str = r#"#!/bin/sh
message=$(sed 's/"history":\[[^]]*\]//')
case "$message" in
  *garbage*) echo "secret garbage" ;;
  *unknown*) echo '{"type":"thought","text":"secret thought"}'; echo '{"type":"reply","text":"All is well."}' ;;
  *working*) echo '{"type":"progress","text":"Looking"}'; echo '{"type":"reply","text":"All is well."}' ;;
  *crash*) echo '{"type":"reply","text":"secret half"}'; exit 1 ;;
esac
"#;

fn config(agent: &Value, failure_text: &str) -> String {
    json!({
        "channels": { "whatsapp": { "dmPolicy": "open", "allowFrom": ["*"] } },
        "agents": { "list": [agent] },
        "messages": { "failureText": failure_text },
    })
    .to_string()
}

fn program(name: &str, output: &str) -> Value {
    json!({
        "id": "main", "backend": "command", "replyTimeoutSeconds": 2, "maxOutputKb": 64,
        "command": { "argv": [format!("./{name}")], "output": output },
    })
}

/// Waits until the run that answers a message is over; what `explain` tells of it.
fn run_of(world: &World, id: &str) -> Value {
    wait_for(
        &format!("the run of {id} is over"),
        Duration::from_secs(60),
        || {
            let run = world.verdict(id)["run"].take();
            let open = ["queued", "running"].map(Value::from);
            (run.is_object() && !open.contains(&run["state"])).then_some(run)
        },
    )
}

/// Everything that went over the wire to anybody.
fn wire(world: &World) -> Vec<String> {
    let messages = world.fake.records("message");
    messages
        .iter()
        .map(|message| message["text"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// All that was committed to be sent is on the wire.
fn settled(world: &World) {
    wait_for("the outbox is empty", PATIENCE, || {
        let rows = journal::outbound(world.state.path());
        let open = ["queued", "sending", "written"];
        rows.iter()
            .all(|row| !open.contains(&row.state.as_str()))
            .then_some(())
    });
}

/// Asks one question after the other; each has to end as it says: the state of its run, and what arrives.
fn each_ends(world: &World, questions: &[(&str, &str, &[&str])]) {
    for (number, (question, state, answers)) in questions.iter().enumerate() {
        // Each in a chat of its own, so that nothing is said before.
        let person = format!("+1555013{number:04}");
        let id = world.fake.send(OWNER, &person, question);
        let run = run_of(world, &id);
        assert_eq!(run["state"], *state, "{question}: {run}");
        settled(world);
        assert_eq!(world.fake.inbox(OWNER, &person), *answers, "{question}");
    }
    let wire = wire(world);
    assert!(
        wire.iter().all(|text| !text.contains("secret")),
        "on the wire: {wire:?}"
    );
}

#[test]
fn c8_a_program_that_fails_leaves_one_neutral_line() {
    let world = World::answering(
        &config(&program("agent.sh", "text"), FAILED),
        &[("agent.sh", PROGRAM)],
    );
    each_ends(
        &world,
        &[
            ("go on", "ok", &["All is well."]),
            ("crash", "error", &[FAILED]),
            ("be killed", "error", &[FAILED]),
            ("hang", "error", &[FAILED]),
            ("flood", "error", &[FAILED]),
        ],
    );
    let failures: Vec<String> = journal::all_runs(world.state.path())
        .into_iter()
        .filter_map(|run| run.failure)
        .collect();
    assert_eq!(
        failures.len(),
        4,
        "each is told apart in its record: {failures:?}"
    );
    let id = world.fake.send(OWNER, BERT, "crash");
    assert_eq!(run_of(&world, &id)["failure"], "exited");
    let told = world.state.verb(&["explain", &id]).stdout;
    assert!(
        told.contains("exited: it ended with exit status"),
        "explain says why: {told}"
    );
    let log = world.state.log();
    assert!(
        !log.contains("secret half"),
        "nor does the log have what was said"
    );
}

#[test]
fn c8_what_a_program_says_line_by_line_is_a_reply_only_where_it_says_so() {
    let world = World::answering(
        &config(&program("agent.sh", "ndjson"), FAILED),
        &[("agent.sh", LINES)],
    );
    each_ends(
        &world,
        &[
            ("working", "ok", &["All is well."]),
            ("unknown", "ok", &["All is well."]),
            ("garbage", "error", &[FAILED]),
            ("crash", "error", &[FAILED]),
        ],
    );
}

#[test]
fn c8_with_an_empty_failure_text_nothing_is_sent_and_the_chat_goes_on() {
    let world = World::answering(
        &config(&program("agent.sh", "text"), ""),
        &[("agent.sh", PROGRAM)],
    );
    for question in ["crash", "hang"] {
        let id = world.fake.send(OWNER, ANNA, question);
        assert_eq!(run_of(&world, &id)["state"], "error");
    }
    let _id = world.fake.send(OWNER, ANNA, "go on");
    world.until_inbox(OWNER, ANNA, &["All is well."]);
    assert_eq!(wire(&world), ["All is well."]);
}

#[test]
fn c8_a_program_that_is_not_there_is_a_failure_like_others() {
    let world = World::answering(&config(&program("missing.sh", "text"), FAILED), &[]);
    let id = world.fake.send(OWNER, BERT, "hello");
    assert_eq!(run_of(&world, &id)["state"], "error");
    world.until_inbox(OWNER, BERT, &[FAILED]);
}

#[test]
fn c8_an_endpoint_that_fails_leaves_one_neutral_line_and_thoughts_stay_where_they_are() {
    let stub = OpenAi::start();
    let agent = json!({
        "id": "main", "backend": "openai", "replyTimeoutSeconds": 4, "maxOutputKb": 1,
        "openai": { "baseUrl": stub.url, "model": "stub", "apiKeyEnv": "BOT_KEY" },
    });
    let mut world = World::new();
    world.state.set("BOT_KEY", "sk-made-up-secret");
    world.state.configure(&config(&agent, FAILED));
    world.start();
    world.link("default", OWNER);
    each_ends(
        &world,
        &[
            ("hello", "ok", &["You said: hello"]),
            ("a stub:slow=1500", "ok", &["You said: a stub:slow=1500"]),
            (
                "b stub:status=429 stub:after=1 stub:once",
                "ok",
                &["You said: b stub:status=429 stub:after=1 stub:once"],
            ),
            ("c stub:status=401", "error", &[FAILED]),
            ("d stub:status=404", "error", &[FAILED]),
            ("e stub:status=500", "error", &[FAILED]),
            ("f stub:status=429", "error", &[FAILED]),
            ("g stub:cut", "error", &[FAILED]),
            ("h stub:garbage", "error", &[FAILED]),
            ("i stub:endless", "error", &[FAILED]),
            ("j stub:silent", "error", &[FAILED]),
            ("k stub:reason", "ok", &["You said: k stub:reason"]),
            ("l stub:tool", "error", &[FAILED]),
        ],
    );
    let asked = stub.asked();
    assert!(
        asked
            .iter()
            .all(|one| one["authorization"] == "Bearer sk-made-up-secret"),
        "the key goes to the endpoint"
    );
    let log = world.state.log();
    for hidden in ["sk-made-up-secret", "stub-detail", "stub:cut"] {
        assert!(!log.contains(hidden), "the log has “{hidden}”");
    }
}
