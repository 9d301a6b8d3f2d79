//! `fased tasks`, from the command line to what the chat gets, on a clock that is moved.

use std::fs;
use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, control, never_within, wait_for};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// Says that it works, and ends when the test says so.
const PATIENT: &str = r#"#!/bin/sh
cat > /dev/null
echo begun >> begun
while [ ! -e go ]; do sleep 0.05; done
echo "It is done."
"#;

/// A linked account that Anna can be reached by, on a clock that is moved.
fn world(agents: &Value) -> World {
    let mut world = World::new();
    world.state.program("patient.sh", PATIENT);
    let config = json!({
        "channels": { "whatsapp": {
            "dmPolicy": "open", "allowFrom": ["*"], "pacing": { "firstContact": true, "jitterMs": 0 },
        } },
        "agents": agents,
        "tasks": { "timezone": "Europe/Berlin" },
    });
    world.state.configure(&config.to_string());
    world.state.set("FASED_SIMULATED_CLOCK", "0");
    world.start();
    world.link("default", OWNER);
    world.fake.contact(&json!({ "phone": ANNA }));
    world
}

fn patient() -> Value {
    json!({ "list": [{ "id": "main", "backend": "command", "command": { "argv": ["./patient.sh"] } }] })
}

/// Makes a Task for Anna; its id.
fn make(world: &World, text: &str) -> String {
    let answer = world.state.json(&["tasks", "new", text, "--to", ANNA]);
    answer["task"]["id"].as_str().expect("an id").to_owned()
}

fn advance(world: &World, ms: i64) {
    let answer = control::ask(world.state.path(), &json!({ "verb": "clock_advance", "ms": ms }));
    assert_eq!(answer["kind"], "done", "{answer}");
}

/// What became of a Task's runs, newest first, as `state cause`.
fn runs(world: &World, id: &str) -> Vec<String> {
    let answer = world.state.json(&["tasks", "runs", id]);
    let runs = answer["runs"].as_array().expect("runs");
    let words = |run: &Value| {
        let word = |key: &str| run[key].as_str().unwrap_or("-").to_owned();
        format!("{} {}", word("state"), word("cause"))
    };
    runs.iter().map(words).collect()
}

fn until_runs(world: &World, id: &str, expected: &[&str]) {
    let mut last = Vec::new();
    let end = fased_e2e::wait::now() + PATIENCE;
    wait_for("the runs of a Task", PATIENCE * 2, || {
        last = runs(world, id);
        assert!(fased_e2e::wait::now() < end, "{last:?} is not {expected:?}");
        (last == expected).then_some(())
    });
}

fn until_begun(world: &World, times: usize) {
    wait_for("the agent has begun", PATIENCE, || {
        let begun = fs::read_to_string(world.state.beside("begun")).unwrap_or_default();
        (begun.lines().count() >= times).then_some(())
    });
}

fn go(world: &World) {
    fs::write(world.state.beside("go"), "").expect("let it end");
}

/// What came to Anna stays as much as it is.
fn nothing_more(world: &World, messages: usize) {
    never_within("a result comes again", Duration::from_secs(1), || {
        world.fake.inbox(OWNER, ANNA).len() > messages
    });
}

/// Starts the gateway that was killed before, so much later than it was first started.
fn start_at(world: &mut World, offset_ms: i64) {
    world.state.set("FASED_SIMULATED_CLOCK", &offset_ms.to_string());
    world.start();
    world.until("default", "ready");
}

#[test]
fn a_task_runs_when_it_is_due_and_its_result_arrives_once() {
    let world = world(&json!({}));
    let id = make(&world, "every 1h report: Say hello");
    let shown = world.state.json(&["tasks", "show", &id]);
    let task = &shown["task"];
    assert_eq!(
        (&task["state"], &task["schedule"]),
        (&json!("active"), &json!("every 1h"))
    );
    assert_eq!((&task["chat"], &task["name"]), (&json!(ANNA), &json!("report")));
    assert!(
        task["next"]
            .as_str()
            .is_some_and(|next| next.ends_with("(Europe/Berlin)")),
        "{shown}"
    );
    advance(&world, HOUR);
    until_runs(&world, &id, &["ok schedule"]);
    world.until_inbox(OWNER, ANNA, &["Say hello"]);
    nothing_more(&world, 1);
    let last = world.state.json(&["tasks", "last", &id]);
    assert_eq!(last["run"]["result"], "Say hello", "{last}");
    let sent = world.state.json(&["outbox", "list"]);
    assert_eq!(sent["messages"][0]["purpose"], "task", "{sent}");
    assert_eq!(sent["messages"][0]["run"], last["run"]["id"], "{sent}");

    let paused = world.state.json(&["tasks", "pause", &id]);
    assert_eq!(paused["task"]["state"], "paused");
    advance(&world, 5 * HOUR);
    let resumed = world.state.json(&["tasks", "resume", &id.to_uppercase()]);
    assert_eq!(resumed["task"]["state"], "active");
    assert_eq!(runs(&world, &id), ["ok schedule"], "a pause is not caught up on");
    let edited = world
        .state
        .json(&["tasks", "edit", &id, "prompt", "Say good night"]);
    assert_eq!(edited["task"]["prompt"], "Say good night");
    let waited = world.state.verb(&["tasks", "run", &id, "--wait"]);
    assert_eq!(
        (waited.code, waited.stdout.as_str()),
        (0, "Say good night\n"),
        "{waited:?}"
    );
    world.until_inbox(OWNER, ANNA, &["Say hello", "Say good night"]);

    let listed = world.state.json(&["tasks", "list"]);
    assert_eq!(listed["tasks"][0]["id"], id.as_str(), "{listed}");
    let _done = world.state.json(&["tasks", "cancel", &id]);
    assert_eq!(world.state.json(&["tasks", "list", "all"])["tasks"], json!([]));
    assert_eq!(
        runs(&world, &id),
        ["ok manual", "ok schedule"],
        "its history stays"
    );
    let error = world.state.error(&["tasks", "show", &id], 1);
    assert_eq!(error["message"], format!("Task not found: {id}"));
}

#[test]
fn a_run_that_a_kill_cuts_off_is_told_and_done_once_more() {
    let mut world = world(&patient());
    let id = make(&world, "Do what takes long");
    until_begun(&world, 1);
    assert_eq!(runs(&world, &id), ["running created"]);
    world.take_gateway().kill();
    // Without a gateway the store tells.
    assert_eq!(runs(&world, &id), ["running created"]);
    assert_eq!(
        world.state.json(&["tasks", "list"])["tasks"][0]["id"],
        id.as_str()
    );
    assert_eq!(world.state.verb(&["tasks", "run", &id]).code, 3);
    world.start();
    until_begun(&world, 2);
    assert_eq!(runs(&world, &id), ["running again", "interrupted created"]);
    go(&world);
    until_runs(&world, &id, &["ok again", "interrupted created"]);
    world.until_inbox(OWNER, ANNA, &["It is done."]);
    nothing_more(&world, 1);
    let shown = world.state.json(&["tasks", "show", &id]);
    assert_eq!(
        (&shown["task"]["state"], &shown["task"]["runs"]),
        (&json!("done"), &json!(1)),
        "{shown}"
    );
}

#[test]
fn what_was_due_while_no_gateway_ran_runs_once_if_that_is_not_long_ago() {
    let mut world = world(&json!({}));
    let id = make(&world, "every 6h Tell the news");
    world.take_gateway().kill();
    start_at(&mut world, 6 * HOUR + HOUR / 2);
    until_runs(&world, &id, &["ok catch_up"]);
    world.until_inbox(OWNER, ANNA, &["Tell the news"]);
    world.take_gateway().kill();
    start_at(&mut world, 14 * HOUR);
    until_runs(&world, &id, &["missed catch_up", "ok catch_up"]);
    advance(&world, 4 * HOUR);
    until_runs(&world, &id, &["ok schedule", "missed catch_up", "ok catch_up"]);
    world.until_inbox(OWNER, ANNA, &["Tell the news", "Tell the news"]);
    nothing_more(&world, 2);
}

#[test]
fn a_task_that_is_still_at_work_is_not_begun_again_and_can_be_ended() {
    let world = world(&patient());
    let id = make(&world, "every 5m Do what takes long");
    advance(&world, HOUR / 12);
    until_begun(&world, 1);
    advance(&world, HOUR / 12);
    until_runs(&world, &id, &["skipped schedule", "running schedule"]);
    let answer = world.state.json(&["tasks", "runs", &id]);
    assert_eq!(answer["runs"][0]["failure"], "overlap", "{answer}");
    assert!(answer["runs"][0]["error"].is_string(), "{answer}");
    let run = answer["runs"][1]["id"].to_string();
    let error = world.state.error(&["tasks", "run", &id], 1);
    assert!(
        error["next"].as_str().is_some_and(|next| next.contains(&run)),
        "{error}"
    );
    let _done = world.state.json(&["tasks", "cancel-run", &run]);
    until_runs(&world, &id, &["skipped schedule", "cancelled schedule"]);
    assert_eq!(
        world.fake.inbox(OWNER, ANNA),
        Vec::<String>::new(),
        "nothing came of it"
    );
}

#[test]
fn what_cannot_be_is_refused_with_the_way_out() {
    let mut world = World::new();
    world.configure(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    world.start();
    let told = |world: &World, code, words: &[&str]| {
        let error = world.state.error(&[&["tasks"], words].concat(), code);
        format!("{} {}", error["message"], error["next"])
    };
    let new = ["new", "every 1h x"];
    let said = told(&world, 5, &[&new[..], &["--to", ANNA]].concat());
    assert!(said.contains("fased channels login"), "{said}");
    world.link("default", OWNER);
    let said = told(&world, 2, &new);
    assert!(said.contains("defaultTo"), "{said}");
    let said = told(&world, 1, &[&new[..], &["--to", BERT]].concat());
    assert!(said.contains("firstContact"), "{said}");
    let elsewhere = "120363000000000001@g.us";
    let said = told(&world, 1, &[&new[..], &["--to", elsewhere]].concat());
    assert!(said.contains("is not in the group"), "{said}");
    assert!(said.contains("fased directory groups"), "{said}");
    let group = world.fake.group("pn", &[OWNER, ANNA]);
    let group = group.as_str();
    let said = told(
        &world,
        1,
        &[&new[..], &["--to", group, "--agent", "nobody"]].concat(),
    );
    assert!(said.contains("no agent nobody"), "{said}");
    let said = told(&world, 2, &["new", "every 1h", "--to", group]);
    assert!(said.contains("fased tasks new --help"), "{said}");
    let said = told(
        &world,
        2,
        &["new", "every 1h x", "--to", group, "--timezone", "Middle/Earth"],
    );
    assert!(said.contains("Middle/Earth"), "{said}");
    assert!(told(&world, 1, &["pause", "zzzz"]).contains("Task not found: zzzz"));
    assert!(told(&world, 1, &["cancel-run", "9"]).contains("Run not found: 9"));
    assert_eq!(world.state.json(&["tasks", "list"])["tasks"], json!([]));
    world.take_gateway().kill();
    assert!(told(&world, 1, &["show", "zzzz"]).contains("Task not found: zzzz"));
    assert!(told(&world, 3, &["pause", "zzzz"]).contains("fased gateway run"));
}
