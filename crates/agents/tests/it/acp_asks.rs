//! An agent that asks for permission.

use fased_agents::{ChoiceKind, Failure};
use tokio_util::sync::CancellationToken;

use crate::acp_agent::{Answer, Chat, World, ask_and_stop, ask_in, said, which};
use crate::turn::AMPLE;

/// What it says when it is answered so, and what it asked.
async fn answered(wish: &str, answers: impl IntoIterator<Item = Answer>) -> (String, Chat) {
    let world = World::new(&[]).await;
    let mut chat = Chat::answering(answers);
    let cancel = CancellationToken::new();
    let ended = ask_in(&world.backend(), &said("a", wish), AMPLE, &cancel, &mut chat).await;
    assert!(ended.is_ok(), "{ended:?}");
    (chat.heard.parts.concat(), chat)
}

#[tokio::test]
async fn allowed_refused_or_unanswered() {
    let cases = [
        (Answer::Chooses(ChoiceKind::AllowOnce), "permission: allow"),
        (
            Answer::Chooses(ChoiceKind::AllowAlways),
            "permission: allow-always",
        ),
        (Answer::Chooses(ChoiceKind::RejectOnce), "permission: reject"),
        (Answer::Nothing, "permission: reject"),
    ];
    for (answer, words) in cases {
        let (said, chat) = answered("acp:ask=Open_the_door", [answer]).await;
        assert_eq!(said, words);
        assert_eq!(chat.questions[0].text, "Open the door");
        let names: Vec<&str> = chat.questions[0]
            .choices
            .iter()
            .map(|choice| choice.name.as_str())
            .collect();
        assert_eq!(names, ["Allow", "Always allow", "Reject"]);
    }
}

#[tokio::test]
async fn what_a_choice_means_is_not_its_place() {
    let cases = [
        (Answer::Chooses(ChoiceKind::AllowOnce), "permission: option-4"),
        (Answer::Chooses(ChoiceKind::RejectAlways), "permission: option-1"),
        (Answer::Nothing, "permission: option-3"),
    ];
    for (answer, words) in cases {
        assert_eq!(answered("acp:odd", [answer]).await.0, words);
    }
}

#[tokio::test]
async fn without_a_no_to_choose_silence_is_none_the_less_no_yes() {
    let (said, _) = answered("acp:yes-only", [Answer::Nothing]).await;
    assert_eq!(said, "permission: cancelled");
}

#[tokio::test]
async fn two_questions_at_once_are_asked_one_after_the_other() {
    let answers = [
        Answer::Chooses(ChoiceKind::AllowOnce),
        Answer::Chooses(ChoiceKind::RejectOnce),
    ];
    let (said, chat) = answered("acp:both", answers).await;
    assert_eq!(said, "permissions: allow reject");
    let asked: Vec<&str> = chat
        .questions
        .iter()
        .map(|question| question.text.as_str())
        .collect();
    assert_eq!(asked, ["first", "second"]);
}

#[tokio::test]
async fn what_was_said_before_a_question_is_complete() {
    let (_, chat) = answered("acp:say=I_would_like_to acp:ask", [Answer::Nothing]).await;
    assert_eq!(chat.heard.parts, ["I would like to", "permission: reject"]);
}

#[tokio::test]
async fn who_ends_the_turn_for_a_no_has_answered() {
    let world = World::new(&[]).await;
    let mut chat = Chat::answering([Answer::Chooses(ChoiceKind::RejectOnce)]);
    let (request, cancel) = (said("a", "acp:ask acp:stop=cancelled"), CancellationToken::new());
    let ended = ask_in(&world.backend(), &request, AMPLE, &cancel, &mut chat).await;
    let done = ended.expect("it is an answer");
    assert_eq!(done.cut_short.as_deref(), Some("it was not allowed to go on"));
}

#[tokio::test]
async fn a_turn_that_ends_takes_its_question_back() {
    let (said, chat) = answered("acp:leave", [Answer::Leaves]).await;
    assert_eq!(said, "never mind");
    assert_eq!(chat.questions.len(), 1);
}

#[tokio::test]
async fn who_is_stopped_while_it_asks_is_told_so() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (before, _) = which(&backend, "a").await;
    let chat = Chat::answering([Answer::Leaves]);
    let chat = ask_and_stop(&backend, &said("a", "acp:ask"), 1, chat).await;
    assert_eq!(chat.questions.len(), 1);
    // It has ended the turn by itself, so it is the same process, which knows of that turn.
    let (after, how) = which(&backend, "a").await;
    assert_eq!(after, before);
    assert!(how.ends_with("turn 3 new"), "{how}");
}

#[tokio::test]
async fn one_that_dies_while_it_asks_is_noticed() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (pid, _) = which(&backend, "a").await;
    let mut chat = Chat::answering([Answer::Leaves]);
    let (watched, mut watch) = tokio::sync::mpsc::channel(1);
    chat.watched = Some(watched);
    let killing = async {
        watch.recv().await.expect("it asks");
        let pid = nix::unistd::Pid::from_raw(pid);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("it lives");
    };
    let (request, cancel) = (said("a", "acp:ask"), CancellationToken::new());
    let (ended, ()) = tokio::join!(ask_in(&backend, &request, AMPLE, &cancel, &mut chat), killing);
    assert!(matches!(ended, Err(Failure::Exited { .. })), "{ended:?}");
}
