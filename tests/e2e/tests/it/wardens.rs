//! A gateway that is killed takes what it has started with it: the warden beside it sees to that.

use std::fs;
use std::time::Duration;

use fased_e2e::process::signal;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const CONFIG: &str = r#"{
    agents: { list: [{ id: "main", backend: "command", command: { argv: ["./agent.sh"] } }] },
    channels: { whatsapp: { dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } } },
}"#;

/// Works for ever, deaf to all it can be deaf to, with a child that does the same; both write their numbers down. Once
/// `go` is there it answers.
const AGENT: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
[ -e go ] && { echo done; exit; }
trap '' TERM HUP INT PIPE
sh -c 'trap "" TERM HUP INT PIPE; echo $$ >> pids; while :; do sleep 1; done' &
echo $$ >> pids
while :; do sleep 1; done
"#;

fn lives(pid: i32) -> bool {
    let dead = fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    !dead && kill(Pid::from_raw(pid), None).is_ok()
}

/// What the agent wrote down, once there are so many.
fn pids(world: &World, count: usize) -> Vec<i32> {
    wait_for("the programs work", PATIENCE, || {
        let pids = fs::read_to_string(world.state.beside("pids")).unwrap_or_default();
        let pids: Vec<i32> = pids.lines().filter_map(|line| line.parse().ok()).collect();
        (pids.len() == count).then_some(pids)
    })
}

/// The wardens that this gateway has started.
fn wardens(gateway: i32) -> Vec<i32> {
    let processes = fs::read_dir("/proc").expect("a Linux machine").flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        status.lines().any(|line| line == format!("PPid:\t{gateway}"))
            && String::from_utf8_lossy(&line)
                .trim_end_matches('\0')
                .ends_with("\0warden")
    })
    .collect()
}

fn all_gone(what: &str, pids: &[i32]) {
    wait_for(what, Duration::from_secs(2), || {
        (!pids.iter().any(|pid| lives(*pid))).then_some(())
    });
}

#[test]
fn kill_9_of_the_gateway_leaves_no_program_behind() {
    let mut world = World::answering(CONFIG, &[("agent.sh", AGENT)]);
    let _id = world.fake.send(OWNER, ANNA, "one");
    let _id = world.fake.send(OWNER, BERT, "two");
    let working = pids(&world, 4);
    let wardens = wardens(world.gateway().pid());
    assert_eq!(wardens.len(), 1, "one for all of them");
    assert!(working.iter().all(|pid| lives(*pid)));
    world.take_gateway().kill();
    all_gone("the programs and all they started are gone", &working);
    all_gone("and the warden", &wardens);
    // What was cut off is answered by the next gateway.
    fs::write(world.state.beside("go"), "").expect("written");
    world.start();
    world.until_inbox(OWNER, ANNA, &["done"]);
    world.until_inbox(OWNER, BERT, &["done"]);
}

#[test]
fn a_warden_that_is_gone_is_replaced_and_the_next_knows_of_all_programs() {
    let mut world = World::answering(CONFIG, &[("agent.sh", AGENT)]);
    let _id = world.fake.send(OWNER, ANNA, "one");
    let _first = pids(&world, 2);
    let gone = wardens(world.gateway().pid());
    gone.iter().for_each(|pid| signal(*pid, Signal::SIGKILL));
    all_gone("the warden is killed", &gone);
    let _id = world.fake.send(OWNER, BERT, "two");
    let working = pids(&world, 4);
    assert_eq!(wardens(world.gateway().pid()).len(), 1);
    world.take_gateway().kill();
    all_gone("those of before are gone, too", &working);
}

#[test]
fn a_gateway_that_ends_or_restarts_leaves_neither_program_nor_warden() {
    let world = World::answering(CONFIG, &[("agent.sh", AGENT)]);
    let _id = world.fake.send(OWNER, ANNA, "one");
    let first = [pids(&world, 2), wardens(world.gateway().pid())].concat();
    assert_eq!(first.len(), 3);
    let _done = world.state.json(&["gateway", "restart"]);
    all_gone("a restart ends all of them", &first);
    // Its run was cut off and is begun again, with a warden of the new gateway.
    let second = pids(&world, 4)[2..].to_vec();
    let second = [second, wardens(world.gateway().pid())].concat();
    assert_eq!(second.len(), 3);
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    all_gone("and so does a stop", &second);
}
