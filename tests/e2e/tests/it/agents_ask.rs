//! Agents that speak the Agent Client Protocol: what they ask in the chat, who answers it, and what becomes of their
//! processes. The agent is one that an independent library made: see `tests/acp-agent`.

use std::time::Duration;

use fased_e2e::process::{fased, project};
use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, control, never_within, wait_for};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde_json::{Value, json};

const FAILED: &str = "Not this time.";
const ASKED: &str = "🔐 Coder asks for permission:";

/// Anna owns the account; Bert may write and use commands.
fn asking() -> World {
    asking_on(&json!({ "dmPolicy": "open", "allowFrom": ["*"], "owners": [ANNA], "groupPolicy": "open" }))
}

/// An agent that asks, on an account with this config.
fn asking_on(whatsapp: &Value) -> World {
    let mut world = World::new();
    let agent = project().join("tests/acp-agent/agent.js");
    let node = std::env::var("FASED_NODE").unwrap_or_else(|_| "node".to_owned());
    let kept = world.state.beside("kept");
    let argv = json!([node, agent, "--state", kept, "--load"]);
    let config = json!({
        "channels": { "whatsapp": whatsapp },
        "commands": { "allowFrom": [BERT] },
        "messages": { "failureText": FAILED },
        "agents": { "list": [
            { "id": "main", "name": "Coder", "backend": "acp", "acp": { "argv": argv } },
            { "id": "tools", "backend": "acp", "acp": { "argv": argv }, "tools": { "whatsapp": true } },
        ] },
    });
    world.state.configure(&config.to_string());
    world.state.set("FASED_SIMULATED_CLOCK", "0");
    world.start();
    world.link("default", OWNER);
    world
}

/// Waits for a message with these words on somebody's phone, after so many others with them; all of its text.
fn told(world: &World, person: &str, words: &str, after: usize) -> String {
    wait_for(&format!("{person} is told {words:?}"), PATIENCE, || {
        let inbox = world.fake.inbox(OWNER, person);
        inbox.into_iter().filter(|text| text.contains(words)).nth(after)
    })
}

fn reason(world: &World, id: &str) -> String {
    world.verdict(id)["reason"].as_str().expect("a reason").to_owned()
}

/// Waits until the run of a message is over; the run.
fn run(world: &World, id: &str) -> Value {
    wait_for("the run is over", PATIENCE, || {
        let mut message = world.verdict(id);
        let run = message["run"].take();
        let state = run["state"].as_str()?;
        (!matches!(state, "queued" | "running")).then_some(run)
    })
}

/// Waits until a question can be answered, which is not before it could be read.
fn until_waiting(world: &World) {
    wait_for("it waits", PATIENCE, || (waiting(world) == 1).then_some(()));
}

/// How many questions `fased status` says wait.
fn waiting(world: &World) -> u64 {
    world.account("default")["questions"].as_u64().expect("a number")
}

#[test]
fn an_owner_is_asked_in_the_chat_and_nobody_else_answers() {
    let world = asking();
    let asked = world.fake.send(OWNER, ANNA, "acp:ask=rm_-r_build");
    let question = told(&world, ANNA, ASKED, 0);
    assert!(question.contains("> rm -r build"), "{question}");
    assert!(
        question.contains("\n1. Allow\n2. Always allow (from now on)\n3. Reject\n"),
        "{question}"
    );
    until_waiting(&world);
    let attention = world.state.json(&["status"])["attention"].take();
    assert_eq!(attention[0]["code"], "question", "{attention}");
    wait_for("the chat shows that somebody types", PATIENCE, || {
        let typed = world.fake.records("chatstate");
        typed
            .iter()
            .any(|shown| shown["state"] == "composing")
            .then_some(())
    });
    // Bert asks for the same, and is told no at once: he could not answer, though he may use commands.
    let _his = world.fake.send(OWNER, BERT, "acp:ask=rm_-r_build");
    let _no = told(&world, BERT, "permission: reject", 0);
    let inbox = world.fake.inbox(OWNER, BERT);
    assert!(!inbox.iter().any(|text| text.contains(ASKED)), "{inbox:?}");
    // Anna's is the answer to hers.
    let wrong = world.fake.send(OWNER, ANNA, "9");
    let told_which = told(&world, ANNA, "There is no choice 9", 0);
    assert!(
        told_which.ends_with("1. Allow\n2. Always allow (from now on)\n3. Reject"),
        "{told_which}"
    );
    let right = world.fake.send(OWNER, ANNA, " 1. ");
    let _done = told(&world, ANNA, "Coder goes on: Allow (rm -r build).", 0);
    let _answer = told(&world, ANNA, "permission: allow", 0);
    for id in [&wrong, &right] {
        assert_eq!(reason(&world, id), "permission_answer");
        let explained = world.verdict(id);
        assert_eq!(explained["run"]["kind"], "command");
        assert!(explained["now"].is_null(), "{explained}");
    }
    assert_eq!(run(&world, &asked)["state"], "ok");
    assert_eq!(waiting(&world), 0);
    // Now nothing waits, and a number is a question like any other.
    let talk = world.fake.send(OWNER, ANNA, "1");
    assert_eq!(reason(&world, &talk), "dm_open");
    let _answer = told(&world, ANNA, "You said: 1", 0);
}

#[test]
fn in_a_group_an_owner_answers_without_a_mention() {
    let world = asking();
    for contact in [ANNA, BERT] {
        let _lid = world.fake.contact(&json!({ "phone": contact }));
    }
    let group = world.fake.group("pn", &[OWNER, ANNA, BERT]);
    let in_group = |from: &str, text: &str, mentions: &[&str]| {
        let message = json!({ "group": group, "from": from, "text": text, "mentions": mentions });
        world.fake.send_with(&message).remove(0)
    };
    let asked = in_group(BERT, "@you acp:ask", &[OWNER]);
    wait_for("the group is asked", PATIENCE, || {
        (waiting(&world) == 1).then_some(())
    });
    let by_bert = in_group(BERT, "1", &[]);
    assert_eq!(reason(&world, &by_bert), "no_mention");
    let by_anna = in_group(ANNA, "3", &[]);
    assert_eq!(reason(&world, &by_anna), "permission_answer");
    assert_eq!(run(&world, &asked)["state"], "ok");
}

/// On a personal number the owner answers from the linked phone, in the chat of whoever asked for something.
#[test]
fn the_owner_of_a_personal_number_answers_by_hand() {
    let world = asking_on(&json!({ "mode": "personal", "dmPolicy": "open", "allowFrom": ["*"] }));
    let by_hand = |text: &str| {
        let typed = json!({ "to": OWNER, "from": OWNER, "chat": ANNA, "text": text });
        world.fake.send_with(&typed).remove(0)
    };
    let before = by_hand("1");
    assert_eq!(reason(&world, &before), "own_outgoing");
    let _asked = world.fake.send(OWNER, ANNA, "acp:ask");
    let _question = told(&world, ANNA, ASKED, 0);
    until_waiting(&world);
    let hers = world.fake.send(OWNER, ANNA, "1");
    assert_eq!(reason(&world, &hers), "dm_open");
    let talk = by_hand("one moment");
    assert_eq!(reason(&world, &talk), "own_outgoing");
    let answer = by_hand("3");
    assert_eq!(reason(&world, &answer), "permission_answer");
    let _answer = told(&world, ANNA, "permission: reject", 0);
}

/// What is edited into a number was no answer when it was written, and is none now.
#[test]
fn an_edit_is_no_answer() {
    let world = asking();
    let _asked = world.fake.send(OWNER, ANNA, "acp:ask");
    let _question = told(&world, ANNA, ASKED, 0);
    until_waiting(&world);
    let talk = world.fake.send(OWNER, ANNA, "what was that?");
    assert_eq!(reason(&world, &talk), "dm_open");
    let edit = json!({ "to": OWNER, "from": ANNA, "kind": "edit", "target": talk, "text": "1" });
    let edited = world.fake.send_with(&edit).remove(0);
    assert_eq!(reason(&world, &edited), "about_message");
    assert_eq!(waiting(&world), 1);
}

#[test]
fn without_an_answer_it_is_no_and_a_refusal_is_one() {
    let world = asking();
    let _refused = world.fake.send(OWNER, ANNA, "acp:ask=one");
    let _question = told(&world, ANNA, "> one", 0);
    until_waiting(&world);
    let _no = world.fake.send(OWNER, ANNA, "3");
    let _answer = told(&world, ANNA, "permission: reject", 0);
    let _unanswered = world.fake.send(OWNER, ANNA, "acp:ask=two");
    let _question = told(&world, ANNA, "> two", 0);
    until_waiting(&world);
    let advance = json!({ "verb": "clock_advance", "ms": 200_000 });
    assert_eq!(control::ask(world.state.path(), &advance)["kind"], "done");
    never_within("an end of the wait", Duration::from_millis(300), || {
        waiting(&world) == 0
    });
    let advance = json!({ "verb": "clock_advance", "ms": 100_000 });
    assert_eq!(control::ask(world.state.path(), &advance)["kind"], "done");
    let _told = told(
        &world,
        ANNA,
        "No owner answered within 5 minutes, so Coder was told no.",
        0,
    );
    let answer = told(&world, ANNA, "permission: ", 1);
    assert_eq!(answer, "permission: reject");
}

#[test]
fn an_agent_that_dies_leaves_its_last_words_in_the_record() {
    let world = asking();
    let killed = world.fake.send(OWNER, ANNA, "acp:die=2000");
    let _told = told(&world, ANNA, FAILED, 0);
    let record = run(&world, &killed);
    assert_eq!(
        (&record["state"], &record["failure"]),
        (&"error".into(), &"exited".into())
    );
    let error = record["error"].as_str().expect("why");
    assert!(error.contains("signal: 9"), "{error}");
    assert!(error.len() <= 2_048, "{} bytes", error.len());
    let stderr = record["stderr"].as_str().expect("what it complained of");
    assert!(stderr.trim_end().ends_with("something is wrong 2000"), "{stderr}");
    assert!(
        stderr.len() > 8_192 && stderr.len() <= 65_536,
        "{} bytes",
        stderr.len()
    );
    let words = world.state.verb(&["explain", &killed]).stdout;
    assert!(
        words.contains("something is wrong 1991") && words.contains("something is wrong 2000"),
        "{words}"
    );
    assert!(
        !world.state.log().contains("something is wrong"),
        "the log repeats it"
    );
    // The next message finds another process.
    let _next = world.fake.send(OWNER, ANNA, "are you there?");
    let _answer = told(&world, ANNA, "You said: are you there?", 0);
}

#[test]
fn a_conversation_goes_on_after_a_restart_and_ends_with_new() {
    let mut world = asking();
    let _first = world.fake.send(OWNER, ANNA, "acp:which");
    let first = told(&world, ANNA, "turn 1 new", 0);
    let session = first.split(' ').nth(2).expect("a session").to_owned();
    world.kill_and_start();
    world.until("default", "ready");
    let _second = world.fake.send(OWNER, ANNA, "acp:which once more");
    let second = told(&world, ANNA, "turn 2 loaded", 0);
    assert!(second.contains(&session), "{second} is not {session}");
    let _new = world.fake.send(OWNER, ANNA, "/new");
    let _told = told(&world, ANNA, "A new conversation begins", 0);
    let _third = world.fake.send(OWNER, ANNA, "acp:which and now");
    let third = told(&world, ANNA, "turn 1 new", 1);
    assert!(!third.contains(&session), "{third} is still {session}");
}

/// A question is no part of the answer: the run is started again, and asks again.
#[test]
fn after_a_restart_it_is_asked_again() {
    let mut world = asking();
    let asked = world.fake.send(OWNER, ANNA, "acp:ask=again");
    let _question = told(&world, ANNA, "> again", 0);
    world.kill_and_start();
    world.until("default", "ready");
    let _question = told(&world, ANNA, "> again", 1);
    until_waiting(&world);
    let number = world.fake.send(OWNER, ANNA, "1");
    let _answer = told(&world, ANNA, "permission: allow", 0);
    assert_eq!(reason(&world, &number), "permission_answer");
    let run = run(&world, &asked);
    assert_eq!((&run["state"], &run["attempts"]), (&"ok".into(), &2.into()));
}

/// Most answers are there before that, so it takes twenty seconds.
#[test]
fn what_it_is_doing_is_told_while_it_takes_long() {
    let world = asking();
    let _asked = world
        .fake
        .send(OWNER, ANNA, "acp:tool acp:slow=21000 acp:say=at_last");
    let progress = told(&world, ANNA, "⏳", 0);
    assert!(progress.len() > "⏳ ".len(), "{progress}");
    let _answer = told(&world, ANNA, "at last", 0);
}

#[test]
fn a_task_asks_in_its_chat() {
    let world = asking();
    let _known = world.fake.send(OWNER, ANNA, "hello");
    let _answer = told(&world, ANNA, "You said: hello", 0);
    let _task = world
        .state
        .json(&["tasks", "new", "acp:ask=tidy_up", "--to", ANNA]);
    let _question = told(&world, ANNA, "> tidy up", 0);
    until_waiting(&world);
    let _number = world.fake.send(OWNER, ANNA, "1");
    let _answer = told(&world, ANNA, "permission: allow", 0);
}

/// `agents test` has nobody to ask, and whoever types it may be no owner.
#[test]
fn what_is_tried_without_whatsapp_is_allowed_nothing() {
    let world = asking();
    let tried = world.state.verb(&["agents", "test", "main", "acp:ask=open_it"]);
    assert_eq!(
        (tried.code, tried.stdout.trim()),
        (0, "permission: reject"),
        "{tried:?}"
    );
    assert!(tried.stderr.contains("is told no: open it"), "{}", tried.stderr);
}

#[test]
fn an_agent_is_offered_this_gateway_only_if_it_is_to_be() {
    let world = asking();
    let offered = |agent: &str| {
        let tried = world.state.verb(&["agents", "test", agent, "acp:servers"]);
        serde_json::from_str::<Value>(&tried.stdout).unwrap_or_else(|error| panic!("{tried:?}: {error}"))
    };
    assert_eq!(offered("main"), json!([]));
    let tool = &offered("tools")[0];
    assert_eq!(tool["name"], "whatsapp");
    let state_dir = world.state.path().display().to_string();
    assert_eq!(
        tool["args"],
        json!(["--state-dir", state_dir, "mcp", "--agent", "tools"])
    );
    let program = std::fs::canonicalize(tool["command"].as_str().expect("a program"));
    assert_eq!(
        program.expect("it is there"),
        std::fs::canonicalize(fased()).expect("it is there")
    );
    let listed = world.state.verb(&["agents", "list"]).stdout;
    assert!(listed.contains("and is offered whatsapp"), "{listed}");
}

/// A process that is kept between turns is none of those that a gateway may leave behind.
#[test]
fn an_agents_process_ends_with_its_gateway() {
    let mut world = asking();
    let _asked = world.fake.send(OWNER, ANNA, "acp:which");
    let said = told(&world, ANNA, "turn 1 new", 0);
    let pid: i32 = said
        .split(' ')
        .nth(1)
        .and_then(|pid| pid.parse().ok())
        .expect("a process id");
    let lives = || kill(Pid::from_raw(pid), None).is_ok();
    assert!(lives());
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    assert_eq!(world.take_gateway().ended(PATIENCE), 0);
    assert!(!lives(), "it has outlived the gateway");
}
