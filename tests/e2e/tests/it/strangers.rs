//! C3: who is told a pairing code, and who never is.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use serde_json::json;

fn stranger(number: usize) -> String {
    format!("+1555014{number:04}")
}

/// Pairing texts that were queued.
fn texts(world: &World) -> usize {
    let sent = journal::outbound(world.state.path());
    sent.iter().filter(|row| row.purpose == "pairing").count()
}

#[test]
fn c3_ten_texts_an_hour_and_none_for_what_is_old_or_said_in_a_group() {
    let mut world = World::linked(
        r#"{ pairing: { maxPending: 50 }, groupPolicy: "open", catchUp: { maxAgeMinutes: 5 } }"#,
    );
    let old = fased_e2e::unix_now() - 3_600;
    let late = world.fake.send_with(&json!({
        "to": OWNER, "from": ANNA, "text": "an hour ago", "timestamp": old
    }));
    assert_eq!(world.verdict(&late[0])["reason"], "pairing_required");
    let _lid = world.fake.contact(&json!({ "phone": BERT }));
    let group = world.fake.group("pn", &[BERT, OWNER]);
    let said = world.fake.send_with(&json!({
        "group": group, "from": BERT, "text": "@you", "mentions": [OWNER]
    }));
    assert_eq!(world.verdict(&said[0])["reason"], "group_mention");
    assert_eq!(texts(&world), 0, "neither of them is told a code");

    for number in 0..12 {
        let id = world.fake.send(OWNER, &stranger(number), "hello");
        assert_eq!(world.verdict(&id)["reason"], "pairing_required");
    }
    assert_eq!(texts(&world), 10, "ten an hour");
    world.kill_and_start();
    world.until("default", "ready");
    let again = world.fake.send(OWNER, &stranger(0), "still there?");
    assert_eq!(world.verdict(&again)["reason"], "pairing_required");
    never_within("another text", Duration::from_millis(800), || texts(&world) != 10);

    let approved = world.state.json(&["pairing", "approve", "--sender", ANNA]);
    assert_eq!(approved["done"], true);
    let judged = wait_for("what was held is judged again", PATIENCE, || {
        let verdict = world.verdict(&late[0]);
        (verdict["verdict"] != "hold").then_some(verdict)
    });
    assert_eq!(judged["reason"], "stale", "and is too old to be answered by now");
}

#[test]
fn the_owner_is_told_on_whatsapp_of_each_request_once_and_never_gets_a_code() {
    let world = World::linked(&format!(
        r#"{{ owners: ["{BERT}", "{CARA}"], pairing: {{ notifyOwner: true }} }}"#
    ));
    for owner in [BERT, CARA] {
        let _lid = world.fake.contact(&json!({ "phone": owner }));
    }
    let id = world
        .fake
        .send_with(&json!({ "to": OWNER, "from": ANNA, "text": "may I?" }));
    assert_eq!(world.verdict(&id[0])["reason"], "pairing_required");
    let pending = world.state.json(&["pairing", "list"]);
    let code = pending["pending"][0]["code"].as_str().expect("a code").to_owned();
    for owner in [BERT, CARA] {
        let told = wait_for("the owner is told", PATIENCE, || {
            world.fake.inbox(OWNER, owner).pop()
        });
        for part in [
            ANNA,
            &format!("fased pairing approve whatsapp {code}"),
            &format!("fased pairing deny whatsapp {code}"),
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
    let again = world.fake.send(OWNER, ANNA, "hello?");
    assert_eq!(world.verdict(&again)["verdict"], "hold");
    let owner = world.fake.send(OWNER, CARA, "it is me");
    assert_eq!(
        world.verdict(&owner)["reason"],
        "pairing_required",
        "who commands is not let in by that alone"
    );
    never_within(
        "a code for an owner, or a second notice",
        Duration::from_millis(800),
        || world.fake.inbox(OWNER, CARA).len() > 1 || world.fake.inbox(OWNER, BERT).len() > 1,
    );
}
