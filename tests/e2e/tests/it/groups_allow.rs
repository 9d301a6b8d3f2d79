//! Groups let in and switched off, heard or not from the next message on.

use fased_e2e::config_file::{MINE, backup, configured, read};
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use serde_json::json;

fn said(world: &World, words: &[&str]) -> String {
    let done = world.state.json(words);
    done["message"].as_str().expect("what was done").to_owned()
}

fn reason_in(world: &World, group: &str, text: &str) -> String {
    let sent = json!({ "group": group, "from": ANNA, "text": text });
    let id = world.fake.send_with(&sent);
    let verdict = world.verdict(&id[0]);
    verdict["reason"].as_str().expect("a reason").to_owned()
}

#[test]
fn groups_allow_is_heard_at_once_and_groups_block_no_more() {
    let world = World::linked(
        r#"{ groupPolicy: "allowlist", groupAllowFrom: ["+15550100002"], groups: { "120363000000000099@g.us": {} } }"#,
    );
    let group = world.fake.group("pn", &[ANNA, OWNER, BERT]);
    assert_eq!(reason_in(&world, &group, "one"), "group_not_listed");

    let told = said(&world, &["groups", "allow", &group, "--always"]);
    for part in [
        "is let in",
        "those are heard there who are on channels.whatsapp.groupAllowFrom: +15550100002",
        "answers every message",
        "has it in force",
        ".bak",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(reason_in(&world, &group, "two"), "group_always");
    let told = said(&world, &["groups", "allow", &group, "--mention"]);
    assert!(told.contains("answers what mentions it"), "{told}");
    assert_eq!(reason_in(&world, &group, "three"), "no_mention");
    let told = said(&world, &["groups", "allow", &group]);
    assert!(told.contains("nothing to change"), "{told}");

    let told = said(&world, &["groups", "block", &group]);
    assert!(
        told.contains("is switched off") && told.contains(&format!("fased groups allow {group}")),
        "{told}"
    );
    assert_eq!(reason_in(&world, &group, "four"), "group_not_listed");
    let told = said(&world, &["groups", "allow", &group]);
    assert!(told.contains("is let in"), "{told}");
    assert_eq!(
        reason_in(&world, &group, "five"),
        "no_mention",
        "what was set before it was switched off holds again"
    );

    // Somebody chose by command, which wins over the config.
    let _done = world.state.json(&["groups", "activation", &group, "always"]);
    let told = said(&world, &["groups", "allow", &group, "--mention"]);
    assert!(
        told.contains("chosen by command") && told.contains("fased groups activation"),
        "{told}"
    );

    for (words, code, kind) in [
        (vec!["groups", "allow", "the team"], 2, "usage"),
        (vec!["groups", "allow", "*"], 2, "usage"),
        (vec!["groups", "block", "120363000000000099"], 2, "usage"),
        (
            vec!["groups", "block", &group, "--account", "nobody"],
            1,
            "not_found",
        ),
        (
            vec!["groups", "allow", &group, "--always", "--mention"],
            2,
            "usage",
        ),
    ] {
        assert_eq!(world.state.error(&words, code)["code"], kind, "{words:?}");
    }
}

#[test]
fn the_first_entry_shuts_no_other_group_out() {
    let world = World::linked(r#"{ groupPolicy: "open" }"#);
    let (one, other) = (
        world.fake.group("pn", &[ANNA, OWNER]),
        world.fake.group("pn", &[ANNA, OWNER, BERT]),
    );
    assert_eq!(reason_in(&world, &other, "before"), "no_mention");
    let told = said(&world, &["groups", "block", &one]);
    assert!(told.contains("the others are heard as before"), "{told}");
    assert_eq!(reason_in(&world, &one, "blocked"), "group_not_listed");
    assert_eq!(reason_in(&world, &other, "after"), "no_mention");
}

#[test]
fn groups_are_let_in_and_switched_off_without_a_gateway() {
    let (state, file) = configured(MINE);
    let group = "120363000000000001@g.us";
    let answer = state.verb(&["groups", "allow", group, "--mention"]);
    for part in [
        "is let in for account default",
        "on channels.whatsapp.allowFrom: +15550100001",
        "no gateway runs; it holds from its next start on",
    ] {
        assert!(
            answer.code == 0 && answer.stdout.contains(part),
            "{part}: {answer:?}"
        );
    }
    let text = read(&file);
    assert!(text.contains("// for now") && text.contains(group), "{text}");
    assert_eq!(read(&backup(&file)), MINE);
    let _done = state.json(&["groups", "block", group]);
    let listed = state.json(&["groups", "list"])["groups"][0].take();
    assert_eq!(
        (&listed["group"], &listed["enabled"], &listed["require_mention"]),
        (&json!(group), &json!(false), &json!(true))
    );
}
