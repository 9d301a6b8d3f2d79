//! One message, several agents: each answers once, in a session of its own, whatever becomes of the others.

use std::collections::HashSet;

use fased_agents::{Event, Failure};

use super::fake::Act;
use super::world::{GROUP, SHARED, Set, World};
use crate::config::QueueMode;
use crate::run::STOPPED;
use crate::run::running::Why;

const BERT: &str = "15550100003";

/// Three runs for each message: one gathers, two answer.
const PAIR: &[&str] = &["bob", "cara"];

/// Session and state of what answers, in order.
async fn states(world: &World) -> Vec<(String, String)> {
    let runs = world.runs().await.into_iter();
    let answering = runs.filter(|run| !run.session.starts_with("broadcast:"));
    let agent = |session: &str| session.split(':').nth(1).unwrap_or_default().to_owned();
    answering.map(|run| (agent(&run.session), run.state)).collect()
}

fn state(agent: &str, state: &str) -> (String, String) {
    (agent.to_owned(), state.to_owned())
}

async fn sorted(world: &World) -> Vec<String> {
    let mut texts = world.texts().await;
    texts.sort_unstable();
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answers_once_under_its_name_and_in_its_own_session() {
    let world = World::new(Set {
        several: PAIR,
        ..Set::default()
    })
    .await;
    world.writes(0, SHARED, "hello").await;
    world.until_ended(3).await;
    world.writes(0, SHARED, "again").await;
    world.writes(0, BERT, "alone").await;
    world.until_ended(7).await;
    assert_eq!(
        sorted(&world).await,
        [
            "*Bob the builder:* re: again",
            "*Bob the builder:* re: hello",
            "*cara:* re: again",
            "*cara:* re: hello",
            "re: alone"
        ]
    );
    let seen = world.fake.seen();
    for agent in PAIR {
        let session = format!("agent:{agent}:whatsapp:default:dm:+{SHARED}");
        assert_eq!(seen.by_session[&session], ["hello", "again"], "{agent}");
    }
    for asked in seen.asked.iter().filter(|asked| asked.text == "again") {
        let history: Vec<&str> = asked.history.iter().map(|said| said.text.as_str()).collect();
        assert_eq!(history, ["hello", "re: hello"], "the name is for people");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_and_one_that_hangs_stop_nobody() {
    let world = World::new(Set {
        several: &["bob", "cara", "dora"],
        acts: vec![
            ("bob|", Act::Fail(Vec::new(), Failure::TimedOut)),
            ("cara|", Act::Hold(Vec::new())),
        ],
        ..Set::default()
    })
    .await;
    world.writes(0, SHARED, "one").await;
    world
        .until("two have ended", async |world| world.texts().await.len() == 2)
        .await;
    world.writes(0, SHARED, "two").await;
    world
        .until("two more have", async |world| world.texts().await.len() == 4)
        .await;
    assert_eq!(
        states(&world).await,
        [
            state("bob", "error"),
            state("cara", "running"),
            state("dora", "ok"),
            state("bob", "error"),
            state("cara", "queued"),
            state("dora", "ok"),
        ]
    );
    let run = world.store.run_of(1).await.expect("read").expect("there");
    assert_eq!(
        (
            run.kind.as_str(),
            run.agent.as_str(),
            run.state.as_str(),
            run.forks.len()
        ),
        ("broadcast", "bob, cara, dora", "running", 3)
    );
    world.fake.release();
    world.until_ended(8).await;
    assert_eq!(
        sorted(&world).await,
        [
            "*Bob the builder:* Sorry.",
            "*Bob the builder:* Sorry.",
            "*cara:* held: one",
            "*cara:* held: two",
            "*dora:* re: one",
            "*dora:* re: two"
        ]
    );
    let run = world.store.run_of(1).await.expect("read").expect("there");
    assert_eq!(
        (run.state.as_str(), run.failure.as_deref()),
        ("error", Some("timed_out"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_turn_each_waits_for_the_one_before_it_however_that_ends_and_so_does_the_next_message() {
    let world = World::new(Set {
        several: &["bob", "cara", "dora"],
        in_turn: true,
        acts: vec![
            ("bob|one", Act::Hold(Vec::new())),
            ("cara|", Act::Fail(Vec::new(), Failure::TimedOut)),
        ],
        ..Set::default()
    })
    .await;
    world.writes(0, SHARED, "one").await;
    world.until_under_way(1).await;
    world.writes(0, SHARED, "two").await;
    world
        .until("both are shared out", async |world| {
            states(world).await.len() == 6
        })
        .await;
    assert_eq!(world.fake.asked(), ["one"]);
    world.fake.release();
    world.until_ended(8).await;
    assert_eq!(
        world.texts().await,
        [
            "*Bob the builder:* held: one",
            "*cara:* Sorry.",
            "*dora:* re: one",
            "*Bob the builder:* re: two",
            "*cara:* Sorry.",
            "*dora:* re: two"
        ]
    );
    assert_eq!(world.fake.seen().most, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_turn_the_next_goes_on_when_one_is_ended() {
    let world = World::new(Set {
        several: PAIR,
        in_turn: true,
        acts: vec![("bob|", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    world.writes(0, SHARED, "one").await;
    world.until_under_way(1).await;
    let session = format!("agent:bob:whatsapp:default:dm:+{SHARED}");
    assert!(world.engine.running.cancel_session(&session, Why::Stopped));
    world.until_ended(3).await;
    assert_eq!(
        states(&world).await,
        [state("bob", "cancelled"), state("cara", "ok")]
    );
    assert_eq!(world.texts().await, ["*cara:* re: one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_agent_answers_without_its_name() {
    let world = World::new(Set {
        several: &["bob"],
        ..Set::default()
    })
    .await;
    world.writes(0, SHARED, "hello").await;
    world.until_ended(2).await;
    assert_eq!(world.texts().await, ["re: hello"]);
    assert_eq!(states(&world).await, [state("bob", "ok")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn gathering_needs_no_place_and_answering_does() {
    let world = World::new(Set {
        several: PAIR,
        most: 1,
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    world.writes(0, BERT, "slow").await;
    world.until_under_way(1).await;
    world.writes(0, SHARED, "hello").await;
    world
        .until("it is shared out", async |world| states(world).await.len() == 3)
        .await;
    assert_eq!(
        states(&world).await[1..],
        [state("bob", "queued"), state("cara", "queued")]
    );
    world.fake.release();
    world.until_ended(4).await;
    assert_eq!(world.fake.seen().most, 1);
    assert_eq!(world.texts().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_messages_neither_end_nor_join_what_several_answer() {
    for queue in [QueueMode::Interrupt, QueueMode::Collect] {
        let world = World::new(Set {
            several: PAIR,
            queue,
            acts: vec![("slow", Act::Hold(Vec::new()))],
            ..Set::default()
        })
        .await;
        world.writes(0, SHARED, "slow").await;
        world.until_under_way(2).await;
        for text in ["two", "three"] {
            world.writes(0, SHARED, text).await;
        }
        world
            .until("all are shared out", async |world| states(world).await.len() == 6)
            .await;
        assert_eq!(world.fake.under_way(), 2);
        world.fake.release();
        world.until_ended(9).await;
        let seen = world.fake.seen();
        assert_eq!(seen.doubled, Vec::<String>::new());
        for asked in seen.by_session.values() {
            assert_eq!(asked, &["slow", "two", "three"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_in_the_group_before_reaches_all_of_them() {
    let world = World::new(Set {
        several: PAIR,
        ..Set::default()
    })
    .await;
    world.says(0, GROUP, SHARED, "just talk").await;
    world.until_decided().await;
    assert_eq!(world.runs().await.len(), 0);
    world.says(0, GROUP, BERT, "you there?").await;
    world.until_ended(3).await;
    world.says(0, GROUP, BERT, "you again").await;
    world.until_ended(6).await;
    for asked in &world.fake.seen().asked {
        let context = asked.envelope["context"].as_array().expect("a list");
        let expected: &[&str] = match asked.envelope["text"].as_str() {
            Some("you there?") => &["just talk"],
            _again => &[],
        };
        let texts: Vec<&str> = context.iter().filter_map(|one| one["text"].as_str()).collect();
        assert_eq!(texts, expected);
    }
    let quoted: HashSet<bool> = world
        .sent()
        .await
        .iter()
        .map(|sent| {
            sent.payload
                .as_deref()
                .is_some_and(|payload| payload.contains("quote"))
        })
        .collect();
    assert_eq!(quoted, HashSet::from([true]), "each quotes what it answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_what_did_not_end_is_begun_once_more_and_nothing_is_doubled() {
    let mut world = World::new(Set {
        several: &["bob", "cara", "dora"],
        acts: vec![
            ("bob|", Act::Hold(Vec::new())),
            (
                "dora|",
                Act::Hold(vec![Event::Text("a part".to_owned()), Event::PartEnd]),
            ),
        ],
        stream: true,
        ..Set::default()
    })
    .await;
    world.writes(0, SHARED, "hello").await;
    world
        .until("one is done and one has begun", async |world| {
            states(world).await.contains(&state("cara", "ok")) && world.texts().await.len() == 2
        })
        .await;
    world.until_under_way(2).await;
    world.kill().await;
    world.start();
    world.until_under_way(1).await;
    world.fake.release();
    world.until_ended(4).await;
    assert_eq!(
        states(&world).await,
        [
            state("bob", "ok"),
            state("cara", "ok"),
            state("dora", "interrupted")
        ]
    );
    assert_eq!(
        sorted(&world).await,
        [
            "*Bob the builder:* held: hello",
            "*cara:* re: hello",
            "*dora:* Sorry.",
            "*dora:* a part"
        ]
    );
    let attempts: Vec<i64> = world.runs().await.iter().map(|run| run.attempts).collect();
    assert_eq!(attempts, [1, 2, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_what_is_under_way_and_what_waits_of_all_of_them() {
    let world = World::new(Set {
        several: PAIR,
        in_turn: true,
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    world.writes(0, SHARED, "slow").await;
    world.until_under_way(1).await;
    world.writes(0, SHARED, "two").await;
    world
        .until("both are shared out", async |world| {
            states(world).await.len() == 4
        })
        .await;
    let sessions = ["bob", "cara"].map(|agent| format!("agent:{agent}:whatsapp:default:dm:+{SHARED}"));
    let gathers = format!("broadcast:default:dm:+{SHARED}");
    let all = [gathers.as_str(), &sessions[0], &sessions[1]];
    let stopped = world.engine.stop(&world.store, &all).await.expect("stopped");
    assert_eq!((stopped.was_running, stopped.waiting), (true, 3));
    world.until_ended(6).await;
    assert_eq!(world.texts().await, Vec::<String>::new());
    let failures: HashSet<Option<String>> = world
        .runs()
        .await
        .into_iter()
        .filter(|run| !run.session.starts_with("broadcast:"))
        .map(|run| run.failure)
        .collect();
    assert_eq!(failures, HashSet::from([Some(STOPPED.to_owned())]));
    assert_eq!(world.fake.asked(), ["slow"]);
}
