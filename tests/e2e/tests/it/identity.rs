//! One person under several addresses: numbers that are written in two ways.

use std::time::Duration;

use fased_e2e::world::{OWNER, World};
use fased_e2e::{journal, wait_for};
use serde_json::json;

/// A number in Brazil as its owner writes it, with the ninth digit, and as WhatsApp knows it.
const LISTED: &str = "+5511987654321";
const CANONICAL: &str = "+551187654321";
/// Somebody else, one digit off in both ways of writing.
const STRANGER: &str = "+551187654322";
/// On the list, and not on WhatsApp.
const NOBODY: &str = "+5491122334455";

fn until_asked(world: &World, count: usize) -> Vec<(String, Option<String>)> {
    wait_for("WhatsApp was asked", Duration::from_secs(20), || {
        let aliases = journal::aliases(world.state.path());
        (aliases.len() == count).then_some(aliases)
    })
}

#[test]
fn a_listed_number_is_the_person_that_whatsapp_takes_it_for_and_nobody_alike() {
    let mut world = World::new();
    world.configure(&format!(
        r#"{{ dmPolicy: "allowlist", allowFrom: ["{LISTED}", "{NOBODY}"] }}"#
    ));
    world.start();
    world
        .fake
        .contact(&json!({ "phone": CANONICAL, "also": [LISTED], "addressing": "lid" }));
    world
        .fake
        .contact(&json!({ "phone": STRANGER, "also": ["+5511987654322"] }));
    let heard = |world: &World| world.state.json(&["explain", "--sender", STRANGER])["reason"].clone();
    assert_eq!(heard(&world), "unresolved_identity", "WhatsApp was not asked yet");
    world.link("default", OWNER);
    assert_eq!(
        until_asked(&world, 2),
        [
            (NOBODY.to_owned(), None),
            (LISTED.to_owned(), Some(CANONICAL.to_owned()))
        ]
    );

    wait_for("the answers count", Duration::from_secs(5), || {
        (heard(&world) == "not_in_allowlist").then_some(())
    });
    let listed = world.fake.send(OWNER, CANONICAL, "it is me");
    let other = world.fake.send(OWNER, STRANGER, "me too");
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
    world.until_inbox(OWNER, CANONICAL, &["it is me"]);

    // By hidden id alone, too: the answer brought it.
    let hidden = world
        .fake
        .send_with(&json!({ "to": OWNER, "from": CANONICAL, "text": "again", "share_alt": false }));
    assert_eq!(world.verdict(&hidden[0])["reason"], "dm_listed");

    // Two restarts, and nothing is asked again.
    for round in 0..2 {
        world.kill_and_start();
        world.until("default", "ready");
        let text = format!("after restart {round}");
        let id = world.fake.send(OWNER, CANONICAL, &text);
        assert_eq!(world.verdict(&id)["reason"], "dm_listed");
    }
    let asked: Vec<_> = world
        .fake
        .records("number_asked")
        .iter()
        .map(|record| record["number"].clone())
        .collect();
    assert_eq!(asked.len(), 2, "each once: {asked:?}");
    assert!(
        asked.contains(&json!(LISTED)) && asked.contains(&json!(NOBODY)),
        "{asked:?}"
    );
}

#[test]
fn numbers_of_other_countries_are_not_asked_about() {
    let world = World::linked(r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100555", "+525512345678"] }"#);
    assert_eq!(until_asked(&world, 1), [("+525512345678".to_owned(), None)]);
    assert_eq!(world.fake.records("number_asked").len(), 1);
}
