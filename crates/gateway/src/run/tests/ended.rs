//! How runs end, and what the chat hears of it.

use std::time::Duration;

use fased_agents::{Event, Failure};

use super::fake::Act;
use super::world::{Set, World};
use crate::clock;
use crate::store::RunKind;

const ANNA: &str = "15550100002";

fn said(text: &str) -> Event {
    Event::Text(text.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_is_told_once_that_there_is_no_answer_and_why_stays_here() {
    let exited = Failure::Exited {
        status: "exit status: 3".to_owned(),
        stderr: "secret detail".repeat(1_000),
    };
    let world = World::new(Set {
        acts: vec![
            ("fail", Act::Fail(vec![said("half an answer")], exited)),
            ("forever", Act::Hold(Vec::new())),
            ("panic", Act::Panic),
            ("nothing", Act::Say(vec![said("  \n"), Event::PartEnd])),
        ],
        timeout: Duration::from_millis(300),
        ..Set::default()
    })
    .await;
    let mut runs = 0;
    for (text, state, failure) in [
        ("fail", "error", Some("exited")),
        ("forever", "error", Some("timed_out")),
        ("panic", "error", Some("internal")),
        ("nothing", "ok", None),
    ] {
        world.writes(0, ANNA, text).await;
        runs += 1;
        world.until_ended(runs).await;
        let run = world.runs().await.pop().expect("there");
        assert_eq!(
            (run.state.as_str(), run.failure.as_deref()),
            (state, failure),
            "{text}"
        );
        assert!(run.error.is_none_or(|error| error.len() <= 2_048));
    }
    let sent = world.sent().await;
    let told: Vec<&str> = sent.iter().map(|sent| sent.text.as_str()).collect();
    assert_eq!(told, ["Sorry."; 3]);
    assert!(
        sent.iter()
            .all(|sent| sent.purpose == "notice" && sent.run_id.is_some())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_where_the_config_has_no_words_for_it_and_an_agent_that_is_gone_is_named() {
    let world = World::new(Set {
        failure_text: "",
        ..Set::default()
    })
    .await;
    let insert = "INSERT INTO run (account, kind, task, chat, agent, session, state, created_ms)
         VALUES ('default', 'task', 'ab23', '15550100002@s.whatsapp.net', 'gone', 's', 'queued', 1)";
    world.store.execute_for_tests(insert).await;
    world.accounts[0].runs.notify_one();
    world.until_ended(1).await;
    let run = world.runs().await.remove(0);
    assert_eq!(run.failure.as_deref(), Some("not_configured"));
    assert!(run.error.is_some_and(|error| error.contains("agent gone")));
    assert!(world.texts().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_agent_that_is_gone_the_chat_hears_once_whatever_waited_for_it() {
    let mut world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    world.until_under_way(1).await;
    for text in ["one", "two", "three"] {
        world.writes(0, ANNA, text).await;
    }
    world.until_decided().await;
    world.kill().await;
    world
        .store
        .execute_for_tests("UPDATE run SET agent = 'gone'")
        .await;
    world.start();
    world.until_ended(1).await;
    assert_eq!(world.texts().await, ["Sorry."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_cannot_be_recorded_holds_up_nobody_else() {
    let world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    world
        .store
        .execute_for_tests(
            "CREATE TRIGGER refuses BEFORE INSERT ON outbox WHEN NEW.text = 'held: slow'
             BEGIN SELECT RAISE(ABORT, 'not this one'); END",
        )
        .await;
    world.writes(0, ANNA, "slow").await;
    world.until_under_way(1).await;
    world.fake.release();
    world
        .until("its end was tried to be recorded", async |world| {
            world.fake.under_way() == 0
        })
        .await;
    world.writes(0, "15550100003", "hello").await;
    world.until_ended(2).await;
    let failures: Vec<_> = world.runs().await.into_iter().map(|run| run.failure).collect();
    assert_eq!(failures, [Some("internal".to_owned()), None]);
    assert_eq!(world.texts().await, ["re: hello"]);
    // The session goes on.
    world.writes(0, ANNA, "again").await;
    world.until_ended(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_start_as_soon_as_it_is_known_which_were_cut_off() {
    let mut world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    world.until_under_way(1).await;
    world.kill().await;
    world
        .store
        .execute_for_tests(
            "CREATE TRIGGER refuses BEFORE UPDATE ON run WHEN OLD.state = 'running'
             BEGIN SELECT RAISE(ABORT, 'not now'); END",
        )
        .await;
    world.start();
    clock::pause(Duration::from_millis(100)).await;
    assert_eq!(world.fake.under_way(), 0);
    world.store.execute_for_tests("DROP TRIGGER refuses").await;
    world.until_under_way(1).await;
    world.fake.release();
    world.until_ended(1).await;
    assert_eq!(world.texts().await, ["held: slow"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_an_answer_are_messages_of_their_own() {
    for stream in [false, true] {
        let world = World::new(Set {
            acts: vec![(
                "parts",
                Act::Say(vec![said("one"), Event::PartEnd, said("two, "), said("and more")]),
            )],
            stream,
            ..Set::default()
        })
        .await;
        world.writes(0, ANNA, "parts").await;
        world.until_ended(1).await;
        assert_eq!(world.texts().await, ["one", "two, and more"]);
        world.writes(0, ANNA, "then").await;
        world.until_ended(2).await;
        let seen = world.fake.seen();
        let before = seen.asked.last().expect("asked");
        let before: Vec<&str> = before.history.iter().map(|said| said.text.as_str()).collect();
        assert_eq!(before, ["parts", "one\n\ntwo, and more"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_worked_on_in_its_session_and_its_result_goes_to_its_chat() {
    let world = World::new(Set {
        acts: vec![("broken", Act::Fail(Vec::new(), Failure::TimedOut))],
        ..Set::default()
    })
    .await;
    let chat = "15550100002@s.whatsapp.net";
    let session = "agent:main:whatsapp:default:dm:+15550100002";
    let task = format!(
        "INSERT INTO task (id, agent, account, session, chat, prompt, zone, state, created_ms, updated_ms)
         VALUES ('ab23', 'main', 'default', '{session}', '{chat}', 'p', 'UTC', 'active', 1, 1)"
    );
    world.store.execute_for_tests(&task).await;
    for (prompt, runs) in [("sum it up", 1), ("broken", 2), ("broken still", 3)] {
        let run = format!(
            "INSERT INTO run (account, kind, task, prompt, cause, chat, agent, session, state, created_ms)
             VALUES ('default', '{}', 'ab23', '{prompt}', 'schedule', '{chat}', 'main', '{session}', 'queued', {runs})",
            RunKind::Task.as_str()
        );
        world.store.execute_for_tests(&run).await;
        world.accounts[0].runs.notify_one();
        world.until_ended(runs).await;
    }
    let sent = world.sent().await;
    let told: Vec<(&str, &str, &str)> = sent
        .iter()
        .map(|sent| (sent.purpose.as_str(), sent.text.as_str(), sent.chat.as_str()))
        .collect();
    assert_eq!(
        told,
        [("task", "re: sum it up", chat), ("task", "Sorry.", chat)],
        "of failures in a row the chat hears of the first, paced as a result"
    );
    assert_eq!(world.runs().await[0].result.as_deref(), Some("re: sum it up"));
    let seen = world.fake.seen();
    let envelope = &seen.asked[0].envelope;
    assert_eq!(envelope["kind"], "task");
    assert_eq!(envelope["task"]["id"], "ab23");
    assert_eq!(envelope["chat"]["id"], "+15550100002");
    assert_eq!(seen.asked[1].history.len(), 2, "what was said before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_given_all_that_is_known() {
    let world = World::new(Set::default()).await;
    world.writes(0, ANNA, "hello").await;
    world.until_ended(1).await;
    let seen = world.fake.seen();
    let envelope = &seen.asked[0].envelope;
    assert_eq!(envelope["agent"]["id"], "main");
    assert_eq!(
        envelope["session"]["key"],
        "agent:main:whatsapp:default:dm:+15550100002"
    );
    assert_eq!(envelope["account"], "default");
    assert_eq!(envelope["chat"]["kind"], "dm");
    assert_eq!(envelope["text"], "hello");
    assert_eq!(envelope["messages"][0]["sender"]["name"], "Anna");
    assert_eq!(envelope["media_dir"], "/media");
    assert_eq!(envelope["history"].as_array().map(Vec::len), Some(0));
}
