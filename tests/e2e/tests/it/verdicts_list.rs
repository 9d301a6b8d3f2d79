//! What was decided, newest first, with and without a gateway; and as it comes.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;

use fased_e2e::PATIENCE;
use fased_e2e::control::ask;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use serde_json::{Value, json};

const LISTED: &str = r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100002"] }"#;

fn listed(answer: &Value) -> Vec<(&str, &str, &str)> {
    let verdicts = answer["verdicts"].as_array().expect("a list").iter();
    verdicts
        .map(|verdict| {
            let of = |name: &str| verdict[name].as_str().expect("a text");
            (of("sender"), of("outcome"), of("reason"))
        })
        .collect()
}

#[test]
fn verdicts_are_listed_newest_first_with_and_without_a_gateway() {
    let mut world = World::linked(LISTED);
    for (who, text) in [
        (ANNA, "first secret"),
        (BERT, "second secret"),
        (ANNA, "third secret"),
    ] {
        let id = world.fake.send(OWNER, who, text);
        let _verdict = world.verdict(&id);
    }
    let all = world.state.json(&["verdicts"]);
    let expected = [
        (ANNA, "admit", "dm_listed"),
        (BERT, "drop", "not_in_allowlist"),
        (ANNA, "admit", "dm_listed"),
    ];
    assert_eq!(listed(&all), expected);
    assert_eq!(all["more"], false);
    assert!(!all.to_string().contains("secret"), "no text of messages: {all}");
    let newest = &all["verdicts"][0];
    for (name, value) in [("account", "default"), ("chat", ANNA), ("content", "text")] {
        assert_eq!(newest[name], value, "{newest}");
    }
    assert!(newest["sentence"].as_str().is_some_and(|said| !said.is_empty()));

    let dropped = world.state.json(&["verdicts", "--outcome", "drop"]);
    assert_eq!(listed(&dropped), [expected[1]]);
    let by_reason = world
        .state
        .json(&["verdicts", "--reason", "dm_listed", "--limit", "1"]);
    assert_eq!(
        (listed(&by_reason), &by_reason["more"]),
        (vec![expected[0]], &json!(true))
    );

    // Page by page, as the page asks.
    let page = |before: Value| {
        let request = json!({
            "verb": "verdicts_list", "account": "default", "outcome": null, "reason": null, "before": before, "limit": 2,
        });
        ask(world.state.path(), &request)
    };
    let first = page(Value::Null);
    assert_eq!(
        (listed(&first).len(), &first["more"]),
        (2, &json!(true)),
        "{first}"
    );
    let second = page(first["verdicts"][1]["seq"].clone());
    assert_eq!(
        (listed(&second), &second["more"]),
        (vec![expected[2]], &json!(false))
    );

    let people = world.state.verb(&["verdicts"]);
    assert!(
        people.stdout.contains("not_in_allowlist") && people.stdout.contains("fased explain"),
        "{people:?}"
    );
    for (words, code, kind) in [
        (["verdicts", "--reason", "dm_lister"], 2, "usage"),
        (["verdicts", "--outcome", "maybe"], 2, "usage"),
        (["verdicts", "--limit", "0"], 2, "usage"),
        (["verdicts", "--account", "nobody"], 1, "not_found"),
    ] {
        assert_eq!(world.state.error(&words, code)["code"], kind, "{words:?}");
    }

    drop(world.take_gateway());
    assert_eq!(world.state.json(&["verdicts"]), all, "from the store");
    assert_eq!(
        world.state.error(&["verdicts", "--follow"], 3)["code"],
        "no_gateway"
    );
}

#[test]
fn verdicts_are_followed_as_they_come() {
    let world = World::linked(LISTED);
    let before = world.fake.send(OWNER, ANNA, "before");
    let _verdict = world.verdict(&before);
    let mut following = world
        .state
        .fased(&["verdicts", "--follow", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("start fased");
    let stdout = following.stdout.take().expect("a pipe");
    let (lines, shown) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    let next = || -> Value {
        let line = shown.recv_timeout(PATIENCE).expect("a verdict");
        serde_json::from_str(&line).expect("JSON")
    };
    assert_eq!(next()["message_id"], json!(before), "what was there first");
    for (who, reason) in [(BERT, "not_in_allowlist"), (ANNA, "dm_listed")] {
        let id = world.fake.send(OWNER, who, "now");
        let came = next();
        assert_eq!(
            (&came["message_id"], &came["reason"], &came["sender"]),
            (&json!(id), &json!(reason), &json!(who)),
            "{came}"
        );
    }
    following.kill().expect("end it");
    let _status = following.wait().expect("its end");
    reader.join().expect("all was read");
}
