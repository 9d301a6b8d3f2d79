//! A gateway that is killed takes what it has started with it: the warden beside it sees to that.

use std::fs;
use std::time::Duration;

use fased_e2e::process::signal;
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
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

fn is_dead_child(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}

fn lives(pid: i32) -> bool {
    !is_dead_child(pid) && kill(Pid::from_raw(pid), None).is_ok()
}

/// What the agent wrote down, once there are so many.
fn pids(world: &World, count: usize) -> Vec<i32> {
    wait_for("the programs work", PATIENCE, || {
        let pids = fs::read_to_string(world.state.beside("pids")).unwrap_or_default();
        let pids: Vec<i32> = pids.lines().filter_map(|line| line.parse().ok()).collect();
        (pids.len() == count).then_some(pids)
    })
}

/// What this process has started, be it dead or not.
fn children(parent: i32) -> Vec<i32> {
    let processes = fs::read_dir("/proc").expect("a Linux machine").flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|line| line == format!("PPid:\t{parent}"))
    })
    .collect()
}

/// The wardens that this gateway has started.
fn wardens(gateway: i32) -> Vec<i32> {
    let mut found = children(gateway);
    found.retain(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line)
            .trim_end_matches('\0')
            .ends_with("\0warden")
    });
    found
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
    let gateway = world.gateway().pid();
    let first = [pids(&world, 2), wardens(gateway)].concat();
    assert_eq!(first.len(), 3);
    let _done = world.state.json(&["gateway", "restart"]);
    all_gone("a restart ends all of them", &first);
    wait_for("the new gateway has no dead children", PATIENCE, || {
        (!children(gateway).into_iter().any(is_dead_child)).then_some(())
    });
    // Its run was cut off and is begun again, with a warden of the new gateway.
    let second = pids(&world, 4)[2..].to_vec();
    let second = [second, wardens(world.gateway().pid())].concat();
    assert_eq!(second.len(), 3);
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    all_gone("and so does a stop", &second);
}

/// Has what a child of ours leaves behind become ours, so that its end is told to us.
fn adopt_orphans() {
    nix::sys::prctl::set_child_subreaper(true).expect("Linux 3.4 or newer");
}

fn end_of(orphan: i32) -> WaitStatus {
    wait_for("the sidecar has ended", Duration::from_secs(4), || match waitpid(
        Pid::from_raw(orphan),
        Some(WaitPidFlag::WNOHANG),
    ) {
        Ok(WaitStatus::StillAlive) => None,
        ended => Some(ended.expect("an orphan that is ours")),
    })
}

#[test]
fn a_sidecar_that_hangs_does_not_outlive_its_gateway_and_one_that_does_not_leaves_by_itself() {
    adopt_orphans();
    let mut world = World::answering(CONFIG, &[("agent.sh", AGENT)]);
    let sidecar = |world: &World| match world.state.sidecars()[..] {
        [pid] => pid,
        ref others => panic!("one sidecar, and not {others:?}"),
    };
    let healthy = sidecar(&world);
    world.take_gateway().kill();
    assert_eq!(end_of(healthy), WaitStatus::Exited(Pid::from_raw(healthy), 0));
    world.start();
    let _account = world.until("default", "ready");
    let hung = sidecar(&world);
    signal(hung, Signal::SIGSTOP);
    let wardens = wardens(world.gateway().pid());
    world.take_gateway().kill();
    let killed = WaitStatus::Signaled(Pid::from_raw(hung), Signal::SIGKILL, false);
    assert_eq!(end_of(hung), killed);
    all_gone("and the warden", &wardens);
    world.start();
    let _account = world.until("default", "ready");
}
