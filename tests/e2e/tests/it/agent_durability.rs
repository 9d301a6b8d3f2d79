//! Nothing lost and nothing doubled with agents that take their time (A2). Small in everyday runs; with `FASED_SLOW` set
//! 2,000 messages and 200 kills.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::time::Duration;

use fased_e2e::journal::{self, Run};
use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{Chance, PATIENCE, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

const FAILED: &str = "Not this time.";
const PEOPLE: [&str; 5] = [ANNA, BERT, CARA, "+15550100005", "+15550100006"];

/// Takes up to a tenth of a second, writes down which messages it was given, and answers with their ids.
const AGENT: &str = r#"#!/bin/sh
ids=$(sed 's/"history":\[[^]]*\]//' | grep -o '3A[0-9A-F]\{18\}' | awk '!seen[$0]++' | tr '\n' ' ')
echo "$ids" >> given
sleep 0.0$(( $$ % 10 ))
echo "$ids"
"#;

/// What was sent, by person, in order.
type Sent = BTreeMap<&'static str, Vec<String>>;

/// As many kills as rounds.
fn storm(chance: &mut Chance, world: &mut World, rounds: usize) -> Sent {
    let mut sent = Sent::new();
    let (mut gateways, mut sidecars) = (0, 0);
    for round in 0..rounds {
        for number in 0..10 {
            let person = *chance.one_of(&PEOPLE);
            let id = world
                .fake
                .send(OWNER, person, &format!("round {round} number {number}"));
            sent.entry(person).or_default().push(id);
        }
        let pause = Duration::from_millis(chance.below(400));
        let since = now();
        wait_for("the random moment", PATIENCE, || {
            (since.elapsed() >= pause).then_some(())
        });
        if chance.below(2) == 0 {
            world.kill_and_start();
            gateways += 1;
        } else {
            kill_sidecar(world);
            sidecars += 1;
        }
        if chance.below(2) == 0 {
            world.until("default", "ready");
        }
    }
    world.until("default", "ready");
    eprintln!("killed: {gateways} gateways, {sidecars} sidecars");
    assert_eq!(gateways + sidecars, rounds, "each round has its kill");
    sent
}

/// Kills a sidecar: the one that runs, or the next if none does.
fn kill_sidecar(world: &World) {
    wait_for("a sidecar to kill", PATIENCE, || {
        let found = world.state.sidecars().into_iter();
        // One that has just ended by itself is no kill.
        let killed = found.filter(|sidecar| kill(Pid::from_raw(*sidecar), Signal::SIGKILL).is_ok());
        (killed.count() > 0).then_some(())
    });
}

/// Waits until everything came in and all runs are over.
fn runs_over(world: &World, total: usize) -> Vec<Run> {
    let deadline = Duration::from_secs(120);
    wait_for("the journal has every message", deadline, || {
        let rows = journal::inbound(world.state.path());
        let decided = rows.len() >= total && rows.iter().all(|row| row.outcome.is_some());
        decided.then_some(())
    });
    wait_for("all runs are over", deadline, || {
        let runs = journal::all_runs(world.state.path());
        let over = runs
            .iter()
            .all(|run| run.state != "queued" && run.state != "running");
        over.then_some(runs)
    })
}

#[test]
fn a2_each_admitted_message_reaches_an_agent_once_whoever_is_killed() {
    let mut chance = Chance::seeded("a2_each");
    let config = json!({
        "channels": { "whatsapp": {
            "dmPolicy": "open", "allowFrom": ["*"], "reconnect": { "initialMs": 200, "maxMs": 1000 },
            // So many kills as here would open the breaker.
            "supervision": { "breakerExits": 100, "breakerWindowMs": 1000 },
        } },
        "agents": { "list": [
            { "id": "main", "backend": "command", "command": { "argv": ["./agent.sh"] } },
        ] },
        "messages": { "failureText": FAILED },
    });
    let mut world = World::answering(&config.to_string(), &[("agent.sh", AGENT)]);
    let slow = std::env::var_os("FASED_SLOW").is_some();
    let rounds = if slow { 200 } else { 8 };
    let sent = storm(&mut chance, &mut world, rounds);
    let total: usize = sent.values().map(Vec::len).sum();

    let runs = runs_over(&world, total);
    let journaled = journal::inbound(world.state.path());
    assert_eq!(journaled.len(), total, "each message once");
    assert!(
        journaled
            .iter()
            .all(|row| row.outcome.as_deref() == Some("admit"))
    );
    for (person, ids) in &sent {
        let digits = person.trim_start_matches('+');
        let of_chat = journaled.iter().filter(|row| row.chat.starts_with(digits));
        let in_order: Vec<&String> = of_chat.map(|row| &row.message_id).collect();
        assert_eq!(in_order, ids.iter().collect::<Vec<_>>(), "the chat with {person}");
    }
    for run in &runs {
        let fine = match run.state.as_str() {
            "ok" => (1..=2).contains(&run.attempts),
            // Begun, cut off, begun once more and cut off again.
            "interrupted" => run.attempts == 2,
            _ => false,
        };
        assert!(fine, "{run:?}");
    }
    let answered_by = journal::answered_by(world.state.path());
    assert_eq!(answered_by.len(), total, "each belongs to one run");
    given_as_often_as_begun(&world, &runs, &answered_by);
    answers_are_those_of_the_runs(&world, &runs, &answered_by);
    let cut_off = runs.iter().filter(|run| run.attempts > 1).count();
    let given_up = runs.iter().filter(|run| run.state == "interrupted").count();
    eprintln!(
        "{total} messages in {} runs; {cut_off} were begun twice, {given_up} given up",
        runs.len()
    );
    if slow {
        assert!(
            cut_off > 0,
            "some kill has cut off a run, which was begun once more"
        );
        let done = runs.iter().filter(|run| run.attempts > 1 && run.state == "ok");
        assert!(done.count() > 0, "and went well then");
    }
}

/// The agent has seen each message, and no more often than its run was begun.
fn given_as_often_as_begun(world: &World, runs: &[Run], answered_by: &[(String, i64)]) {
    let given = fs::read_to_string(world.state.beside("given")).expect("what the agent wrote down");
    let mut seen: HashMap<&str, i64> = HashMap::new();
    for id in given.split_whitespace() {
        *seen.entry(id).or_default() += 1;
    }
    for (id, run) in answered_by {
        let run = runs.iter().find(|known| known.id == *run).expect("its run");
        let times = seen.get(id.as_str()).copied().unwrap_or_default();
        assert!(
            times <= run.attempts && (times >= 1 || run.state == "interrupted"),
            "{id} was given {times} times: {run:?}"
        );
    }
}

/// Each person has the answer of each run once, in order.
fn answers_are_those_of_the_runs(world: &World, runs: &[Run], answered_by: &[(String, i64)]) {
    for person in PEOPLE {
        let digits = person.trim_start_matches('+');
        let expected: Vec<String> = runs
            .iter()
            .filter(|run| run.chat.starts_with(digits))
            .map(|run| {
                let ids = answered_by
                    .iter()
                    .filter(|(_, of)| *of == run.id)
                    .map(|(id, _)| id.as_str());
                match run.state.as_str() {
                    "ok" => ids.collect::<Vec<_>>().join(" "),
                    _ => FAILED.to_owned(),
                }
            })
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        world.until_inbox(OWNER, person, &expected);
    }
}
