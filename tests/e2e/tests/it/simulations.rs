//! `fased simulate`: the demonstration of who answers, a quick storm, and the clock that only a simulation may move.

use std::fs::File;
use std::time::Duration;

use fased_e2e::control::ask;
use fased_e2e::process::{exit_code, project};
use fased_e2e::{Gateway, StateDir};
use serde_json::{Value, json};

/// A quarter of a minute on a machine that has nothing else to do.
const DEMO_DEADLINE: Duration = Duration::from_secs(150);

#[test]
fn the_demonstration_of_agents_and_tasks_goes_as_it_says() {
    let state = StateDir::new();
    let script = project().join("scripts/demo.agents.simulate");
    let script = script.display().to_string();
    let said = state.beside("said");
    let file = File::create(&said).expect("a file for what it says");
    let mut playing = state
        .fased(&["simulate", "--script", &script, "--json"])
        .stdout(file.try_clone().expect("a second handle"))
        .stderr(file)
        .spawn()
        .expect("start fased");
    let code = exit_code(&mut playing, "the end of the demonstration", DEMO_DEADLINE);
    let said = std::fs::read_to_string(said).expect("what it said");
    assert_eq!(code, 0, "{said}");
    let last: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).expect("a summary");
    let summary = &last["summary"];
    assert!(
        summary["expected"].as_u64().is_some_and(|lines| lines >= 20),
        "{last}"
    );
    assert_eq!(summary["held"], summary["expected"]);
    assert_eq!(summary["admitted"], summary["answered"]);
    assert_eq!((&summary["lost"], &summary["doubled"]), (&json!(0), &json!(0)));
}

/// Some ten seconds of faults, and as long for linking and settling; more on a busy machine.
const STORM_DEADLINE: Duration = Duration::from_secs(200);

#[test]
fn a_quick_storm_loses_doubles_and_leaves_nothing() {
    let state = StateDir::new();
    let said = state.beside("said");
    let file = File::create(&said).expect("a file for what it says");
    let mut raging = state
        .fased(&["simulate", "--storm", "--quick", "--seed", "1", "--json"])
        .stdout(file.try_clone().expect("a second handle"))
        .stderr(file)
        .spawn()
        .expect("start fased");
    let code = exit_code(&mut raging, "the end of the storm", STORM_DEADLINE);
    let said = std::fs::read_to_string(said).expect("what it said");
    assert_eq!(code, 0, "{said}");
    let last: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).expect("a report");
    let storm = &last["storm"];
    assert_eq!(storm["deviations"], json!([]), "{last}");
    let counts = &storm["counts"];
    for none in [
        "lost on the way in",
        "lost on the way out",
        "doubled",
        "delivered to somebody else",
        "processes left behind",
        "leaked files",
        "violations",
    ] {
        assert_eq!(counts[none], 0, "{none}: {last}");
    }
    assert!(
        counts["answered exactly once"]
            .as_u64()
            .is_some_and(|count| count > 20),
        "{last}"
    );
    assert_eq!(counts["did: kill gateway"], 1, "{last}");
}

#[test]
fn the_clock_of_a_real_gateway_cannot_be_moved() {
    let mut state = StateDir::new();
    let advance = json!({ "verb": "clock_advance", "ms": 60_000 });
    let gateway = Gateway::start(&state);
    let refused = ask(state.path(), &advance);
    assert_eq!(refused["kind"], "error", "{refused}");
    assert_eq!(refused["code"], "refused", "{refused}");
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|message| message.contains("no simulation")),
        "{refused}"
    );
    drop(gateway);

    state.set("FASED_SIMULATED_CLOCK", "3600000");
    let gateway = Gateway::start(&state);
    assert_eq!(ask(state.path(), &advance)["kind"], "done");
    let shown = state.json(&["gateway", "status"]);
    assert_eq!(shown["gateway"]["clock_ahead_ms"], 3_660_000, "{shown}");
    for verb in [&["gateway", "status"][..], &["status"]] {
        let said = state.verb(verb).stdout;
        assert!(
            said.contains("warning: its clock is a simulation's, 3660 s ahead"),
            "{said}"
        );
    }
    let too_far = json!({ "verb": "clock_advance", "ms": 11_u64 * 365 * 86_400_000 });
    for ask_for in [too_far, json!({ "verb": "clock_advance", "ms": u64::MAX })] {
        let refused = ask(state.path(), &ask_for);
        assert_eq!(refused["code"], "refused", "{refused}");
        assert!(says(&refused, "ten years"), "{refused}");
    }
    drop(gateway);

    for (value, part) in [("soon", "no number"), ("-400000000000", "ten years")] {
        state.set("FASED_SIMULATED_CLOCK", value);
        let error = state.error(&["gateway", "run"], 2);
        assert!(
            says(&error, "FASED_SIMULATED_CLOCK") && says(&error, part),
            "{error}"
        );
    }
    state.set("FASED_SIMULATED_CLOCK", "0");
    state.unset("FASED_WHATSAPP_URL");
    let error = state.error(&["gateway", "run"], 2);
    assert!(says(&error, "without FASED_WHATSAPP_URL"), "{error}");
}

fn says(error: &Value, part: &str) -> bool {
    error["message"]
        .as_str()
        .is_some_and(|message| message.contains(part))
}

/// An agent that fails when it is asked to; the failure is told in the chat.
const FAILING: &str = r#"
file agent.sh
#!/bin/sh
if grep -q fail; then exit 3; fi
echo fine
end file
config { channels: { whatsapp: { dmPolicy: "open", allowFrom: ["*"] } },
config   agents: { list: [{ id: "main", backend: "command", command: { argv: ["./agent.sh"] } }] },
config   messages: { failureText: "It did not work." } }
wait ready
as +15550100002 hello
as +15550100003 please fail
expect reply to +15550100003 containing "did not work"
"#;

#[test]
fn a_failure_that_was_told_counts_as_answered_only_if_the_script_expects_it() {
    let state = StateDir::new();
    let script = state.beside("failing.simulate");
    let play = |more: &str, code| {
        std::fs::write(&script, format!("{FAILING}{more}")).expect("a script");
        let script = script.display().to_string();
        let answer = state.verb(&["simulate", "--script", &script, "--json"]);
        assert_eq!(answer.code, code, "{more}: {answer:?}");
        answer
    };
    let failed = play("expect all answered within 3s\n", 1);
    assert!(failed.stderr.contains("failed 1, expected 0"), "{failed:?}");
    let expected = play("expect failures 1\nexpect all answered within 3s\n", 0);
    let last: Value = serde_json::from_str(expected.stdout.lines().last().unwrap_or_default()).expect("JSON");
    let summary = &last["summary"];
    assert_eq!((&summary["failed"], &summary["answered"]), (&json!(1), &json!(1)));
}

/// An agent that is found beside Node only.
const BESIDE_NODE: &str = r#"
config { channels: { whatsapp: { dmPolicy: "open", allowFrom: ["*"] } },
config   agents: { list: [{ id: "main", backend: "command", command: { argv: ["beside-node.sh"] } }] } }
wait ready
as +15550100002 hello
expect reply to +15550100002 containing "found"
fased agents test main hello
expect output containing "found"
"#;

#[test]
fn programs_of_a_script_find_the_node_that_is_named() {
    let mut state = StateDir::new();
    let node = state.get("FASED_NODE").filter(|node| !node.is_empty());
    let node = node.unwrap_or("node").to_owned();
    // Stands for a Node in a folder of its own.
    state.program("named-node.sh", &format!("#!/bin/sh\nexec '{node}' \"$@\"\n"));
    state.program("beside-node.sh", "#!/bin/sh\ncat > /dev/null\necho found\n");
    state.set("FASED_NODE", &state.beside("named-node.sh").display().to_string());
    let script = state.beside("beside.simulate");
    std::fs::write(&script, BESIDE_NODE).expect("a script");
    let answer = state.verb(&["simulate", "--script", &script.display().to_string()]);
    assert_eq!(answer.code, 0, "{answer:?}");
}
