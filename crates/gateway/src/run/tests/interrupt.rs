//! Newer messages that stop the work: nothing that was asked is lost, and what was said is not said again.

use std::collections::HashSet;
use std::sync::Arc;

use fased_agents::Event;

use super::cross::Dawdler;
use super::fake::Act;
use super::world::{Set, World, settings};
use crate::config::QueueMode;

const ANNA: &str = "15550100002";
const CHATS: usize = 20;
const MESSAGES: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn however_quickly_messages_follow_each_other_each_is_answered() {
    for queue in [QueueMode::Interrupt, QueueMode::Collect] {
        let world = World::new(Set {
            queue,
            most: 4,
            ..Set::default()
        })
        .await;
        world.engine.put_backend("main", settings(), Arc::new(Dawdler));
        let mut all = HashSet::new();
        for message in 0..MESSAGES {
            for chat in 0..CHATS {
                let text = format!("{message}-of-{chat}");
                world.writes(0, &format!("1555012{chat:04}"), &text).await;
                all.insert(text);
            }
        }
        world.until_decided().await;
        world.until_ended(CHATS).await;
        let sent = world.sent().await;
        let mut answered = HashSet::new();
        let mut last: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
        for line in sent
            .iter()
            .flat_map(|sent| sent.text.lines().map(|line| (&*sent.chat, line)))
        {
            let (chat, text) = line;
            assert!(answered.insert(text.to_owned()), "{text} is answered twice");
            let number: usize = text
                .split('-')
                .next()
                .and_then(|number| number.parse().ok())
                .expect("a number");
            let before = last.insert(chat, number);
            assert!(
                before.is_none_or(|before| before < number),
                "{text} is answered too late"
            );
        }
        let lost: Vec<&String> = all.difference(&answered).collect();
        assert!(lost.is_empty(), "{queue:?} lost {lost:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_some_time_whatever_is_asked_meanwhile() {
    let world = World::new(Set {
        acts: vec![("slow", Act::Hold(Vec::new()))],
        queue: QueueMode::Interrupt,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    for more in 1..=7 {
        let asked = more.min(6);
        world
            .until("it is asked", async |world| {
                world.fake.asked().len() == asked && world.fake.under_way() == 1
            })
            .await;
        world.writes(0, ANNA, &format!("and {more}")).await;
        world.until_decided().await;
    }
    world.fake.release();
    world.until_ended(7).await;
    assert_eq!(
        world.texts().await,
        [
            "held: slow\nand 1\nand 2\nand 3\nand 4\nand 5",
            "re: and 6\nand 7"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_a_newer_message_came_is_not_said_again() {
    let world = World::new(Set {
        acts: vec![(
            "slow",
            Act::Hold(vec![Event::Text("the first part".to_owned()), Event::PartEnd]),
        )],
        queue: QueueMode::Interrupt,
        stream: true,
        ..Set::default()
    })
    .await;
    world.writes(0, ANNA, "slow").await;
    world
        .until("a part was sent", async |world| !world.texts().await.is_empty())
        .await;
    world.writes(0, ANNA, "and more").await;
    world.until_ended(2).await;
    assert_eq!(world.texts().await, ["the first part", "re: and more"]);
    let seen = world.fake.seen();
    let before: Vec<&str> = seen.asked[1].history.iter().map(|said| &*said.text).collect();
    assert_eq!(before, ["slow", "the first part"]);
}
