//! `fased chats`: with a gateway and without one.

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, wait_for};
use serde_json::{Value, json};

fn found<'a>(chats: &'a Value, chat: &str) -> &'a Value {
    let all = chats["chats"].as_array().expect("a list");
    all.iter()
        .find(|info| info["chat"] == chat)
        .unwrap_or_else(|| panic!("{chat} is not among {all:?}"))
}

#[test]
fn chats_are_shown_by_name_with_what_was_said_last_and_whether_agents_may_reach_them() {
    let mut world = World::linked(&format!(
        r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"], groups: {{ "120363000000000009@g.us": {{}} }} }}"#
    ));
    world.fake.contact(&json!({ "phone": ANNA, "addressing": "lid" }));
    world.fake.contact(&json!({ "phone": BERT }));
    let group = world.fake.named_group("Family", &[ANNA, OWNER, BERT]);
    world.answers("hello");
    let dropped = world.fake.send(OWNER, BERT, "who is there?");
    assert_eq!(world.verdict(&dropped)["reason"], "not_in_allowlist");
    let in_group = json!({ "group": group, "from": BERT, "text": "hello all" });
    let dropped = world.fake.send_with(&in_group).remove(0);
    assert_eq!(world.verdict(&dropped)["reason"], "group_not_listed");

    let named = wait_for("the group's name", PATIENCE, || {
        let chats = world.state.json(&["chats"]);
        (found(&chats, &group)["name"] == "Family").then_some(chats)
    });
    let check = |chats: &Value| {
        let anna = found(chats, ANNA);
        assert_eq!(
            (&anna["kind"], &anna["reachable"]),
            (&json!("dm"), &json!(true)),
            "{anna}"
        );
        assert_eq!(anna["last"]["text"], "hello");
        assert_eq!(anna["last"]["from_me"], true);
        assert_eq!(anna["last"]["agent"], "main");
        let bert = found(chats, BERT);
        assert_eq!(bert["reachable"], false, "{bert}");
        assert_eq!(bert["reason"], "not_in_allowlist");
        assert_eq!(bert["last"]["text"], "who is there?");
        let fix = bert["fix"].as_str().expect("a fix");
        assert!(fix.contains(BERT), "{fix}");
        let closed = found(chats, &group);
        assert_eq!(closed["reason"], "group_not_listed", "{closed}");
        let quiet = found(chats, "120363000000000009@g.us");
        assert_eq!(
            (&quiet["reachable"], &quiet["last"]),
            (&json!(true), &Value::Null)
        );
        let all = chats["chats"].as_array().expect("a list");
        assert_eq!(all.len(), 4, "each once, by whatever address: {all:?}");
        assert_eq!(
            all[3]["chat"], "120363000000000009@g.us",
            "nothing was said there"
        );
    };
    check(&named);
    let first = world.state.json(&["chats", "--limit", "1"]);
    assert_eq!(first["chats"].as_array().map(Vec::len), Some(1));
    assert_eq!(first["more"], 3);
    assert_eq!(
        world.state.error(&["chats", "--account", "work"], 1)["code"],
        "not_found"
    );

    world.take_gateway().kill();
    check(&world.state.json(&["chats"]));
}
