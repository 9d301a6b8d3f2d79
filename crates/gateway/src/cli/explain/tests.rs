use super::*;

fn run(kind: &str, agent: &str) -> RunInfo {
    RunInfo {
        id: 49,
        kind: kind.to_owned(),
        agent: agent.to_owned(),
        state: "ok".to_owned(),
        attempts: 1,
        answers: Vec::new(),
        context: Vec::new(),
        failure: None,
        error: None,
        stderr: None,
        forks: Vec::new(),
    }
}

fn chosen(agent: &str) -> RouteInfo {
    RouteInfo {
        agent: agent.to_owned(),
        agents: Vec::new(),
        by: "chosen".to_owned(),
        sentence: "chosen in this chat by /agent switch".to_owned(),
        source: SourceInfo {
            level: "stored".to_owned(),
            path: "the agent chosen for this chat".to_owned(),
            file: None,
            line: None,
        },
    }
}

fn told(run: RunInfo, route: Option<RouteInfo>) -> String {
    rendered(&Explanation {
        direction: "in".to_owned(),
        run: Some(run),
        route,
        ..Explanation::default()
    })
}

#[test]
fn the_agent_of_the_chat_and_that_of_the_run_are_told_apart() {
    let text = told(run("message", "parrot"), Some(chosen("parrot")));
    assert!(
        text.contains("agent         parrot: chosen in this chat by /agent switch\n"),
        "{text}"
    );
    assert!(text.contains("run           49 by agent parrot, ok"), "{text}");
    let text = told(run("message", "main"), Some(chosen("parrot")));
    assert!(text.contains("agent now     parrot: chosen"), "{text}");
}

#[test]
fn a_chat_command_was_answered_by_no_agent() {
    let text = told(run("command", "main"), None);
    assert!(
        text.contains("run           49, a chat command; the gateway answered it, no agent was asked: ok"),
        "{text}"
    );
    assert!(!text.contains("by agent"), "{text}");
}

#[test]
fn each_of_several_agents_is_told_with_what_became_of_it() {
    let failed = RunInfo {
        id: 51,
        state: "error".to_owned(),
        failure: Some("timed_out".to_owned()),
        ..run("message", "ops")
    };
    let text = told(
        RunInfo {
            state: failed.state.clone(),
            failure: failed.failure.clone(),
            forks: vec![run("message", "main"), failed],
            ..run("broadcast", "main, ops")
        },
        None,
    );
    for line in [
        "49, shared out among main, ops: error: timed_out",
        "49 by agent main, ok, started 1 times",
        "51 by agent ops, error, started 1 times: timed_out",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
