//! `fased simulate`: the demonstration of who answers, and the clock that only a simulation may move.

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
    drop(gateway);

    state.set("FASED_SIMULATED_CLOCK", "soon");
    let error = state.error(&["gateway", "run"], 2);
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| message.contains("FASED_SIMULATED_CLOCK")),
        "{error}"
    );
}
