//! Commands in the chat: what owners type, and what becomes of it for others.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use serde_json::{Value, json};

/// Anna owns, Bert may command, Cara may write.
fn world() -> World {
    let mut world = World::new();
    world.state.configure(&format!(
        r#"{{
            channels: {{ whatsapp: {{
                owners: ["{ANNA}"], allowFrom: ["{ANNA}", "{BERT}", "{CARA}"], groupPolicy: "open",
                ackReaction: {{ emoji: "👀", direct: true, group: "always" }},
            }} }},
            commands: {{ allowFrom: ["{BERT}"] }},
            agents: {{ list: [
                {{ id: "main" }},
                {{ id: "helper", name: "The Helper", backend: "command", command: {{ argv: ["echo", "helper here"] }} }},
                {{ id: "slow", backend: "command", command: {{ argv: ["sleep", "300"] }} }},
            ] }},
        }}"#
    ));
    world.start();
    world.link("default", OWNER);
    for contact in [ANNA, BERT, CARA] {
        let _lid = world.fake.contact(&json!({ "phone": contact }));
    }
    world
}

/// Somebody writes in their own chat; the next text that they get.
fn ask(world: &World, from: &str, text: &str) -> String {
    let before = world.fake.inbox(OWNER, from).len();
    let _id = world.fake.send(OWNER, from, text);
    wait_for(&format!("an answer to {text}"), PATIENCE, || {
        world.fake.inbox(OWNER, from).get(before).cloned()
    })
}

/// The same, with what every answer of a table has to hold.
fn expect(world: &World, from: &str, table: &[(&str, &str)]) {
    for (text, expected) in table {
        let told = ask(world, from, text);
        assert!(
            told.contains(expected),
            "{text}: {told:?} does not hold {expected:?}"
        );
    }
}

fn until_run(world: &World, id: &str, state: &str) {
    wait_for(&format!("the run of {id} is {state}"), PATIENCE, || {
        (world.verdict(id)["run"]["state"] == state).then_some(())
    });
}

/// The texts of the account that Anna has seen in a group.
fn heard(world: &World, group: &str) -> Vec<String> {
    let records = world.fake.records("message");
    let in_group = records
        .iter()
        .filter(|record| record["group"] == group && record["contact"] == ANNA);
    in_group
        .filter_map(|record| record["text"].as_str().filter(|text| !text.is_empty()))
        .map(str::to_owned)
        .collect()
}

fn say(world: &World, group: &str, from: &str, text: &str, mentions: &[&str]) -> String {
    let said = json!({ "group": group, "from": from, "text": text, "mentions": mentions });
    world.fake.send_with(&said).remove(0)
}

#[test]
fn an_owner_looks_chooses_an_agent_and_a_session_and_stops_a_long_run() {
    let world = world();
    expect(
        &world,
        ANNA,
        &[
            ("/help", "/pairing"),
            ("/status", "Messages flow both ways."),
            (
                "/agent switch the helper",
                "The Helper (helper) answers in this chat",
            ),
        ],
    );
    let reactions = journal::outbound(world.state.path());
    assert!(
        reactions.iter().all(|row| row.purpose != "ack_reaction"),
        "nobody is told that an answer is being made to a command"
    );
    // With the reaction first, which is no text.
    let _id = world.fake.send(OWNER, ANNA, "hello");
    wait_for("the helper answers", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&"helper here".to_owned())
            .then_some(())
    });
    expect(
        &world,
        ANNA,
        &[
            ("/session new trip", "Session trip begins"),
            ("/session list", "trip (here)"),
            ("/session switch main", "goes on in session main"),
            ("/new", "A new conversation begins"),
            ("/agent switch slow", "From now on slow"),
        ],
    );
    let long = world.fake.send(OWNER, ANNA, "take your time");
    until_run(&world, &long, "running");
    let said_before = world.fake.inbox(OWNER, ANNA).len();
    for (text, expected) in [("/status", "*Under way:* for"), ("/stop", "Stopped.")] {
        let _id = world.fake.send(OWNER, ANNA, text);
        wait_for(&format!("{expected} after {text}"), PATIENCE, || {
            let inbox = world.fake.inbox(OWNER, ANNA);
            inbox[said_before..]
                .iter()
                .any(|told| told.contains(expected))
                .then_some(())
        });
    }
    until_run(&world, &long, "cancelled");
}

#[test]
fn an_owner_lets_a_stranger_in_from_the_chat_and_who_may_only_command_does_not() {
    const STRANGER: &str = "+15550100007";
    let world = world();
    let _id = world.fake.send(OWNER, STRANGER, "may I?");
    let code = wait_for("a code", PATIENCE, || {
        let pending = world.state.json(&["pairing", "list"]);
        pending["pending"][0]["code"].as_str().map(str::to_owned)
    });
    expect(
        &world,
        BERT,
        &[
            ("/status", "*Agent:* main"),
            ("/pairing list", "for the owner"),
            (&format!("/pairing approve {code}"), "for the owner"),
        ],
    );
    expect(&world, ANNA, &[("/pairing list", code.as_str())]);
    let careless = format!("/pairing approve {} {}", &code[..4].to_lowercase(), &code[4..]);
    expect(&world, ANNA, &[(&careless, "may write now")]);
    wait_for("what was held is answered", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, STRANGER)
            .contains(&"may I?".to_owned())
            .then_some(())
    });
}

#[test]
fn commands_of_others_are_text_alone_and_context_in_groups_where_owners_need_no_mention() {
    let world = world();
    let told = world.fake.send(OWNER, CARA, "/stop");
    wait_for("the agent repeats it", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, CARA)
            .contains(&"/stop".to_owned())
            .then_some(())
    });
    assert_eq!(world.verdict(&told)["reason"], "dm_listed");

    let group = world.fake.group("lid", &[ANNA, BERT, CARA, OWNER]);
    let talk = say(&world, &group, CARA, "/stop", &[]);
    let kept = world.verdict(&talk);
    assert_eq!(
        (&kept["verdict"], &kept["run"]),
        (&json!("context"), &Value::Null)
    );
    let _id = say(&world, &group, BERT, "/activation", &[]);
    wait_for("the group hears how it is", PATIENCE, || {
        heard(&world, &group)
            .iter()
            .any(|text| text.contains("only messages that mention"))
            .then_some(())
    });
    let _id = say(&world, &group, ANNA, "/activation always", &[]);
    wait_for("the group hears of the change", PATIENCE, || {
        heard(&world, &group)
            .iter()
            .any(|text| text.contains("From now on every message is answered here."))
            .then_some(())
    });
    let plain = say(&world, &group, CARA, "nobody is mentioned", &[]);
    let verdict = world.verdict(&plain);
    assert_eq!(verdict["reason"], "group_always");
    let context: Vec<String> = serde_json::from_value(verdict["run"]["context"].clone()).expect("ids");
    assert_eq!(
        context,
        [talk],
        "a command took nothing of what the agent is to read"
    );
    wait_for("the agent answers there", PATIENCE, || {
        heard(&world, &group)
            .contains(&"nobody is mentioned".to_owned())
            .then_some(())
    });
}

#[test]
fn a_command_is_carried_out_once_however_often_the_gateway_is_killed() {
    let mut world = world();
    let names = ["Ash", "Birch", "Cedar", "Elm", "Fir", "Oak"];
    for (turn, name) in names.iter().enumerate() {
        let id = world
            .fake
            .send(OWNER, ANNA, &format!("/task new every 5h {name}: water the tree"));
        // From before the verdict to after the answer.
        match turn {
            0 => wait_for("it is journaled", PATIENCE, || {
                (journal::inbound_count(world.state.path()) > turn).then_some(())
            }),
            1 | 2 => {
                let _verdict = world.verdict(&id);
            }
            _later => wait_for("its answer is committed", PATIENCE, || {
                let rows = journal::outbound(world.state.path());
                rows.iter().any(|row| row.text.contains(name)).then_some(())
            }),
        }
        world.kill_and_start();
    }
    world.until("default", "ready");
    let answers = |name: &str| {
        let inbox = world.fake.inbox(OWNER, ANNA);
        inbox.iter().filter(|text| text.contains(name)).count()
    };
    wait_for("each is answered", PATIENCE, || {
        names.iter().all(|name| answers(name) > 0).then_some(())
    });
    let listed = world.state.json(&["tasks", "list"]);
    let tasks = listed["tasks"].as_array().expect("a list");
    for name in names {
        let made = tasks.iter().filter(|task| task["name"] == name).count();
        assert_eq!(made, 1, "{name}: {listed}");
    }
    never_within("a second answer", Duration::from_millis(800), || {
        names.iter().any(|name| answers(name) > 1)
    });
    assert_eq!(journal::runs(world.state.path()), names.len());
}
