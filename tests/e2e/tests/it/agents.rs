//! Agents without WhatsApp: which there are, and what one answers.

use std::fs;
use std::path::Path;
use std::time::Duration;

use fased_e2e::StateDir;
use fased_e2e::process::{exit_code, pid_of, signal};
use fased_e2e::wait::wait_for;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

const DEADLINE: Duration = Duration::from_secs(30);

const AGENTS: &str = r#"{ agents: { list: [
  { id: "main" },
  { id: "loud", backend: "command", command: { argv: ["./loud.sh"] } },
  { id: "parts", backend: "command", command: { output: "ndjson", argv: ["sh", "-c",
      "echo '{\"type\":\"progress\",\"text\":\"thinking\"}'; echo '{\"type\":\"reply\",\"text\":\"one\"}'; echo '{\"type\":\"reply\",\"text\":\"two\"}'"] } },
  { id: "who", name: "Whoever", backend: "command", command: { argv: ["sh", "-c", "echo $FASED_AGENT in $FASED_SESSION"] } },
  { id: "failing", backend: "command", command: { argv: ["sh", "-c", "echo oops >&2; exit 3"] } },
  { id: "missing", backend: "command", command: { argv: ["no-such-program-1"] } },
  { id: "endless", backend: "command", replyTimeoutSeconds: 1,
    command: { argv: ["sh", "-c", "echo $$ > endless.pid; exec sleep 1000"] } },
  { id: "patient", backend: "command", command: { argv: ["sh", "-c", "echo $$ > patient.pid; exec sleep 1000"] } },
] }, bindings: [{ agentId: "loud", match: { peer: { kind: "direct", id: "+15550100001" } } }] }"#;

fn state() -> StateDir {
    let mut state = StateDir::new();
    state.configure(AGENTS);
    // It answers in capitals with the text that it finds in the envelope.
    let program = state.beside("loud.sh");
    let script = "#!/bin/sh\ngrep -o '\"text\":\"[a-z ]*\"' | head -n 1 | cut -d '\"' -f 4 | tr a-z A-Z\n";
    fs::write(&program, script).expect("write a program");
    let mut mode = fs::metadata(&program).expect("its mode").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    fs::set_permissions(&program, mode).expect("make it runnable");
    state
}

/// The program that wrote its process id there.
fn program(file: &Path) -> Pid {
    wait_for("the program's process id", DEADLINE, || {
        let text = fs::read_to_string(file).ok()?;
        text.trim().parse().ok().map(Pid::from_raw)
    })
}

fn is_gone(pid: Pid) -> bool {
    kill(pid, None).is_err()
}

#[test]
fn without_a_config_there_is_one_and_it_repeats() {
    let state = StateDir::new();
    let listed = state.json(&["agents", "list"]);
    assert_eq!(listed["agents"][0]["id"], "main", "{listed}");
    assert_eq!(listed["agents"][0]["answers"][0]["by"], "default");
    let answer = state.verb(&["agents", "test", "main", "hello *there*"]);
    assert_eq!(
        (answer.code, answer.stdout.as_str()),
        (0, "hello *there*\n"),
        "{answer:?}"
    );
    assert!(
        !state.path().exists(),
        "neither looking nor asking makes a state dir"
    );
}

#[test]
fn a_program_is_asked_and_its_parts_come_out() {
    let state = state();
    let loud = state.verb(&["agents", "test", "loud", "hello there"]);
    assert_eq!(
        (loud.code, loud.stdout.as_str()),
        (0, "HELLO THERE\n"),
        "{loud:?}"
    );
    let parts = state.verb(&["agents", "test", "parts", "x"]);
    assert_eq!(
        (parts.code, parts.stdout.as_str()),
        (0, "one\n\ntwo\n"),
        "{parts:?}"
    );
    assert!(parts.stderr.contains("thinking"), "{parts:?}");
    let who = state.verb(&["agents", "test", "who", "x"]);
    assert_eq!(who.stdout, "who in agent:who:test\n", "{who:?}");
    let told = state.json(&["agents", "test", "parts", "x"]);
    assert_eq!(told["parts"], json!(["one", "two"]));
    assert_eq!(
        (&told["text"], &told["failure"]),
        (&json!("one\n\ntwo"), &json!(null))
    );
    assert!(told["duration_ms"].is_u64(), "{told}");
}

#[test]
fn an_agent_that_fails_is_1_and_says_why() {
    let state = state();
    let error = state.verb(&["agents", "test", "failing", "x"]);
    assert_eq!((error.code, error.stdout.as_str()), (1, ""), "{error:?}");
    assert!(error.stderr.contains("exit status: 3: oops"), "{error:?}");
    let told = state.verb(&["agents", "test", "failing", "x", "--json"]);
    assert_eq!(
        (told.code, &told.json()["failure"]["code"]),
        (1, &json!("exited")),
        "{told:?}"
    );
    let told = state.verb(&["agents", "test", "missing", "x", "--json"]);
    assert_eq!(
        (told.code, &told.json()["failure"]["code"]),
        (1, &json!("not_started")),
        "{told:?}"
    );
    let nobody = state.error(&["agents", "test", "lout", "x"], 1);
    assert_eq!(nobody["code"], "not_found");
    assert!(
        nobody["next"].as_str().is_some_and(|next| next.contains("loud")),
        "{nobody}"
    );
}

#[test]
fn an_agent_that_never_ends_is_6_and_its_program_is_gone() {
    let state = state();
    let told = state.verb(&["agents", "test", "endless", "x", "--json"]);
    assert_eq!(
        (told.code, &told.json()["failure"]["code"]),
        (6, &json!("timed_out")),
        "{told:?}"
    );
    assert!(is_gone(program(&state.beside("endless.pid"))));
}

#[test]
fn a_test_that_is_interrupted_ends_the_program() {
    let state = state();
    let mut child = state
        .fased(&["agents", "test", "patient", "x"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("start fased");
    let program = program(&state.beside("patient.pid"));
    signal(pid_of(&child), Signal::SIGINT);
    assert_eq!(exit_code(&mut child, "fased agents test", DEADLINE), 1);
    assert!(is_gone(program));
}

#[test]
fn the_route_is_told_with_its_line() {
    let state = state();
    let told = state.json(&["explain", "--sender", "+15550100001"]);
    assert_eq!(told["route"]["agent"], "loud", "{told}");
    assert_eq!(told["route"]["by"], "peer_binding");
    assert_eq!(told["route"]["source"]["path"], "bindings[0].agentId");
    let answer = state.verb(&["explain", "--sender", "+15550100001"]);
    assert!(
        answer.stdout.contains("loud: a binding names this chat"),
        "{answer:?}"
    );
}

#[test]
fn a_wrong_agent_is_a_wrong_config() {
    let mut state = StateDir::new();
    state.configure("{ agents: { list: [{ id: 'a', backend: 'command' }] } }");
    let error = state.error(&["agents", "test", "a", "x"], 2);
    assert_eq!(error["code"], "config");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| message.contains("argv: [")),
        "{error}"
    );
}
