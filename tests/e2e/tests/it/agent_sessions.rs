//! An answer goes where its question came from, and nowhere else (C7): several accounts, many chats, agents that take
//! their time, and restarts in between. With `FASED_SLOW` set, 1,050 runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fased_e2e::journal;
use fased_e2e::wait::now;
use fased_e2e::world::{OWNER, World};
use fased_e2e::{Chance, PATIENCE, wait_for};
use serde_json::json;

const FAILED: &str = "Not this time.";
const ACCOUNTS: [(&str, &str); 3] = [("a", OWNER), ("b", "+15550100008"), ("c", "+15550100009")];

/// Answers with the session it was told and the messages it was given.
const AGENT: &str = r#"#!/bin/sh
ids=$(sed 's/"history":\[[^]]*\]//' | grep -o '3A[0-9A-F]\{18\}' | awk '!seen[$0]++' | tr '\n' ' ')
sleep 0.0$(( $$ % 10 ))
echo "$FASED_SESSION $ids"
"#;

#[test]
fn c7_no_answer_goes_astray_over_three_accounts_and_restarts() {
    let mut chance = Chance::seeded("c7_");
    let slow = std::env::var_os("FASED_SLOW").is_some();
    let (people, messages) = if slow { (50, 7) } else { (6, 3) };
    let people: Vec<String> = (0..people).map(|number| format!("+1555014{number:04}")).collect();
    let config = json!({
        "channels": { "whatsapp": {
            "dmPolicy": "open", "allowFrom": ["*"], "reconnect": { "initialMs": 200, "maxMs": 1000 },
            "accounts": { "a": {}, "b": {}, "c": {} },
        } },
        "agents": { "list": [
            { "id": "main", "backend": "command", "command": { "argv": ["./agent.sh"] } },
        ] },
        "messages": { "failureText": FAILED, "queue": { "mode": "followup" } },
    });
    let mut world = World::new();
    world.state.program("agent.sh", AGENT);
    world.state.configure(&config.to_string());
    world.start();
    for (account, phone) in ACCOUNTS {
        world.link(account, phone);
    }

    let mut sent: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for number in 0..messages {
        for person in &people {
            for (account, phone) in ACCOUNTS {
                let id = world.fake.send(phone, person, &format!("question {number}"));
                sent.entry((account, person)).or_default().push(id);
            }
        }
        let (since, pause) = (now(), Duration::from_millis(chance.below(300)));
        wait_for("the random moment", PATIENCE, || {
            (since.elapsed() >= pause).then_some(())
        });
        if number + 1 < messages {
            world.kill_and_start();
        }
    }

    let total: usize = sent.values().map(Vec::len).sum();
    let runs = wait_for("all runs are over", Duration::from_secs(180), || {
        let runs = journal::all_runs(world.state.path());
        let over = runs
            .iter()
            .filter(|run| run.state != "queued" && run.state != "running");
        (over.count() == total).then_some(runs)
    });
    let keys: BTreeSet<&str> = runs.iter().map(|run| run.session.as_str()).collect();
    assert_eq!(keys.len(), sent.len(), "a session each");
    let given_up = runs.iter().filter(|run| run.state != "ok").count();
    eprintln!("{total} runs in {} sessions, {given_up} given up", keys.len());
    for ((account, person), ids) in &sent {
        let phone = ACCOUNTS
            .iter()
            .find(|(known, _)| known == account)
            .map(|(_, phone)| *phone)
            .expect("an account");
        let session = format!("agent:main:whatsapp:{account}:dm:{person}");
        let answers = wait_for("everything has arrived", PATIENCE, || {
            Some(world.fake.inbox(phone, person)).filter(|answers| answers.len() == ids.len())
        });
        let of_chat = runs.iter().filter(|run| run.session == session);
        let expected: Vec<String> = of_chat
            .zip(ids)
            .map(|(run, id)| match run.state.as_str() {
                "ok" => format!("{session} {id}"),
                _ => FAILED.to_owned(),
            })
            .collect();
        assert_eq!(answers, expected, "account {account}, {person}");
    }
}
