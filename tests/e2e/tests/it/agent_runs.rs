//! Agents that take their time: nobody else waits for them, and what is cut off is answered once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, never_within, wait_for};

const CONFIG: &str = r#"{
    agents: { list: [{ id: "main", backend: "command", command: { argv: ["./answer.sh"] } }] },
    channels: { whatsapp: { dmPolicy: "open", allowFrom: ["*"], debounceMs: 0 } },
}"#;

/// Answers with what it is asked now. On `slow` it works until a file is there.
const PROGRAM: &str = r#"#!/bin/sh
asked=$(sed -e 's/.*,"text":"\([^"]*\)","messages".*/\1/' -e 's/.*"messages".*,"text":"\([^"]*\)".*/\1/')
echo "$asked" >> "$(dirname "$0")/asked"
case "$asked" in
  slow*) while [ ! -e "$(dirname "$0")/go" ]; do sleep 0.1; done ;;
esac
echo "re: $asked"
"#;

fn answering() -> World {
    let mut world = World::new();
    let program = world.state.beside("answer.sh");
    fs::write(&program, PROGRAM).expect("write a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("make it executable");
    world.state.configure(CONFIG);
    world.start();
    world.link("default", OWNER);
    world
}

/// What the program was asked, in order.
fn asked(world: &World) -> Vec<String> {
    let asked = fs::read_to_string(world.state.beside("asked")).unwrap_or_default();
    asked.lines().map(str::to_owned).collect()
}

fn go(world: &World) {
    fs::write(world.state.beside("go"), "").expect("write a file");
}

#[test]
fn nobody_waits_for_an_agent_that_works_for_somebody_else() {
    let world = answering();
    let _slow = world.fake.send(OWNER, ANNA, "slow one");
    wait_for("it works", PATIENCE, || (!asked(&world).is_empty()).then_some(()));
    let _quick = world.fake.send(OWNER, BERT, "quick one");
    world.until_inbox(OWNER, BERT, &["re: quick one"]);
    assert!(world.fake.inbox(OWNER, ANNA).is_empty());
    go(&world);
    world.until_inbox(OWNER, ANNA, &["re: slow one"]);
}

/// On `slow` it takes a second to end once it is told to.
const TIDY: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
trap 'sleep 1; echo >> ended; exit' TERM
echo >> working
while :; do sleep 0.1; done
"#;

#[test]
fn a_program_that_is_told_to_end_has_ended_before_the_gateway_has() {
    let mut world = World::answering(CONFIG, &[("answer.sh", TIDY)]);
    let lines = |world: &World, file: &str| {
        fs::read_to_string(world.state.beside(file)).map_or(0, |text| text.lines().count())
    };
    let _slow = world.fake.send(OWNER, ANNA, "slow one");
    wait_for("it works", PATIENCE, || {
        (lines(&world, "working") == 1).then_some(())
    });
    let _done = world.state.json(&["gateway", "restart"]);
    assert_eq!(
        lines(&world, "ended"),
        1,
        "the gateway executed itself before it had ended"
    );
    wait_for("it works again", PATIENCE, || {
        (lines(&world, "working") == 2).then_some(())
    });
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    assert_eq!(world.take_gateway().ended(PATIENCE), 0);
    assert_eq!(lines(&world, "ended"), 2, "the gateway ended before it had");
}

#[test]
fn a_gateway_killed_while_an_agent_works_answers_once() {
    let mut world = answering();
    let id = world.fake.send(OWNER, ANNA, "slow one");
    wait_for("it works", PATIENCE, || (!asked(&world).is_empty()).then_some(()));
    world.kill_and_start();
    world.until("default", "ready");
    wait_for("it works again", PATIENCE, || {
        (asked(&world).len() == 2).then_some(())
    });
    go(&world);
    world.until_inbox(OWNER, ANNA, &["re: slow one"]);
    never_within("a second answer", Duration::from_millis(500), || {
        world.fake.inbox(OWNER, ANNA).len() > 1
    });
    let run = world.verdict(&id)["run"].take();
    assert_eq!((&run["state"], &run["attempts"]), (&"ok".into(), &2.into()));
    assert_eq!(asked(&world), ["slow one", "slow one"]);
}
