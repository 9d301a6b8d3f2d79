//! Who may write, by `dmPolicy`, and how that is explained.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{journal, never_within, wait_for};
use serde_json::json;

#[test]
fn an_allowlist_admits_who_is_listed_and_explains_who_is_not() {
    let world = World::linked(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    let listed = world.fake.send(OWNER, ANNA, "listed");
    let other = world.fake.send(OWNER, BERT, "not listed");
    let admitted = world.verdict(&listed);
    assert_eq!(
        (&admitted["verdict"], &admitted["reason"]),
        (&json!("admit"), &json!("dm_listed"))
    );
    let dropped = world.verdict(&other);
    assert_eq!(
        (&dropped["verdict"], &dropped["reason"]),
        (&json!("drop"), &json!("not_in_allowlist"))
    );
    assert_eq!(dropped["rule"], "dm.12");
    assert!(dropped["run"].is_null(), "no agent has seen it");
    let fix = dropped["fix"].as_str().expect("what would admit it");
    assert!(fix.contains("allowFrom"), "the key to change: {fix}");
    world.until_inbox(OWNER, ANNA, &["listed"]);
    never_within("an answer to a stranger", Duration::from_millis(1000), || {
        !world.fake.inbox(OWNER, BERT).is_empty()
    });
}

#[test]
fn disabled_drops_even_who_is_listed() {
    let world = World::linked(&format!(r#"{{ dmPolicy: "disabled", allowFrom: ["{ANNA}"] }}"#));
    let id = world.fake.send(OWNER, ANNA, "anybody?");
    let dropped = world.verdict(&id);
    assert_eq!(
        (&dropped["verdict"], &dropped["reason"]),
        (&json!("drop"), &json!("dm_disabled"))
    );
    assert_eq!(dropped["rule"], "dm.5");
    assert!(world.fake.inbox(OWNER, ANNA).is_empty());
}

#[test]
fn observe_only_decides_and_stays_silent() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"], observeOnly: true }"#);
    let id = world.fake.send(OWNER, ANNA, "hello");
    assert_eq!(world.verdict(&id)["verdict"], "admit");
    // The receipt says that it arrived; nothing else may leave.
    world
        .fake
        .wait_after(0, &[("type", "receipt"), ("id", &id)], Duration::from_secs(10));
    never_within("a message leaves", Duration::from_millis(1500), || {
        !world.fake.records("message").is_empty()
    });
    assert!(
        world
            .fake
            .records("receipt")
            .iter()
            .all(|receipt| receipt["receipt_type"] != "read")
    );
}

#[test]
fn c1_an_unknown_hidden_id_is_held_and_judged_again_once_its_number_is_known() {
    let world = World::linked(&format!(
        r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}", "{BERT}"] }}"#
    ));
    // The gateway asks for the hidden ids of listed numbers when it connects; this one is not listed.
    let lid = world.fake.contact(&json!({
        "phone": CARA, "lid": "100900900900@lid", "addressing": "lid", "share_alt": false
    }));
    let id = world.fake.send(OWNER, CARA, "who am I?");
    let held = world.verdict(&id);
    assert_eq!(
        (&held["verdict"], &held["reason"]),
        (&json!("hold"), &json!("unresolved_identity"))
    );
    assert_eq!(held["sender"], json!(lid));

    // A later stanza carries both addresses: the number is known, and it is not on the list.
    let later = world.fake.send_with(&json!({
        "to": OWNER, "from": CARA, "text": "it is me", "addressing": "lid", "share_alt": true
    }));
    let judged = wait_for("it is judged again", Duration::from_secs(5), || {
        let message = world.verdict(&id);
        (message["reason"] != "unresolved_identity").then_some(message)
    });
    assert_eq!(
        (&judged["verdict"], &judged["reason"]),
        (&json!("drop"), &json!("not_in_allowlist"))
    );
    assert_eq!(world.verdict(&later[0])["reason"], "not_in_allowlist");
}

#[test]
fn c1_a_listed_number_is_admitted_under_a_hidden_id_that_nothing_else_tells() {
    let mut world = World::new();
    // The number's hidden id is asked for when the link opens; no stanza ever carries both.
    let lid = world
        .fake
        .contact(&json!({ "phone": ANNA, "addressing": "lid", "share_alt": false }));
    world.configure(&format!(r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}"] }}"#));
    world.start();
    world.link("default", OWNER);
    let hidden = world.fake.send(OWNER, ANNA, "without my number");
    // It may come before the answer to that question, and is judged again then.
    let admitted = wait_for("it is admitted", Duration::from_secs(5), || {
        let message = world.verdict(&hidden);
        (message["verdict"] == "admit").then_some(message)
    });
    assert_eq!(admitted["reason"], "dm_listed");
    let row = journal::inbound(world.state.path()).remove(0);
    assert_eq!(row.sender, lid, "it came under the hidden id alone");
    world.until_inbox(OWNER, ANNA, &["without my number"]);
    assert_eq!(journal::runs(world.state.path()), 1);
}

#[test]
fn c1_digits_of_a_hidden_id_are_not_a_number() {
    let world = World::linked(&format!(
        r#"{{ dmPolicy: "allowlist", allowFrom: ["{ANNA}", "+15550100077"] }}"#
    ));
    let _lid = world.fake.contact(&json!({
        "phone": BERT, "lid": "15550100077@lid", "addressing": "lid", "share_alt": true
    }));
    let id = world.fake.send(OWNER, BERT, "let me in");
    let verdict = world.verdict(&id);
    assert_eq!(
        (&verdict["verdict"], &verdict["reason"]),
        (&json!("drop"), &json!("not_in_allowlist"))
    );
}

#[test]
fn a_hidden_id_on_the_list_admits() {
    let world = World::linked(r#"{ dmPolicy: "allowlist", allowFrom: ["100900900901@lid"] }"#);
    let _lid = world.fake.contact(&json!({
        "phone": BERT, "lid": "100900900901@lid", "addressing": "lid", "share_alt": false
    }));
    let id = world.fake.send(OWNER, BERT, "by hidden id");
    assert_eq!(world.verdict(&id)["reason"], "dm_listed");
    world.until_inbox(OWNER, BERT, &["by hidden id"]);
}
