//! One message, several agents: each answers once, whatever becomes of the others and of the gateway.

use std::fs;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, wait_for};
use serde_json::{Value, json};

/// Says who it is once a file is there; on `bad` it fails instead.
const PROGRAM: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
cat > /dev/null
echo "$1" >> asked
[ "$1" = bad ] && exit 3
while [ ! -e go ]; do sleep 0.1; done
echo "this is $1"
"#;

fn config(broadcast: &Value) -> String {
    let program =
        |id: &str| json!({ "id": id, "backend": "command", "command": { "argv": ["./answer.sh", id] } });
    json!({
        "channels": { "whatsapp": { "dmPolicy": "open", "allowFrom": ["*"], "groupPolicy": "open", "debounceMs": 0 } },
        "agents": { "list": [{ "id": "main", "name": "Ada" }, program("good"), program("bad"), program("late")] },
        "messages": { "failureText": "Not this time." },
        "broadcast": broadcast,
    })
    .to_string()
}

fn go(world: &World) {
    fs::write(world.state.beside("go"), "").expect("write a file");
}

fn asked(world: &World) -> Vec<String> {
    let asked = fs::read_to_string(world.state.beside("asked")).unwrap_or_default();
    let mut asked: Vec<String> = asked.lines().map(str::to_owned).collect();
    asked.sort_unstable();
    asked
}

/// What a member of a group has got there, sorted.
fn heard(world: &World, group: &str) -> Vec<String> {
    let records = world.fake.records("message");
    let in_group = records
        .iter()
        .filter(|record| record["group"] == group && record["contact"] == ANNA);
    let mut texts: Vec<String> = in_group
        .filter_map(|record| record["text"].as_str().map(str::to_owned))
        .collect();
    texts.sort_unstable();
    texts
}

fn inbox(world: &World) -> Vec<String> {
    let mut texts = world.fake.inbox(OWNER, ANNA);
    texts.sort_unstable();
    texts
}

#[test]
fn in_a_group_each_agent_answers_once_and_one_that_fails_stops_nobody() {
    let mut world = World::answering(&config(&json!({})), &[("answer.sh", PROGRAM)]);
    for contact in [ANNA, BERT] {
        let _lid = world.fake.contact(&json!({ "phone": contact }));
    }
    let group = world.fake.group("pn", &[ANNA, OWNER, BERT]);
    let broadcast = json!({ &group: ["main", "bad", "good"] });
    world.state.configure(&config(&broadcast));
    assert_eq!(world.state.verb(&["config", "reload"]).code, 0);
    go(&world);
    let said = json!({ "group": &group, "from": ANNA, "text": "@you hello", "mentions": [OWNER] });
    let id = world.fake.send_with(&said).remove(0);
    let all = [
        "*Ada:* @you hello",
        "*bad:* Not this time.",
        "*good:* this is good",
    ];
    wait_for("all have answered", PATIENCE, || {
        (heard(&world, &group) == all).then_some(())
    });
    assert_eq!(asked(&world), ["bad", "good"]);

    let told = wait_for("it is over", PATIENCE, || {
        let told = world.verdict(&id);
        (told["run"]["state"] == "error").then_some(told)
    });
    assert_eq!(told["run"]["kind"], "broadcast", "{told}");
    let forks = told["run"]["forks"].as_array().expect("a list");
    let ended: Vec<(&str, &str)> = forks
        .iter()
        .map(|fork| {
            let word = |key: &str| fork[key].as_str().expect("a word");
            (word("agent"), word("state"))
        })
        .collect();
    assert_eq!(ended, [("main", "ok"), ("bad", "error"), ("good", "ok")]);
    assert_eq!(told["sent"].as_array().map(Vec::len), Some(3), "{told}");
    assert_eq!(
        (&told["route"]["by"], &told["route"]["agents"]),
        (&json!("broadcast"), &json!(["main", "bad", "good"])),
        "{told}"
    );
    let path = told["route"]["source"]["path"].as_str().expect("a path");
    assert_eq!(path, format!("broadcast[\"{group}\"]"));
    let listed = world.state.json(&["groups", "list"]);
    assert_eq!(
        listed["groups"][0]["agents"],
        json!(["main", "bad", "good"]),
        "{listed}"
    );

    // What several answer reads what was said before, like everything else.
    let talk = json!({ "group": &group, "from": BERT, "text": "just talk", "mentions": [] });
    let talk = world.fake.send_with(&talk).remove(0);
    assert_eq!(world.verdict(&talk)["verdict"], "context");
    let again = json!({ "group": &group, "from": ANNA, "text": "@you again", "mentions": [OWNER] });
    let again = world.fake.send_with(&again).remove(0);
    wait_for("all have answered once more", PATIENCE, || {
        (heard(&world, &group).len() == 6).then_some(())
    });
    assert_eq!(world.verdict(&again)["run"]["context"], json!([talk]));
}

#[test]
fn a_gateway_that_is_killed_in_between_loses_and_doubles_nothing() {
    for strategy in ["parallel", "sequential"] {
        let broadcast = json!({ "strategy": strategy, ANNA: ["main", "good", "late"] });
        let mut world = World::answering(&config(&broadcast), &[("answer.sh", PROGRAM)]);
        let _id = world.fake.send(OWNER, ANNA, "hello");
        let under_way: &[&str] = match strategy {
            "parallel" => &["good", "late"],
            _in_turn => &["good"],
        };
        wait_for("they work", PATIENCE, || {
            (asked(&world) == under_way && inbox(&world) == ["*Ada:* hello"]).then_some(())
        });
        world.kill_and_start();
        wait_for("they work once more", PATIENCE, || {
            (asked(&world).len() == 2 * under_way.len()).then_some(())
        });
        go(&world);
        let all = ["*Ada:* hello", "*good:* this is good", "*late:* this is late"];
        wait_for("all have answered", PATIENCE, || {
            (inbox(&world) == all).then_some(())
        });
        // What comes later is answered after all that might still have come of the first.
        world.until("default", "ready");
        let _id = world.fake.send(OWNER, ANNA, "again");
        wait_for("all have answered again", PATIENCE, || {
            (inbox(&world).len() == 6).then_some(())
        });
        let twice = inbox(&world);
        for text in ["*good:* this is good", "*late:* this is late"] {
            assert_eq!(
                twice.iter().filter(|got| *got == text).count(),
                2,
                "{strategy}: {twice:?}"
            );
        }
    }
}
