//! Strangers ask, the owner lets them in.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, never_within, wait_for};
use serde_json::{Value, json};

fn pending(world: &World) -> Vec<Value> {
    let list = world.state.json(&["pairing", "list"]);
    list["pending"].as_array().expect("a list").clone()
}

fn until_pending(world: &World, how_many: usize) -> Vec<Value> {
    wait_for(&format!("{how_many} wait for approval"), PATIENCE, || {
        Some(pending(world)).filter(|list| list.len() == how_many)
    })
}

#[test]
fn a_stranger_gets_one_code_and_after_approval_one_answer_to_what_was_held() {
    let mut world = World::linked("{}");
    let first = world.fake.send(OWNER, ANNA, "may I?");
    let request = until_pending(&world, 1).remove(0);
    assert_eq!(request["sender"], ANNA);
    let code = request["code"].as_str().expect("a code").to_owned();
    assert!(
        code.len() == 8
            && code
                .chars()
                .all(|letter| "ABCDEFGHJKLMNPQRSTUVWXYZ23456789".contains(letter)),
        "a code of eight plain characters: {code}"
    );
    let text = wait_for("the stranger is told", PATIENCE, || {
        world.fake.inbox(OWNER, ANNA).pop()
    });
    assert!(
        text.contains(&code) && text.contains(ANNA),
        "it names the code and the number: {text}"
    );
    assert!(
        text.contains("fased pairing approve whatsapp"),
        "and the command: {text}"
    );
    let held = world.verdict(&first);
    assert_eq!(
        (&held["verdict"], &held["reason"]),
        (&json!("hold"), &json!("pairing_required"))
    );

    let second = world.fake.send(OWNER, ANNA, "still there?");
    assert_eq!(world.verdict(&second)["verdict"], "hold");
    world.kill_and_start();
    world.until("default", "ready");
    let third = world.fake.send(OWNER, ANNA, "hello?");
    assert_eq!(world.verdict(&third)["verdict"], "hold");
    let again = until_pending(&world, 1).remove(0);
    assert_eq!(again["code"], json!(code), "a code outlives a restart");
    assert_eq!(
        world.fake.inbox(OWNER, ANNA),
        [text.as_str()],
        "one text per code"
    );

    let wrong = world.state.verb(&["pairing", "approve", "whatsapp", "WRONGONE"]);
    assert_eq!(wrong.code, 1);
    assert!(
        wrong
            .stderr
            .contains("No pending pairing request found for code: WRONGONE"),
        "the sentence users know: {}",
        wrong.stderr
    );
    let error = world.state.error(&["pairing", "approve", "WRONGONE"], 1);
    assert_eq!(
        error["message"],
        "No pending pairing request found for code: WRONGONE"
    );
    assert_eq!(error["code"], "not_found");

    let done = world
        .state
        .json(&["pairing", "approve", "whatsapp", &code.to_lowercase()]);
    assert_eq!(done["done"], true);
    world.until_inbox(OWNER, ANNA, &[&text, "may I?", "still there?", "hello?"]);
    assert!(pending(&world).is_empty());
    assert_eq!(world.verdict(&first)["reason"], "dm_paired");

    let _next = world.fake.send(OWNER, ANNA, "thank you");
    world.until_inbox(
        OWNER,
        ANNA,
        &[&text, "may I?", "still there?", "hello?", "thank you"],
    );
    assert_eq!(
        world.state.error(&["pairing", "approve", &code], 1)["code"],
        "not_found",
        "a code works once"
    );
}

#[test]
fn a_stranger_is_approved_by_sender_or_refused() {
    let world = World::linked("{}");
    let lid = world
        .fake
        .contact(&json!({ "phone": ANNA, "addressing": "lid", "share_alt": false }));
    let hidden = world.fake.send(OWNER, ANNA, "from nobody");
    let open = world.fake.send(OWNER, BERT, "from somebody");
    let requests = until_pending(&world, 2);
    let senders: Vec<&str> = requests
        .iter()
        .filter_map(|request| request["sender"].as_str())
        .collect();
    assert_eq!(
        senders,
        [lid.as_str(), BERT],
        "a hidden id stays one until its number is known"
    );

    let unknown = world
        .state
        .error(&["pairing", "approve", "--sender", "+15550100099"], 1);
    assert_eq!(
        unknown["message"],
        "No pending pairing request found for sender: +15550100099"
    );
    let usage = world
        .state
        .error(&["pairing", "approve", "--sender", "nonsense"], 2);
    assert_eq!(usage["code"], "usage");

    let _approved = world.state.json(&["pairing", "approve", "--sender", &lid]);
    wait_for("the answer to what was held", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&"from nobody".to_owned())
            .then_some(())
    });
    assert_eq!(world.verdict(&hidden)["reason"], "dm_paired");

    let _refused = world.state.json(&["pairing", "deny", "--sender", BERT]);
    assert!(pending(&world).is_empty());
    assert_eq!(world.verdict(&open)["verdict"], "hold", "refused is not answered");
    let codes = world.fake.inbox(OWNER, BERT).len();
    assert_eq!(codes, 1);
    never_within(
        "somebody who was refused gets an answer",
        Duration::from_millis(1500),
        || world.fake.inbox(OWNER, BERT).len() > codes,
    );
}

#[test]
fn the_fourth_stranger_is_listed_and_told_nothing() {
    let world = World::linked("{}");
    let strangers = ["+15550100011", "+15550100012", "+15550100013", "+15550100014"];
    for (waiting, stranger) in strangers.iter().enumerate() {
        let id = world.fake.send(OWNER, stranger, "hello");
        let verdict = world.verdict(&id);
        assert_eq!(verdict["verdict"], "hold");
        let reason = if waiting < 3 {
            "pairing_required"
        } else {
            "pairing_full"
        };
        assert_eq!(verdict["reason"], reason, "stranger {waiting}");
    }
    let requests = until_pending(&world, 4);
    assert!(requests[..3].iter().all(|request| request["code"].is_string()));
    assert!(
        requests[3]["code"].is_null(),
        "no code for the fourth: {}",
        requests[3]
    );
    for stranger in &strangers[..3] {
        wait_for("a code", PATIENCE, || {
            (world.fake.inbox(OWNER, stranger).len() == 1).then_some(())
        });
    }
    assert!(
        world.fake.inbox(OWNER, strangers[3]).is_empty(),
        "the fourth is told nothing"
    );
    let _approved = world
        .state
        .json(&["pairing", "approve", "--sender", strangers[3]]);
    world.until_inbox(OWNER, strangers[3], &["hello"]);
}

#[test]
fn a_personal_number_tells_strangers_nothing() {
    let world = World::linked(r#"{ mode: "personal", dmPolicy: "pairing" }"#);
    let id = world.fake.send(OWNER, ANNA, "hello");
    assert_eq!(world.verdict(&id)["verdict"], "hold");
    let request = until_pending(&world, 1).remove(0);
    assert_eq!(request["sender"], ANNA, "the owner sees who asks");
    never_within("a text to a stranger", Duration::from_millis(1500), || {
        !world.fake.inbox(OWNER, ANNA).is_empty()
    });
}
