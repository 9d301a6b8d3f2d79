//! Groups: who is heard, what counts as a mention, what an agent reads of what was said before.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use serde_json::{Value, json};

/// The texts of an account that a member of a group has seen there.
fn heard(world: &World, group: &str, member: &str) -> Vec<String> {
    let records = world.fake.records("message");
    let in_group = records
        .iter()
        .filter(|record| record["group"] == group && record["contact"] == member);
    in_group
        .filter_map(|record| record["text"].as_str().map(str::to_owned))
        .collect()
}

fn until_heard(world: &World, group: &str, texts: &[&str]) {
    wait_for(&format!("{group} has heard {texts:?}"), PATIENCE, || {
        (heard(world, group, ANNA) == texts).then_some(())
    });
}

fn say(world: &World, group: &str, from: &str, text: &str, mentions: &[&str]) -> String {
    let said = json!({ "group": group, "from": from, "text": text, "mentions": mentions });
    world.fake.send_with(&said).remove(0)
}

fn reason(world: &World, id: &str) -> String {
    world.verdict(id)["reason"].as_str().expect("a reason").to_owned()
}

fn context_of(verdict: &Value) -> Vec<String> {
    serde_json::from_value(verdict["run"]["context"].clone()).expect("a list of ids")
}

#[test]
fn a_member_on_the_list_is_answered_when_they_mention_the_account_in_both_addressings() {
    let world = World::linked(&format!(r#"{{ groupAllowFrom: ["{ANNA}"], historyLimit: 2 }}"#));
    for contact in [ANNA, BERT] {
        let _lid = world.fake.contact(&json!({ "phone": contact }));
    }
    for addressing in ["pn", "lid"] {
        let group = world.fake.group(addressing, &[ANNA, OWNER, BERT]);
        // The sender key comes with the first text of each.
        let named = say(&world, &group, ANNA, "@you are named first", &[OWNER]);
        let first = world.verdict(&named);
        assert_eq!(
            (&first["verdict"], &first["reason"], &first["rule"]),
            (&json!("admit"), &json!("group_mention"), &json!("group.5")),
            "in {addressing}: {first}"
        );
        until_heard(&world, &group, &["@you are named first"]);

        let stranger = say(&world, &group, BERT, "@you too", &[OWNER]);
        let refused = world.verdict(&stranger);
        assert_eq!(
            (&refused["verdict"], &refused["reason"], &refused["rule"]),
            (
                &json!("drop"),
                &json!("group_sender_not_allowed"),
                &json!("group.3")
            )
        );
        let talk: Vec<String> = ["one", "two", "three"]
            .iter()
            .map(|text| say(&world, &group, ANNA, text, &[]))
            .collect();
        for id in &talk {
            let kept = world.verdict(id);
            assert_eq!(
                (&kept["verdict"], &kept["reason"]),
                (&json!("context"), &json!("no_mention"))
            );
            assert!(kept["run"].is_null());
        }
        let other = say(&world, &group, ANNA, "@him", &[BERT]);
        assert_eq!(reason(&world, &other), "no_mention", "somebody else is meant");
        let asked = say(&world, &group, ANNA, "so, @you?", &[OWNER]);
        let answered = world.verdict(&asked);
        let mut before = talk.clone();
        before.push(other);
        assert_eq!(context_of(&answered), before, "it reads what was said since");
        until_heard(&world, &group, &["@you are named first", "so, @you?"]);

        // What it said is known again by its id.
        let said = world.fake.records("message");
        let ours = said
            .iter()
            .rfind(|record| record["group"] == group)
            .expect("an answer");
        let reply = world.fake.send_with(&json!({
            "group": group, "from": ANNA, "text": "thanks",
            "quote": { "id": ours["id"], "from": OWNER, "text": "so, @you?" }
        }));
        let replied = world.verdict(&reply[0]);
        assert_eq!(
            replied["reason"], "group_mention",
            "a reply to it means it: {replied}"
        );
        assert!(context_of(&replied).is_empty(), "context is read once: {replied}");
        until_heard(&world, &group, &["@you are named first", "so, @you?", "thanks"]);
    }
    let outside: Vec<Value> = world.fake.records("message");
    assert!(
        outside.iter().all(|record| record["group"].is_string()),
        "nobody is written to outside of the groups"
    );
}

#[test]
fn only_listed_groups_are_heard_each_by_its_own_settings() {
    let mut world = World::new();
    let _owner = world.fake.phone(OWNER);
    for contact in [ANNA, BERT, CARA] {
        let _lid = world.fake.contact(&json!({ "phone": contact }));
    }
    let made = |members: &[&str]| world.fake.group("pn", members);
    let quiet = made(&[ANNA, OWNER, BERT]);
    let open = made(&[BERT, OWNER, ANNA, CARA]);
    let off = made(&[ANNA, OWNER]);
    let unlisted = made(&[ANNA, OWNER]);
    world.state.configure(&format!(
        r#"{{ channels: {{ whatsapp: {{
                allowFrom: ["{ANNA}"],
                groups: {{
                    "{quiet}": {{}},
                    "{open}": {{ requireMention: false, allowFrom: ["{BERT}", "{ANNA}"] }},
                    "{off}": {{ enabled: false }},
                }} }} }},
             messages: {{ groupChat: {{ mentionPatterns: ["\\bассистент\\b"] }} }} }}"#
    ));
    world.start();
    world.link("default", OWNER);
    let cases = [
        (&quiet, ANNA, "hello", "no_mention"),
        (&quiet, ANNA, "Ассистент, hello", "group_mention"),
        (&quiet, BERT, "ассистент", "group_sender_not_allowed"),
        (&quiet, ANNA, "call +1 555 010-0001", "group_mention"),
        (&open, BERT, "no need to call", "group_always"),
        (&open, CARA, "nor me", "group_sender_not_allowed"),
        (&off, ANNA, "ассистент", "group_not_listed"),
        (&unlisted, ANNA, "ассистент", "group_not_listed"),
    ];
    for (group, from, text, expected) in cases {
        let id = say(&world, group, from, text, &[]);
        let verdict = world.verdict(&id);
        assert_eq!(verdict["reason"], expected, "{text}: {verdict}");
    }
    until_heard(&world, &open, &["no need to call"]);
    until_heard(&world, &quiet, &["Ассистент, hello", "call +1 555 010-0001"]);
    never_within(
        "an answer in a group that is off",
        Duration::from_millis(500),
        || !heard(&world, &off, ANNA).is_empty() || !heard(&world, &unlisted, ANNA).is_empty(),
    );
    let log = world.state.log();
    let warned = |group: &str| {
        log.lines()
            .filter(|line| line.contains("WARN") && line.contains(group))
            .count()
    };
    assert_eq!(
        (warned(&unlisted), warned(&off)),
        (1, 1),
        "the first drop of a group names the line that would admit it"
    );
    assert!(log.contains("channels.whatsapp.groups"), "with its path");
}

#[test]
fn c9_the_same_group_on_two_accounts_follows_two_policies() {
    const SECOND: &str = "+15550100005";
    let mut world = World::new();
    world.configure(r#"{ groupPolicy: "open", accounts: { a: {}, b: { groupPolicy: "disabled" } } }"#);
    world.start();
    world.link("a", OWNER);
    world.link("b", SECOND);
    let _lid = world.fake.contact(&json!({ "phone": ANNA }));
    let group = world.fake.group("pn", &[ANNA, OWNER, SECOND]);
    let id = say(&world, &group, ANNA, "@both", &[OWNER, SECOND]);
    let both = wait_for("both accounts have judged it", PATIENCE, || {
        let answer = world.state.verb(&["explain", &id, "--json"]);
        let messages = (answer.code == 0).then(|| answer.json()["messages"].take())?;
        let messages = messages.as_array()?.clone();
        (messages.len() == 2 && messages.iter().all(|message| message["verdict"].is_string()))
            .then_some(messages)
    });
    let mut judged: Vec<(&str, &str)> = both
        .iter()
        .map(|message| {
            let text = |key: &str| message[key].as_str().expect("a text");
            (text("account"), text("reason"))
        })
        .collect();
    judged.sort_unstable();
    assert_eq!(judged, [("a", "group_mention"), ("b", "groups_disabled")]);
    until_heard(&world, &group, &["@both"]);
}

#[test]
fn what_was_said_before_outlives_a_kill() {
    let mut world = World::linked(r#"{ groupPolicy: "open" }"#);
    let _lid = world.fake.contact(&json!({ "phone": ANNA }));
    let group = world.fake.group("lid", &[ANNA, OWNER]);
    let before = say(&world, &group, ANNA, "remember the milk", &[]);
    assert_eq!(reason(&world, &before), "no_mention");
    world.kill_and_start();
    world.until("default", "ready");
    let asked = say(&world, &group, ANNA, "what was it, @you?", &[OWNER]);
    assert_eq!(context_of(&world.verdict(&asked)), [before]);
    let rows = journal::inbound(world.state.path());
    assert_eq!(rows.len(), 2);
}
