//! Changes of the config that a running gateway makes itself: all or none, in force before the answer, none lost.

use std::thread;

use fased_e2e::config_file::{backup, read};
use fased_e2e::control::ask;
use fased_e2e::world::{ANNA, OWNER, World};
use serde_json::{Value, json};

fn set(world: &World, edits: &Value) -> Value {
    ask(
        world.state.path(),
        &json!({ "verb": "config_set", "edits": edits }),
    )
}

#[test]
fn config_set_holds_for_the_next_message_and_changes_all_or_nothing() {
    let world = World::linked(r#"{ dmPolicy: "disabled" /* for now */ }"#);
    let file = world.state.beside("fased.json");
    let shut_out = world.fake.send(OWNER, ANNA, "before");
    assert_eq!(world.verdict(&shut_out)["reason"], "dm_disabled");

    let before = read(&file);
    let wrong = set(
        &world,
        &json!([
            { "key": "channels.whatsapp.allowFrom", "value": [ANNA] },
            { "key": "channels.whatsapp.dmPolicy", "value": "everybody" },
        ]),
    );
    assert_eq!(
        (&wrong["kind"], &wrong["code"]),
        (&json!("error"), &json!("config"))
    );
    let said = wrong["message"].as_str().expect("a message");
    assert!(
        said.contains("nothing was changed") && said.contains("everybody"),
        "{said}"
    );
    assert_eq!(read(&file), before, "all or none");
    for (edits, code) in [
        (json!([]), "usage"),
        (
            json!([{ "key": "channels.whatsapp.dmPolcy", "value": "open" }]),
            "usage",
        ),
        (
            json!([{ "key": "channels.whatsapp.dmPolicy", "value": "open", "append": true }]),
            "usage",
        ),
        (
            json!([{ "key": "channels.whatsapp.allowFrom", "value": null, "append": true }]),
            "usage",
        ),
    ] {
        let answer = set(&world, &edits);
        assert_eq!(answer["code"], code, "{edits}: {answer}");
    }

    let done = set(
        &world,
        &json!([
            { "key": "channels.whatsapp.dmPolicy", "value": "allowlist" },
            { "key": "channels.whatsapp.allowFrom", "value": ANNA, "append": true },
        ]),
    );
    assert_eq!(done["kind"], "done", "{done}");
    let said = done["message"].as_str().expect("a message");
    for part in ["dmPolicy is set: \"allowlist\"", "has it in force", ".bak"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let let_in = world.fake.send(OWNER, ANNA, "after");
    assert_eq!(world.verdict(&let_in)["reason"], "dm_listed");
    assert!(read(&file).contains("/* for now */"), "{}", read(&file));
    assert_eq!(read(&backup(&file)), before);

    let value = |key: &str| {
        let answer = ask(world.state.path(), &json!({ "verb": "config_get", "key": key }));
        answer["values"][0].clone()
    };
    let policy = value("channels.whatsapp.dmPolicy");
    assert_eq!(
        (&policy["value"], &policy["level"]),
        (&json!("allowlist"), &json!("root")),
        "{policy}"
    );
    assert!(policy["line"].is_u64(), "{policy}");

    let out = set(
        &world,
        &json!([
            { "key": "channels.whatsapp.dmPolicy", "value": null },
            { "key": "channels.whatsapp.allowFrom", "value": ANNA, "remove": true },
        ]),
    );
    assert_eq!(out["kind"], "done", "{out}");
    assert_eq!(value("channels.whatsapp.dmPolicy")["level"], "default");
    assert_eq!(value("channels.whatsapp.allowFrom")["value"], json!([]));
    let again = set(
        &world,
        &json!([{ "key": "channels.whatsapp.dmPolicy", "value": null }]),
    );
    assert!(
        again["message"]
            .as_str()
            .is_some_and(|said| said.contains("nothing to change")),
        "{again}"
    );
}

#[test]
fn changes_at_once_lose_nothing() {
    let world = World::linked("{}");
    let number = |who: usize| format!("+155501000{who:02}");
    let append = |world: &World, who: usize| {
        let key = "channels.whatsapp.allowFrom";
        if who.is_multiple_of(2) {
            let done = set(
                world,
                &json!([{ "key": key, "value": number(who), "append": true }]),
            );
            assert_eq!(done["kind"], "done", "{done}");
        } else {
            let _done = world
                .state
                .json(&["config", "set", key, &number(who), "--append"]);
        }
    };
    thread::scope(|scope| {
        for who in 10..22 {
            let world = &world;
            scope.spawn(move || append(world, who));
        }
    });
    let value = world
        .state
        .json(&["config", "get", "channels.whatsapp.allowFrom"]);
    let mut listed: Vec<&str> = value["value"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, (10..22).map(number).collect::<Vec<_>>());
}

#[test]
fn channels_add_starts_the_account() {
    let world = World::linked("{}");
    let add = |request: Value| ask(world.state.path(), &request);
    let done = add(json!({
        "verb": "channels_add", "account": "work", "mode": "dedicated", "dm_policy": null, "allow_from": [],
    }));
    let said = done["message"].as_str().unwrap_or_default();
    for part in [
        "work",
        "default",
        "has it in force",
        "next: fased channels login --account work",
    ] {
        assert!(said.contains(part), "{part}: {done}");
    }
    world.until("work", "unlinked");
    assert_eq!(world.account("default")["state"], "ready");
    let again = add(json!({ "verb": "channels_add", "account": "work" }));
    assert_eq!(again["code"], "refused", "{again}");
    let wrong = add(json!({ "verb": "channels_add", "account": "b", "mode": "shared" }));
    assert_eq!(wrong["code"], "usage", "{wrong}");
}
