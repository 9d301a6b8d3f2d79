//! What runs at once, what waits, and what is answered together.

use std::collections::HashSet;
use std::time::Duration;

use super::fake::Act;
use super::world::{Set, World};
use crate::clock;
use crate::config::QueueMode;
use crate::run::running::Why;

const ANNA: &str = "15550100002";
const BERT: &str = "15550100003";
const CARA: &str = "15550100004";

#[tokio::test(flavor = "multi_thread")]
async fn sessions_run_beside_each_other_up_to_the_bound_and_each_one_after_another() {
    let world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        most: 2,
        queue: QueueMode::Followup,
        ..Set::default()
    })
    .await;
    for from in [ANNA, BERT, CARA] {
        world.writes(0, from, "slow").await;
    }
    world.writes(0, ANNA, "slow too").await;
    world.until_decided().await;
    world.until_under_way(2).await;
    let states: Vec<String> = world.runs().await.into_iter().map(|run| run.state).collect();
    assert_eq!(states, ["running", "running", "queued", "queued"]);
    world.fake.release();
    world.until_ended(4).await;
    {
        let seen = world.fake.seen();
        assert_eq!((seen.most, &seen.doubled[..]), (2, &[][..]));
    }
    assert_eq!(world.texts().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_during_a_run_is_answered_together_and_a_backlog_is_not() {
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
    world.writes(0, BERT, "other").await;
    world.until_decided().await;
    world.fake.release();
    world.until_ended(3).await;
    assert_eq!(world.runs().await.len(), 3, "the others were taken over");
    let asked = world.fake.asked();
    assert!(asked.contains(&"one\ntwo\nthree".to_owned()), "{asked:?}");
    for seq in 2..=4 {
        let run = world.store.run_of(seq).await.expect("read").expect("there");
        assert_eq!(run.answers.len(), 3, "each is explained by the same run");
    }
    let history: Vec<String> = world
        .fake
        .seen()
        .asked
        .iter()
        .rev()
        .find(|asked| asked.text.starts_with("one"))
        .map(|asked| asked.history.iter().map(|said| said.text.clone()).collect())
        .expect("asked");
    assert_eq!(history, ["slow", "held: slow"], "it is told what was said before");

    world.kill().await;
    for text in ["four", "five"] {
        world.writes(0, ANNA, text).await;
    }
    world.start();
    world.until_ended(5).await;
    assert!(
        world
            .fake
            .asked()
            .ends_with(&["four".to_owned(), "five".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_by_one_if_the_config_says_so() {
    let world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        queue: QueueMode::Followup,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    world.until_under_way(1).await;
    for text in ["one", "two"] {
        world.writes(0, ANNA, text).await;
    }
    world.until_decided().await;
    world.fake.release();
    world.until_ended(3).await;
    assert_eq!(world.fake.asked(), ["slow", "one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_message_stops_the_run_and_is_answered_with_what_that_was_to_answer() {
    let world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        queue: QueueMode::Interrupt,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow question").await;
    world.until_under_way(1).await;
    world.writes(0, BERT, "slow of another").await;
    world.until_under_way(2).await;
    world.fake.release();
    world.until_ended(2).await;
    assert_eq!(world.fake.asked(), ["slow question", "slow of another"]);
    assert_eq!(
        world.texts().await.into_iter().collect::<HashSet<_>>(),
        HashSet::from([
            "held: slow question".to_owned(),
            "held: slow of another".to_owned()
        ]),
        "what somebody else asks stops nothing"
    );
    let world = World::new(Set {
        acts: vec![
            (
                "slow question\nand more",
                Act::Say(vec![fased_agents::Event::Text("both".to_owned())]),
            ),
            ("slow", Act::Hold(Vec::new())),
        ],
        queue: QueueMode::Interrupt,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow question").await;
    world.until_under_way(1).await;
    world.writes(0, ANNA, "and more").await;
    world.until_ended(2).await;
    let runs = world.runs().await;
    assert_eq!(
        (runs[0].state.as_str(), runs[0].failure.as_deref()),
        ("cancelled", Some("interrupted_by_newer"))
    );
    assert_eq!(runs[1].state, "ok");
    assert_eq!(world.texts().await, ["both"]);
    let first = world.store.run_of(1).await.expect("read").expect("there");
    assert_eq!((first.id, first.answers.len()), (runs[1].id, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_what_is_under_way_and_what_waits_in_that_session_and_sends_nothing() {
    let world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        ..Set::default()
    })
    .await;
    for from in [ANNA, BERT] {
        world.writes(0, from, "slow").await;
    }
    world.until_under_way(2).await;
    for text in ["one", "two"] {
        world.writes(0, ANNA, text).await;
    }
    world.until_decided().await;
    let session = "agent:main:whatsapp:default:dm:+15550100002";
    assert!(world.engine.running.is_running(session));
    let stopped = world
        .engine
        .stop(&world.store, &[session])
        .await
        .expect("stopped");
    assert_eq!((stopped.was_running, stopped.waiting), (true, 2));
    world.until_under_way(1).await;
    world
        .until("it is recorded", async |world| {
            !world.engine.running.is_running(session)
        })
        .await;
    for run in world.runs().await.iter().filter(|run| run.session == session) {
        assert_eq!(
            (run.state.as_str(), run.failure.as_deref()),
            ("cancelled", Some("stopped"))
        );
    }
    assert!(world.texts().await.is_empty());
    let again = world
        .engine
        .stop(&world.store, &[session])
        .await
        .expect("stopped");
    assert_eq!((again.was_running, again.waiting), (false, 0));
    let bert = world
        .runs()
        .await
        .into_iter()
        .find(|run| run.state == "running")
        .expect("it goes on");
    assert!(world.engine.running.cancel_run(bert.id, Why::Stopped));
    world.until_ended(4).await;
    assert!(!world.engine.running.cancel_run(bert.id, Why::Stopped));
    // The session is free again.
    world.writes(0, ANNA, "hello").await;
    world.until_ended(5).await;
    assert_eq!(world.texts().await, ["re: hello"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_owners_share_is_one_over_all_accounts_and_each_is_answered_where_they_wrote() {
    let world = World::new(Set {
        accounts: &["default", "work"],
        acts: vec![("slow", Act::Hold(Vec::new()))],
        queue: QueueMode::Interrupt,
        owner: Some("+15550100002"),
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow at home").await;
    world.until_under_way(1).await;
    world.writes(1, ANNA, "at work").await;
    world.until_decided().await;
    let states: Vec<String> = world.runs().await.into_iter().map(|run| run.state).collect();
    assert_eq!(
        states,
        ["running", "queued"],
        "what is asked elsewhere stops nothing"
    );
    world.fake.release();
    world.until_ended(2).await;
    let runs = world.runs().await;
    assert!(
        runs.iter()
            .all(|run| run.session == "agent:main:main" && run.state == "ok")
    );
    assert!(world.fake.seen().doubled.is_empty());
    let sent = world.sent().await;
    let told: Vec<(&str, &str)> = sent
        .iter()
        .map(|sent| (sent.account.as_str(), sent.text.as_str()))
        .collect();
    assert_eq!(told, [("default", "held: slow at home"), ("work", "re: at work")]);
    assert_eq!(world.fake.seen().asked[1].history.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_longest_for_a_place_goes_first_whatever_the_account() {
    let world = World::new(Set {
        accounts: &["default", "work"],
        acts: vec![("slow", Act::Hold(Vec::new()))],
        most: 1,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    world.until_under_way(1).await;
    for (account, from) in [(1, BERT), (0, BERT), (1, CARA), (0, CARA)] {
        world.writes(account, from, "hello").await;
        world.until_decided().await;
        // Until it stands in line, too.
        clock::pause(Duration::from_millis(100)).await;
    }
    world.fake.release();
    world.until_ended(5).await;
    let seen = world.fake.seen();
    assert_eq!(seen.most, 1);
    let accounts: Vec<&str> = seen.asked[1..]
        .iter()
        .filter_map(|asked| asked.envelope["account"].as_str())
        .collect();
    // Each account has one place in the line, and goes to its end again.
    assert_eq!(accounts, ["work", "default", "work", "default"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_agent_that_only_repeats_no_words_are_kept_and_its_session_is_known() {
    let world = World::new(Set {
        backend: fased_agents::Settings::Echo,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "hello").await;
    world.until_ended(1).await;
    assert_eq!(world.texts().await, ["hello"]);
    let key = "agent:main:whatsapp:default:dm:+15550100002";
    assert!(
        world
            .store
            .history(key, 0, 9, 999)
            .await
            .expect("read")
            .is_empty()
    );
    let sessions = world
        .store
        .sessions_of("main", "default", "dm:+15550100002")
        .await;
    assert_eq!(sessions.expect("read").len(), 1);
}
