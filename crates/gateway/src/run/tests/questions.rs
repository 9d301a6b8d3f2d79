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

    /// Waits until so many questions wait for an owner.
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
        texts.iter().any(|text| text == "main goes on: Allow."),
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
    world.until_told("main goes on: Reject.", 1).await;
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
async fn of_two_questions_in_a_chat_the_older_one_is_answered_first() {
    let world = world(None).await;
    world.writes(0, OWNER, "tidy up").await;
    world.until_asked(1).await;
    world.writes(0, OWNER, "/session new side").await;
    world.until_told("side", 1).await;
    world.writes(0, OWNER, "send it").await;
    world.until_asked(2).await;
    world.writes(0, OWNER, "2").await;
    world.until_told("main goes on: Reject.", 1).await;
    world.until_asked(1).await;
    world.writes(0, OWNER, "1").await;
    world.until_told("main goes on: Allow.", 1).await;
    world.until_told("chosen: Some(1)", 1).await;
    world.until_told("chosen: Some(0)", 1).await;
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
