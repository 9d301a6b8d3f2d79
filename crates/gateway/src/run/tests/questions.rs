//! What an agent asks in the chat, and who answers it with what.

use std::time::Duration;

use fased_agents::{Choice, ChoiceKind, Question};

use super::fake::Act;
use super::world::{Set, World};

const OWNER: &str = "15550100002";
const BERT: &str = "15550100003";

fn asks() -> Vec<(&'static str, Act)> {
    let choice = |name: &str, kind| Choice {
        name: name.to_owned(),
        kind,
    };
    let question = |text: &str| {
        Act::Ask(Question {
            text: text.to_owned(),
            choices: vec![
                choice("Allow", ChoiceKind::AllowOnce),
                choice("Reject", ChoiceKind::RejectOnce),
            ],
        })
    };
    vec![("tidy", question("rm -r build")), ("send", question("git push"))]
}

async fn world(patience: Option<Duration>) -> World {
    World::new(Set {
        acts: asks(),
        owner: Some("+15550100002"),
        patience,
        takes: true,
        ..Set::default()
    })
    .await
}

impl World {
    /// Waits until the chat was told this, so often.
    async fn until_told(&self, words: &str, times: usize) {
        let told = async |world: &World| {
            let texts = world.texts().await;
            texts.iter().filter(|text| text.contains(words)).count() == times
        };
        self.until(words, told).await;
    }

    /// Waits until so many questions can be answered.
    async fn until_asked(&self, count: usize) {
        let asked = async |world: &World| world.engine.questions.count("default") == count;
        self.until("it is asked", asked).await;
    }

    async fn reasons(&self) -> Vec<Option<String>> {
        let mut reasons = Vec::new();
        for seq in 1.. {
            match self.store.journaled_for_tests(seq).await {
                Some(reason) => reasons.push(reason),
                None => break,
            }
        }
        reasons
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owners_number_lets_the_agent_go_on() {
    let world = world(None).await;
    world.writes(0, OWNER, "tidy up").await;
    world.until_asked(1).await;
    let asked = world.texts().await.pop().expect("the question");
    assert_eq!(
        asked,
        "🔐 main asks for permission:\n> rm -r build\n\n1. Allow\n2. Reject\n\n\
         Answer with a number within 5 minutes; only an owner's answer counts."
    );
    // Somebody else's number is talk, wherever they write it.
    world.writes(0, BERT, "1").await;
    world.until_told("re: ", 1).await;
    assert_eq!(world.engine.questions.count("default"), 1);
    world.writes(0, OWNER, "1").await;
    world.until_told("chosen: Some(0)", 1).await;
    world.until_ended(3).await;
    assert_eq!(world.engine.questions.count("default"), 0);
    let texts = world.texts().await;
    assert!(
        texts
            .iter()
            .any(|text| text == "main goes on: Allow (rm -r build)."),
        "{texts:?}"
    );
    let asked: Vec<String> = world.fake.asked();
    assert_eq!(asked.len(), 2, "an answer is no turn: {asked:?}");
    let reasons = world.reasons().await;
    assert_eq!(
        reasons,
        ["dm_open", "dm_open", "permission_answer"].map(|reason| Some(reason.to_owned()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_no_choice_is_told_which_there_are_and_the_question_waits_on() {
    let world = world(None).await;
    world.writes(0, OWNER, "tidy up").await;
    world.until_asked(1).await;
    world.writes(0, OWNER, "3").await;
    world
        .until_told(
            "There is no choice 3. main waits for one of these:\n1. Allow\n2. Reject",
            1,
        )
        .await;
    assert_eq!(world.engine.questions.count("default"), 1);
    world.writes(0, OWNER, "2.").await;
    world.until_told("main goes on: Reject (rm -r build).", 1).await;
    world.until_told("chosen: Some(1)", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_it_is_no_and_the_chat_is_told_so() {
    let world = world(Some(Duration::from_millis(200))).await;
    world.writes(0, OWNER, "tidy up").await;
    world
        .until_told("No owner answered within 5 minutes, so main was told no.", 1)
        .await;
    world.until_told("chosen: None", 1).await;
    world.until_ended(1).await;
    // The next number is a message like any other.
    world.writes(0, OWNER, "1").await;
    world.until_told("re: 1", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_asks_no_longer() {
    let world = world(None).await;
    world.writes(0, OWNER, "tidy up").await;
    world.until_asked(1).await;
    world.writes(0, OWNER, "/stop").await;
    world.until_told("Stopped.", 1).await;
    world.until_asked(0).await;
    world.until_ended(2).await;
    world.writes(0, OWNER, "1").await;
    world.until_told("re: 1", 1).await;
    assert!(!world.texts().await.iter().any(|text| text.contains("chosen")));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_questions_in_a_chat_the_second_is_put_when_the_first_is_over() {
    let world = world(None).await;
    world.writes(0, OWNER, "tidy up").await;
    world.until_asked(1).await;
    world.writes(0, OWNER, "/session new side").await;
    world.until_told("side", 1).await;
    world.writes(0, OWNER, "send it").await;
    world.until_under_way(2).await;
    assert!(!world.texts().await.iter().any(|text| text.contains("git push")));
    world.writes(0, OWNER, "2").await;
    world.until_told("main goes on: Reject (rm -r build).", 1).await;
    world.until_told("> git push", 1).await;
    let texts = world.texts().await;
    let place = |words: &str| texts.iter().position(|text| text.contains(words));
    assert!(
        place("> rm -r build") < place("> git push"),
        "in the order in which they were asked: {texts:?}"
    );
    world.until_asked(1).await;
    world.writes(0, OWNER, "1").await;
    world.until_told("main goes on: Allow (git push).", 1).await;
    world.until_told("chosen: Some(1)", 1).await;
    world.until_told("chosen: Some(0)", 1).await;
}

/// What somebody writes before the question has reached WhatsApp is talk.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_written_before_the_question_was_sent_is_no_answer() {
    let mut world = World::new(Set {
        acts: asks(),
        owner: Some("+15550100002"),
        ..Set::default()
    })
    .await;
    world.writes(0, OWNER, "tidy up").await;
    world.until_told("asks for permission", 1).await;
    world.writes(0, OWNER, "1").await;
    world.until_decided().await;
    assert_eq!(world.engine.questions.count("default"), 0);
    world.take_what_is_sent();
    world.until_asked(1).await;
    assert_eq!(
        world.reasons().await,
        ["dm_open", "dm_open"].map(|reason| Some(reason.to_owned()))
    );
    assert!(!world.texts().await.iter().any(|text| text.contains("chosen")));
}

/// Somebody who is no owner is not asked what only owners may answer.
#[tokio::test(flavor = "multi_thread")]
async fn where_no_owner_can_be_it_is_no_at_once() {
    let world = world(None).await;
    world.writes(0, BERT, "tidy up").await;
    world.until_told("chosen: None", 1).await;
    world.until_ended(1).await;
    assert_eq!(world.texts().await.len(), 1, "nothing but the answer");
}

/// The question is no part of the answer, so its run is started again, and asks again. An answer that was on its way to the
/// question before finds nothing.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_it_is_asked_again() {
    let mut world = world(None).await;
    world.writes(0, OWNER, "tidy up").await;
    world.until_asked(1).await;
    world.kill().await;
    assert_eq!(world.engine.questions.count("default"), 0);
    world.start();
    world.until_told("asks for permission", 2).await;
    world.until_asked(1).await;
    world.writes(0, OWNER, "1").await;
    world.until_told("chosen: Some(0)", 1).await;
    world.until_ended(2).await;
    let run = world.runs().await.remove(0);
    assert_eq!((run.state.as_str(), run.attempts), ("ok", 2));
}
