//! The owner lets people in and takes it back: by sender, in several accounts, many at once, and with
//! a store that cannot be read.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{Gateway, PATIENCE, control, journal, never_within, wait_for};
use serde_json::{Value, json};

const SECOND: &str = "+15550100005";

fn list(world: &World, words: &[&str], key: &str) -> Vec<Value> {
    let shown = world.state.json(&[&["pairing", "list"], words].concat());
    shown[key].as_array().expect("a list").clone()
}

fn until_pending(world: &World, how_many: usize) -> Vec<Value> {
    wait_for(&format!("{how_many} wait for approval"), PATIENCE, || {
        Some(list(world, &[], "pending")).filter(|list| list.len() == how_many)
    })
}

fn approved(world: &World) -> Vec<Value> {
    list(world, &["whatsapp", "--approved"], "approved")
}

#[test]
fn anybody_whose_message_is_held_is_approved_by_sender_told_if_wanted_and_revoked() {
    let mut world = World::linked(r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100099"] }"#);
    let lid = world
        .fake
        .contact(&json!({ "phone": ANNA, "addressing": "lid", "share_alt": false }));
    // Held for want of a number, with no request to approve; approvals do not count under this policy.
    let hidden = world.fake.send(OWNER, ANNA, "who am I?");
    assert_eq!(world.verdict(&hidden)["reason"], "unresolved_identity");
    assert!(list(&world, &[], "pending").is_empty());
    assert!(approved(&world).is_empty());
    let early = world
        .state
        .json(&["pairing", "approve", "--sender", &lid, "--notify"]);
    assert!(
        early["message"]
            .as_str()
            .is_some_and(|said| said.contains("do not count")),
        "{early}"
    );
    assert_eq!(approved(&world).len(), 1);
    assert!(
        world.fake.inbox(OWNER, ANNA).is_empty(),
        "nobody is told what is not so"
    );
    wait_for("it is held again", PATIENCE, || {
        (world.verdict(&hidden)["reason"] == "unresolved_identity").then_some(())
    });
    world.configure("{}");
    let _reloaded = world.state.json(&["config", "reload"]);
    let done = world
        .state
        .json(&["pairing", "approve", "whatsapp", "--sender", &lid, "--notify"]);
    assert_eq!(done["done"], true);
    let texts = wait_for("she is told and answered", PATIENCE, || {
        Some(world.fake.inbox(OWNER, ANNA)).filter(|texts| texts.len() == 2)
    });
    assert!(
        texts.iter().any(|text| text.starts_with("You are approved"))
            && texts.iter().any(|text| text == "who am I?"),
        "{texts:?}"
    );
    let told: Vec<_> = journal::outbound(world.state.path());
    assert_eq!(told.iter().filter(|sent| sent.purpose == "notice").count(), 1);
    assert_eq!(world.verdict(&hidden)["reason"], "dm_paired");
    assert_eq!(approved(&world).len(), 1, "approved twice is approved once");
    let row = approved(&world).remove(0);
    assert_eq!((&row["account"], &row["lid"]), (&json!("default"), &json!(lid)));
    assert!(row["approved_ms"].is_i64());

    // Approved by code, without being told; a second time is refused.
    let asked = world.fake.send(OWNER, BERT, "may I?");
    let code = until_pending(&world, 1)[0]["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    let wrong = world
        .state
        .error(&["pairing", "approve", &code, "--account", "nobody"], 1);
    assert_eq!(wrong["code"], "not_found");
    let _done = world.state.json(&["pairing", "approve", &code]);
    wait_for("the held message is judged again", PATIENCE, || {
        (world.verdict(&asked)["reason"] == "dm_paired").then_some(())
    });
    let error = world.state.error(&["pairing", "approve", &code], 1);
    assert_eq!(
        error["message"],
        format!("No pending pairing request found for code: {code}")
    );
    assert_eq!(approved(&world).len(), 2);

    // A code whose time is over is none; its sender can be named all the same.
    let late = world.fake.send(OWNER, CARA, "may I, too?");
    let code = until_pending(&world, 1)[0]["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    journal::alter(world.state.path(), "UPDATE pairing_request SET expires_ms = 1");
    let error = world.state.error(&["pairing", "approve", &code], 1);
    assert_eq!(
        error["message"],
        format!("No pending pairing request found for code: {code}")
    );
    let _done = world.state.json(&["pairing", "approve", "--sender", CARA]);
    wait_for("what was held from her is answered", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, CARA)
            .contains(&"may I, too?".to_owned())
            .then_some(())
    });
    assert_eq!(world.verdict(&late)["reason"], "dm_paired");
    let _done = world.state.json(&["pairing", "revoke", "--sender", CARA]);

    // Taken back, for the next message.
    let revoked = world
        .state
        .json(&["pairing", "revoke", "whatsapp", "--sender", BERT]);
    assert_eq!(revoked["done"], true);
    let next = world.fake.send(OWNER, BERT, "still?");
    assert_eq!(world.verdict(&next)["reason"], "pairing_required");
    let error = world.state.error(&["pairing", "revoke", "--sender", BERT], 1);
    assert_eq!(error["code"], "not_found");
    assert_eq!(approved(&world).len(), 1);

    // Who only observes tells nobody.
    world.configure("{ observeOnly: true }");
    let _reloaded = world.state.json(&["config", "reload"]);
    let again = world
        .state
        .json(&["pairing", "approve", "--sender", BERT, "--notify"]);
    assert!(
        again["message"]
            .as_str()
            .is_some_and(|said| said.contains("not told")),
        "{again}"
    );
    assert_eq!(approved(&world).len(), 2);
    let told = journal::outbound(world.state.path());
    assert_eq!(told.iter().filter(|sent| sent.purpose == "notice").count(), 1);
}

#[test]
fn who_asked_two_accounts_is_approved_for_the_one_that_is_named() {
    let mut world = World::new();
    world.configure("{ accounts: { a: {}, b: {} } }");
    world.start();
    world.link("a", OWNER);
    world.link("b", SECOND);
    let to_a = world.fake.send(OWNER, ANNA, "to a");
    let to_b = world.fake.send(SECOND, ANNA, "to b");
    until_pending(&world, 2);
    for verb in ["approve", "deny"] {
        let error = world.state.error(&["pairing", verb, "--sender", ANNA], 2);
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|said| said.ends_with("a, b")),
            "it names the accounts: {error}"
        );
    }
    let code_of_a = list(&world, &["--account", "a"], "pending")[0]["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    let error = world
        .state
        .error(&["pairing", "approve", &code_of_a, "--account", "b"], 1);
    assert_eq!(error["code"], "not_found", "a code is of one account");
    let _done = world
        .state
        .json(&["pairing", "approve", "--sender", ANNA, "--account", "a"]);
    wait_for("the answer of a", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&"to a".to_owned())
            .then_some(())
    });
    assert_eq!(world.verdict(&to_a)["reason"], "dm_paired");
    assert_eq!(world.verdict(&to_b)["verdict"], "hold", "b did not let her in");
    let _done = world
        .state
        .json(&["pairing", "approve", "--sender", ANNA, "--account", "b"]);
    let error = world.state.error(&["pairing", "revoke", "--sender", ANNA], 2);
    assert_eq!(error["code"], "usage");
    let _done = world
        .state
        .json(&["pairing", "revoke", "--sender", ANNA, "--account", "a"]);
    let left = approved(&world);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["account"], "b");
}

#[test]
fn fifty_approvals_at_once_all_persist() {
    let mut world = World::linked("{ pairing: { maxPending: 50, silent: true } }");
    let people: Vec<String> = (0..50).map(|n| format!("+155501002{n:02}")).collect();
    for person in &people {
        let _id = world.fake.send(OWNER, person, "hello");
    }
    let codes: Vec<String> = until_pending(&world, 50)
        .iter()
        .map(|request| request["code"].as_str().expect("a code each").to_owned())
        .collect();
    let state_dir = world.state.path();
    std::thread::scope(|threads| {
        for code in &codes {
            threads.spawn(move || {
                let approve = json!({ "verb": "pairing_approve", "account": null, "who": { "code": code } });
                let answer = control::ask(state_dir, &approve);
                assert_eq!(answer["kind"], "done", "{answer}");
            });
        }
    });
    assert!(list(&world, &[], "pending").is_empty());
    let before = approved(&world);
    let mut senders: Vec<&str> = before.iter().filter_map(|row| row["sender"].as_str()).collect();
    senders.sort_unstable();
    assert_eq!(senders, people, "each of them once");
    world.kill_and_start();
    assert_eq!(approved(&world), before);
    wait_for("every held message is answered once", PATIENCE, || {
        let answered = people
            .iter()
            .all(|person| world.fake.inbox(OWNER, person) == ["hello"]);
        answered.then_some(())
    });
}

#[test]
fn c10_a_store_that_cannot_be_read_is_left_as_it_is() {
    let mut world = World::linked("{}");
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    assert_eq!(world.take_gateway().ended(PATIENCE), 0);
    let file = world.state.path().join("fased.db");
    let mut store = OpenOptions::new()
        .write(true)
        .open(&file)
        .expect("open the store");
    store.seek(SeekFrom::Start(0)).expect("seek");
    store.write_all(&[0x5a; 4096]).expect("damage the first page");
    drop(store);
    let damaged = fs::read(&file).expect("read");

    let answer = world.state.verb(&["gateway", "run"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    let name = file.display().to_string();
    assert!(
        answer.stderr.contains(&name)
            && answer.stderr.contains("left as it is")
            && answer.stderr.contains("backup"),
        "it names the file and what to do: {}",
        answer.stderr
    );
    let error = world.state.error(&["gateway", "run"], 1);
    assert!(
        error["next"].as_str().is_some_and(|next| next.contains(&name)),
        "{error}"
    );
    assert_eq!(
        world.state.verb(&["pairing", "list"]).code,
        1,
        "nor is it shown as empty"
    );
    assert_eq!(fs::read(&file).expect("read"), damaged, "not a byte was changed");

    // What it says helps: away with it, and there is a new one.
    fs::rename(&file, world.state.path().join("fased.db.damaged")).expect("rename");
    drop(Gateway::start(&world.state));
}

#[test]
fn c10_while_the_approvals_cannot_be_read_nobody_is_let_in_and_nothing_is_decided() {
    let world = World::linked(r#"{ allowFrom: ["+15550100003"] }"#);
    let first = world.fake.send(OWNER, ANNA, "before");
    assert_eq!(world.verdict(&first)["verdict"], "hold");
    let _done = world.state.json(&["pairing", "approve", "--sender", ANNA]);
    wait_for("her answer", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&"before".to_owned())
            .then_some(())
    });
    journal::alter(
        world.state.path(),
        "ALTER TABLE pairing_approval RENAME TO out_of_reach",
    );
    let asked = [
        world.fake.send(OWNER, ANNA, "meanwhile"),
        world.fake.send(OWNER, CARA, "from nobody"),
    ];
    wait_for("both are in the journal", PATIENCE, || {
        (journal::inbound_count(world.state.path()) == 3).then_some(())
    });
    never_within(
        "somebody is let in or told anything",
        Duration::from_secs(3),
        || {
            let decided = |id: &String| {
                journal::inbound(world.state.path())
                    .iter()
                    .any(|row| row.message_id == *id && row.outcome.is_some())
            };
            asked.iter().any(decided) || !world.fake.inbox(OWNER, CARA).is_empty()
        },
    );
    assert_ne!(
        world.state.verb(&["pairing", "list", "--approved"]).code,
        0,
        "an unreadable list is no empty one"
    );
    journal::alter(
        world.state.path(),
        "ALTER TABLE out_of_reach RENAME TO pairing_approval",
    );
    assert_eq!(world.verdict(&asked[0])["reason"], "dm_paired");
    assert_eq!(world.verdict(&asked[1])["reason"], "pairing_required");
    assert_eq!(approved(&world).len(), 1, "nothing was overwritten");
}
