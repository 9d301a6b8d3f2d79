//! What the end of the gateway cuts off.

use fased_agents::Event;

use super::fake::Act;
use super::world::{Set, World};

const ANNA: &str = "15550100002";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_cut_off_is_run_once_more_and_cut_off_again_its_chat_is_told() {
    let mut world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    for starts in 1..=2 {
        world
            .until("it is under way", async |world| {
                world.fake.asked().len() == starts && world.fake.under_way() == 1
            })
            .await;
        world.kill().await;
        world.start();
    }
    world.until_ended(1).await;
    let run = world.runs().await.remove(0);
    assert_eq!((run.state.as_str(), run.attempts), ("interrupted", 2));
    assert_eq!(world.texts().await, ["Sorry."]);
    world.kill().await;
    world.start();
    world.writes(0, ANNA, "hello").await;
    world.until_ended(2).await;
    assert_eq!(world.texts().await, ["Sorry.", "re: hello"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_whose_answer_a_part_was_sent_is_never_run_again() {
    let mut world = World::new(Set {
        acts: vec![(
            "slow",
            Act::Hold(vec![Event::Text("the first part".to_owned()), Event::PartEnd]),
        )],
        stream: true,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    world
        .until("a part was sent", async |world| !world.texts().await.is_empty())
        .await;
    world.kill().await;
    world.start();
    world.until_ended(1).await;
    assert_eq!(world.runs().await[0].state, "interrupted");
    assert_eq!(world.texts().await, ["the first part", "Sorry."]);
    assert_eq!(world.fake.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tasks_run_cut_off_stays_in_its_history_and_another_one_does_it() {
    let mut world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    let insert = "INSERT INTO run (account, kind, task, prompt, cause, chat, agent, session, state, created_ms)
         VALUES ('default', 'task', 'ab23', 'slow', 'schedule', '15550100002@s.whatsapp.net', 'main', 's', 'queued', 1)";
    world.store.execute_for_tests(insert).await;
    let task = "INSERT INTO task (id, agent, account, session, chat, prompt, zone, state, created_ms, updated_ms)
         VALUES ('ab23', 'main', 'default', 's', '15550100002@s.whatsapp.net', 'slow', 'UTC', 'active', 1, 1)";
    world.store.execute_for_tests(task).await;
    world.accounts[0].runs.notify_one();
    world.until_under_way(1).await;
    world.kill().await;
    world.start();
    world.until_under_way(1).await;
    let runs = world.runs().await;
    let shown = |at: usize| (runs[at].state.as_str(), runs[at].cause.as_deref());
    assert_eq!(
        (runs.len(), shown(0), shown(1)),
        (2, ("interrupted", Some("schedule")), ("running", Some("again")))
    );
    assert!(world.texts().await.is_empty());
    world.fake.release();
    world.until_ended(2).await;
    assert_eq!(world.texts().await, ["held: slow"]);
}
