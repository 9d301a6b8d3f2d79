//! What an agent said starts no turn when it comes back, in whatever form (C4), and should it ever do so, the loop is
//! broken and the owner is told.

use std::time::Duration;

use fased_e2e::journal::{self, Outbound};
use fased_e2e::world::{OWNER, World};
use fased_e2e::{never_within, wait_for};
use serde_json::{Value, json};

/// Answers a long question with a long text, and any other with a line that is its own.
const AGENT: &str = r#"#!/bin/sh
message=$(sed 's/"history":\[[^]]*\]//')
number=$(printf '%s' "$message" | grep -o 'question [0-9]*' | head -n 1)
case "$message" in
  *long*)
    for part in one two three; do
      echo "This is part *$part* of what there is to say about $number, and it goes on for a while so that it fills one."
      echo
    done ;;
  *) echo "Here is **what** I think of $number" ;;
esac
"#;

fn personal() -> World {
    let config = json!({
        "channels": { "whatsapp": { "mode": "personal", "textChunkLimit": 200 } },
        "agents": { "list": [
            { "id": "main", "backend": "command", "command": { "argv": ["./agent.sh"] } },
        ] },
    });
    World::answering(&config.to_string(), &[("agent.sh", AGENT)])
}

/// The owner writes to themselves; all that was said by then, once it is taken.
fn asked(world: &World, text: &str, said: usize) -> Vec<Outbound> {
    let _id = world.fake.send(OWNER, OWNER, text);
    wait_for(
        &format!("{said} answers to “{text}”"),
        Duration::from_secs(30),
        || {
            let rows = journal::outbound(world.state.path());
            let taken = rows
                .iter()
                .filter(|row| row.state != "queued" && row.state != "sending");
            (taken.count() == said).then_some(rows)
        },
    )
}

/// The same words come from another device of the owner, under this id.
fn comes_back(world: &World, id: &str, text: &str) -> Value {
    let message = json!({ "to": OWNER, "from": OWNER, "text": text, "id": id });
    let id = world.fake.send_with(&message).remove(0);
    wait_for("a verdict", Duration::from_secs(30), || {
        let answer = world.state.verb(&["explain", &id, "--json"]);
        let messages = (answer.code == 0).then(|| answer.json()["messages"].take())?;
        // An echo may have the id of a message that went out.
        let messages = messages.as_array()?;
        let inbound = messages.iter().find(|message| message["direction"] == "in")?;
        inbound["verdict"].is_string().then(|| inbound["reason"].clone())
    })
}

fn other_id(number: usize) -> String {
    format!("3EB0CCCCCCCCCCCCCC{number:04}")
}

#[test]
fn c4_what_an_agent_said_starts_no_turn_in_whatever_form_it_comes_back() {
    let mut world = personal();
    let out = asked(&world, "question 1", 1);
    assert_eq!(out[0].text, "Here is *what* I think of question 1");
    assert_eq!(
        comes_back(&world, &out[0].message_id, &out[0].text),
        "own_echo",
        "the same id"
    );
    let out = asked(&world, "question 2", 2);
    assert_eq!(
        comes_back(&world, &other_id(1), &out[1].text),
        "own_echo",
        "another id"
    );
    asked(&world, "question 3", 3);
    assert_eq!(
        comes_back(&world, &other_id(2), "Here is **what**  I think\nof Question 3"),
        "own_echo",
        "another form"
    );

    let out = asked(&world, "a long question 4", 6);
    for (number, chunk) in out[3..].iter().enumerate() {
        let reason = comes_back(&world, &other_id(10 + number), &chunk.text);
        assert_eq!(reason, "own_echo", "part {number} of a long answer");
    }
    let out = asked(&world, "question 5", 7);
    world.kill_and_start();
    world.until("default", "ready");
    assert_eq!(
        comes_back(&world, &other_id(30), &out[6].text),
        "own_echo",
        "after a restart"
    );
    never_within("a further turn", Duration::from_millis(800), || {
        journal::runs(world.state.path()) > 5
    });
}

#[test]
fn c4_an_agent_that_talks_with_itself_is_stopped_after_three_turns() {
    let world = personal();
    let mut last = asked(&world, "question 1", 1).remove(0).text;
    for turn in 1..=3 {
        let id = format!("3EB0DDDDDDDDDDDDDDDD{turn:02}");
        let forwarded = format!("Fwd: {last} (question {})", turn + 1);
        assert_eq!(comes_back(&world, &id, &forwarded), "self_chat", "turn {turn}");
        let out = wait_for("its answer", Duration::from_secs(30), || {
            let rows = journal::outbound(world.state.path());
            (rows.len() == turn + 1).then_some(rows)
        });
        last.clone_from(&out[turn].text);
    }
    let reason = comes_back(&world, "3EB0DDDDDDDDDDDDDDDD09", &format!("Fwd: {last}"));
    assert_eq!(reason, "echo_loop");
    wait_for("the owner is told", Duration::from_secs(10), || {
        let told = world.notices();
        let loops = told.iter().filter(|notice| notice.contains("own words"));
        (loops.count() == 1).then_some(())
    });
    assert_eq!(journal::runs(world.state.path()), 4);
    asked(&world, "question 99", 5);
}
