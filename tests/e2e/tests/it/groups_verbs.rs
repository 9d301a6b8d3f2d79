//! The groups that are known, and what the owner chooses for them.

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, journal, wait_for};
use serde_json::{Value, json};

fn groups(world: &World) -> Vec<Value> {
    let listed = world.state.json(&["groups", "list"]);
    listed["groups"].as_array().expect("a list").clone()
}

fn group(world: &World, jid: &str) -> Value {
    let found = groups(world).into_iter().find(|group| group["group"] == jid);
    found.unwrap_or_else(|| panic!("{jid} is listed"))
}

#[test]
fn groups_are_listed_and_the_owner_chooses_what_is_answered_there() {
    let mut world = World::linked("{}");
    assert_eq!(groups(&world), Vec::<Value>::new());
    let seen = world.fake.group("pn", &[ANNA, OWNER, BERT]);
    for text in ["one", "two"] {
        let _id = world
            .fake
            .send_with(&json!({ "group": seen, "from": ANNA, "text": text }));
    }
    wait_for("both are in the journal", PATIENCE, || {
        (journal::inbound_count(world.state.path()) == 2).then_some(())
    });
    let shown = group(&world, &seen);
    assert_eq!(
        (&shown["account"], &shown["messages"], &shown["subject"]),
        (&json!("default"), &json!(2), &Value::Null)
    );
    assert!(shown["last_ms"].is_i64());
    assert_eq!(
        (&shown["listed"], &shown["enabled"], &shown["require_mention"]),
        (&json!(true), &json!(true), &json!(true))
    );
    assert_eq!(
        (&shown["mode"], &shown["activation"], &shown["source"]["level"]),
        (&json!("mention"), &Value::Null, &json!("default"))
    );

    let done = world.state.verb(&["groups", "activation", &seen, "always"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stdout.contains("answers every message"), "{done:?}");
    let chosen = group(&world, &seen);
    assert_eq!(
        (&chosen["mode"], &chosen["activation"], &chosen["source"]["level"]),
        (&json!("always"), &json!("always"), &json!("stored"))
    );
    world.kill_and_start();
    assert_eq!(group(&world, &seen), chosen, "a choice outlives restarts");
    assert!(
        world
            .state
            .verb(&["groups", "list"])
            .stdout
            .contains("chosen by command")
    );

    // It wins over the config, which lists another group only.
    let other = "120363000000000099@g.us";
    world.configure(&format!(
        "{{ groups: {{ '{other}': {{ requireMention: false, enabled: false }} }} }}"
    ));
    let _done = world.state.json(&["config", "reload"]);
    let mut unseen = group(&world, other);
    assert_eq!(
        (&unseen["listed"], &unseen["enabled"], &unseen["mode"]),
        (&json!(true), &json!(false), &json!("always"))
    );
    assert_eq!(
        (&unseen["messages"], &unseen["last_ms"]),
        (&json!(0), &Value::Null)
    );
    let not_listed = group(&world, &seen);
    assert_eq!(
        (&not_listed["listed"], &not_listed["mode"]),
        (&json!(false), &json!("always"))
    );
    let warned = world.state.json(&["groups", "activation", &seen, "mention"]);
    assert!(
        warned["message"]
            .as_str()
            .is_some_and(|said| said.contains("in no list")),
        "{warned}"
    );
    let _done = world.state.json(&["groups", "activation", &seen, "default"]);
    assert_eq!(group(&world, &seen)["activation"], Value::Null);
    let wrong = world.state.error(&["groups", "activation", ANNA, "always"], 2);
    assert_eq!(wrong["code"], "usage");
    let wrong = world.state.error(
        &["groups", "activation", &seen, "always", "--account", "nobody"],
        1,
    );
    assert_eq!(wrong["code"], "not_found");

    // Without a gateway the store and the config tell the same.
    let before = groups(&world);
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    assert_eq!(world.take_gateway().ended(PATIENCE), 0);
    assert_eq!(groups(&world), before);
    assert_eq!(
        world.state.error(&["groups", "activation", &seen, "always"], 3)["code"],
        "no_gateway"
    );
    unseen = group(&world, other);
    assert_eq!(unseen["account"], "default");
}

#[test]
fn c6_what_was_received_is_what_was_decided_and_undecided_at_any_instant() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    let load = json!({ "to": OWNER, "from": ANNA, "text": "load", "count": 300 });
    let ids = world.fake.send_with(&load);
    world.fake.repeat(&ids[0], 3, "raw");
    let ask = json!({ "verb": "channels_status", "account": "default" });
    let mut looks = 0_u32;
    let mut partly = 0_u32;
    wait_for("all of it is received", PATIENCE * 2, || {
        let shown = fased_e2e::control::ask(world.state.path(), &ask)["accounts"][0].take();
        let received = shown["received"].as_u64().expect("a number");
        let counts = shown["inbound"].as_array().expect("counts");
        let sum: u64 = counts.iter().filter_map(|count| count["count"].as_u64()).sum();
        assert_eq!(received, sum, "each delivery has one reason: {shown}");
        looks += 1;
        let undecided = counts.iter().any(|count| count["name"] == "undecided");
        partly += u32::from(undecided || (received > 0 && received < 300));
        (received >= 303 && !undecided).then_some(())
    });
    assert!(partly > 0, "it was asked while messages came: {looks} looks");
    let text = world.state.verb(&["channels", "status"]).stdout;
    assert!(
        text.contains("received: ") && text.contains("duplicate"),
        "{text}"
    );
}
