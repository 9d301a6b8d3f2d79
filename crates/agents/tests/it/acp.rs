//! An agent's process, asked and heard.

use std::collections::BTreeMap;

use fased_agents::{Failure, Image, Request, Role, Said, ToolServer};
use serde_json::{Value, json};

use crate::acp_agent::{World, ask, said, which};

#[tokio::test]
async fn words_come_as_they_are_said() {
    let world = World::new(&[]).await;
    let turn = ask(&world.backend(), &said("a", "good day")).await;
    let done = turn.ended.clone().expect("it went well");
    assert_eq!(turn.said(), "You said: good day");
    let detail: Value = serde_json::from_str(&done.detail.expect("there is one")).expect("JSON");
    assert_eq!(
        detail,
        json!({"agent": "test-agent", "version": "1.2.3", "stop": "end_turn"})
    );
    assert_eq!(done.cut_short, None);
    assert_eq!(done.session, None, "it cannot take it up again");
}

#[tokio::test]
async fn a_conversation_keeps_its_process_and_another_has_its_own() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (first, how) = which(&backend, "a").await;
    assert!(how.ends_with("turn 1 new"), "{how}");
    let (again, how) = which(&backend, "a").await;
    assert_eq!(again, first);
    assert!(how.ends_with("turn 2 new"), "{how}");
    let (other, how) = which(&backend, "b").await;
    assert_ne!(other, first);
    assert!(how.ends_with("turn 1 new"), "{how}");
}

#[tokio::test]
async fn only_the_first_prompt_tells_what_was_before() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let request = Request {
        system_prompt: Some("Be kind.".to_owned()),
        history: vec![Said {
            role: Role::User,
            text: "earlier words".to_owned(),
        }],
        ..said("a", "acp:told")
    };
    let told = async || {
        let told = ask(&backend, &request).await.said();
        let blocks: Vec<Value> = serde_json::from_str(&told).expect("JSON");
        let text = |block: Value| block["text"].as_str().expect("a text").to_owned();
        blocks.into_iter().map(text).collect::<Vec<_>>()
    };
    let first = told().await;
    assert_eq!(first[0], "Be kind.");
    assert!(first[1].contains("They: earlier words"), "{}", first[1]);
    assert_eq!(first[2..], ["acp:told"]);
    assert_eq!(told().await, ["acp:told"]);
}

#[tokio::test]
async fn pictures_are_handed_over_or_shown_where_they_are() {
    for (arguments, kind) in [(&["--images"][..], "image"), (&[], "resource_link")] {
        let world = World::new(arguments).await;
        let path = world.folder.path().join("a.png");
        std::fs::write(&path, b"a picture").expect("written");
        let mut request = said("a", "acp:told");
        request.images = vec![Image {
            mime: "image/png".to_owned(),
            path: path.clone(),
        }];
        let told = ask(&world.backend(), &request).await.said();
        let blocks: Value = serde_json::from_str(&told).expect("JSON");
        let picture = &blocks[1];
        assert_eq!(picture["type"], kind, "{picture}");
        assert_eq!(picture["mimeType"], "image/png");
        match kind {
            "image" => assert_eq!(picture["data"], "12 characters"),
            _ => assert_eq!(picture["uri"], format!("file://{}", path.display())),
        }
    }
}

#[tokio::test]
async fn it_is_offered_tools_and_knows_where_it_is() {
    let mut world = World::new(&[]).await;
    world.settings.tools = vec![ToolServer {
        name: "whatsapp".to_owned(),
        argv: vec!["/usr/bin/tool".to_owned(), "mcp".to_owned()],
        environment: BTreeMap::from([("A".to_owned(), "1".to_owned())]),
    }];
    let backend = world.backend();
    let request = Request {
        envelope: json!({"agent": "ada"}),
        ..said("a", "acp:servers")
    };
    let servers: Value = serde_json::from_str(&ask(&backend, &request).await.said()).expect("JSON");
    assert_eq!(
        servers,
        json!([{"name": "whatsapp", "command": "/usr/bin/tool", "args": ["mcp"], "env": [{"name": "A", "value": "1"}]}])
    );
    let variable = ask(&backend, &said("a", "acp:env=FASED_AGENT")).await.said();
    assert_eq!(variable, "FASED_AGENT=ada");
    let here = world.folder.path().canonicalize().expect("it is there");
    let places = ask(&backend, &said("a", "acp:where")).await.said();
    assert_eq!(
        places,
        format!("{} {}", world.folder.path().display(), here.display())
    );
}

#[tokio::test]
async fn what_nobody_knows_and_noise_hurt_nobody() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let unknown = ask(&backend, &said("a", "acp:unknown acp:think")).await;
    assert_eq!(unknown.said(), "refused: -32601");
    let (before, _) = which(&backend, "a").await;
    let noise = ask(&backend, &said("a", "acp:noise")).await;
    assert_eq!(noise.said(), "all the same");
    assert_eq!(which(&backend, "a").await.0, before);
}

#[tokio::test]
async fn a_line_without_an_end_ends_the_turn_and_the_process() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (before, _) = which(&backend, "a").await;
    let failure = ask(&backend, &said("a", "acp:long")).await.failure();
    let Failure::BadAnswer(why) = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(why, "one line of its output is longer than 8388608 bytes");
    let (after, how) = which(&backend, "a").await;
    assert_ne!(after, before);
    assert!(how.ends_with("turn 1 new"), "{how}");
}

#[tokio::test]
async fn all_of_much_is_heard_in_order() {
    let world = World::new(&[]).await;
    let words = ask(&world.backend(), &said("a", "acp:flood=3000 acp:say=end"))
        .await
        .said();
    assert_eq!(words, format!("{}end", "flood ".repeat(3000)));
}

#[tokio::test]
async fn what_it_does_is_told_as_progress_and_parts_the_answer() {
    let world = World::new(&[]).await;
    let turn = ask(
        &world.backend(),
        &said("a", "acp:say=I_look acp:tool acp:say=Seen acp:kinds"),
    )
    .await;
    assert_eq!(
        turn.heard.progress,
        ["Reading main.rs", "Reading lib.rs", "Write it"]
    );
    assert_eq!(turn.heard.parts[0], "I look");
    assert_eq!(
        turn.heard.parts[1],
        "Seen(a picture)(a sound)(the file notes.txt)(the file secret.txt)"
    );
}

#[tokio::test]
async fn why_it_ended_is_told() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let done = ask(&backend, &said("a", "acp:say=half acp:stop=max_tokens"))
        .await
        .ended;
    assert_eq!(
        done.expect("it is an answer").cut_short.as_deref(),
        Some("its tokens were used up")
    );
    let refused = ask(&backend, &said("a", "acp:stop=refusal")).await.failure();
    assert_eq!(refused, Failure::BadAnswer("it refuses to answer".to_owned()));
    let silent = ask(&backend, &said("a", "acp:slow=1")).await;
    assert_eq!(silent.said(), "", "it may work and say nothing");
    let used_up = ask(&backend, &said("a", "acp:stop=max_tokens")).await.failure();
    assert_eq!(used_up, Failure::BadAnswer("its tokens were used up".to_owned()));
    let by_itself = ask(&backend, &said("a", "acp:say=half acp:stop=cancelled"))
        .await
        .failure();
    assert_eq!(by_itself.code(), "cut_off");
    let wrong = ask(&backend, &said("a", "acp:nobody-knows-this")).await.failure();
    assert_eq!(wrong.code(), "bad_answer");
    assert_eq!(
        ask(&backend, &said("a", "still there?")).await.said(),
        "You said: still there?"
    );
}

#[tokio::test]
async fn where_to_log_in_is_said() {
    let world = World::new(&["--login"]).await;
    let Failure::NotStarted(why) = ask(&world.backend(), &said("a", "hello")).await.failure() else {
        panic!("it has to be logged in")
    };
    assert!(why.contains("run `test-agent login` first"), "{why}");
    assert!(why.contains("it offers: Log in with your account"), "{why}");
    assert!(why.contains("run `node` by hand once"), "{why}");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let mut world = World::new(&["--no-such-argument"]).await;
    let Failure::Exited { status, stderr } = ask(&world.backend(), &said("a", "hello")).await.failure()
    else {
        panic!("it does not know that argument")
    };
    assert_eq!(
        status,
        "exit status: 1 (it said nothing of the Agent Client Protocol; is a flag such as --acp missing?)"
    );
    assert!(stderr.contains("no-such-argument"), "{stderr}");
    world.settings.program.argv = vec!["/nowhere/agent".to_owned()];
    let missing = ask(&world.backend(), &said("a", "hello"))
        .await
        .failure()
        .to_string();
    assert!(
        missing.contains("there is no program `/nowhere/agent`"),
        "{missing}"
    );
    world.settings.work = world.folder.path().join("missing");
    let missing = ask(&world.backend(), &said("a", "hello"))
        .await
        .failure()
        .to_string();
    assert!(
        missing.contains("missing is not there; make it with `mkdir -p "),
        "{missing}"
    );
}

#[tokio::test]
async fn a_slow_start_is_waited_for() {
    let world = World::new(&["--slow-ms", "700"]).await;
    assert_eq!(
        ask(&world.backend(), &said("a", "hello")).await.said(),
        "You said: hello"
    );
}
