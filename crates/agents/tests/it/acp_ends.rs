//! An agent's process and its end, whatever comes of it: it is looked after, and nothing of it lives on.

use std::time::Duration;

use fased_agents::{Failure, settled};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::acp_agent::{Chat, World, ask, ask_and_stop, ask_in, is_gone, said, which};
use crate::turn::{AMPLE, within};
use crate::wait::{SETTLING, until};

#[tokio::test]
async fn one_that_dies_in_a_turn_is_told_of_and_another_takes_its_place() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (before, _) = which(&backend, "a").await;
    let turn = ask(&backend, &said("a", "acp:say=wait acp:die=3")).await;
    assert_eq!(turn.heard.parts, ["wait"]);
    let failure = turn.failure();
    assert_eq!(
        failure,
        Failure::Exited {
            status: "signal: 9 (SIGKILL)".to_owned(),
            stderr: "something is wrong 1\nsomething is wrong 2\nsomething is wrong 3".to_owned(),
        }
    );
    let (after, how) = which(&backend, "a").await;
    assert_ne!(after, before);
    assert!(how.ends_with("turn 1 new"), "{how}");
}

#[tokio::test]
async fn the_last_of_much_that_it_said_is_kept() {
    let world = World::new(&[]).await;
    let failure = ask(&world.backend(), &said("a", "acp:die=5000")).await.failure();
    let Failure::Exited { stderr, .. } = failure else {
        panic!("{failure:?}")
    };
    assert!(stderr.ends_with("something is wrong 5000"));
    assert!(
        (64 * 1024 - 100..=64 * 1024).contains(&stderr.len()),
        "{}",
        stderr.len()
    );
}

#[tokio::test]
async fn one_that_leaves_says_with_what_status() {
    let world = World::new(&[]).await;
    let failure = ask(&world.backend(), &said("a", "acp:exit=7")).await.failure();
    assert_eq!(failure.to_string(), "it ended with exit status: 7: I am leaving");
}

#[tokio::test]
async fn one_that_dies_between_turns_is_replaced() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (before, _) = which(&backend, "a").await;
    kill(Pid::from_raw(before), Signal::SIGKILL).expect("it lives");
    is_gone(before).await;
    let (after, how) = which(&backend, "a").await;
    assert_ne!(after, before);
    assert!(how.ends_with("turn 1 new"), "{how}");
}

#[tokio::test]
async fn who_ends_the_turn_when_told_to_stays() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (before, _) = which(&backend, "a").await;
    ask_and_stop(&backend, &said("a", "acp:hang"), 1, Chat::default()).await;
    let (after, how) = which(&backend, "a").await;
    assert_eq!(after, before);
    assert!(how.ends_with("turn 3 new"), "{how}");
    let ended = ask_in(
        &backend,
        &said("a", "acp:hang"),
        within(Duration::from_millis(300)),
        &CancellationToken::new(),
        &mut Chat::default(),
    )
    .await;
    assert_eq!(ended, Err(Failure::TimedOut));
    assert_eq!(which(&backend, "a").await.0, before);
}

#[tokio::test]
async fn who_does_not_end_the_turn_is_ended_with_all_that_it_started() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (before, _) = which(&backend, "a").await;
    let chat = ask_and_stop(&backend, &said("a", "acp:child acp:deaf"), 2, Chat::default()).await;
    let words = chat.heard.parts.concat();
    let child = words
        .strip_prefix("child ")
        .and_then(|words| words.strip_suffix("waiting"));
    let child: i32 = child
        .and_then(|child| child.parse().ok())
        .unwrap_or_else(|| panic!("{words}"));
    // The next turn waits for that, and is another process's.
    let (after, how) = which(&backend, "a").await;
    assert_ne!(after, before);
    assert!(how.ends_with("turn 1 new"), "{how}");
    assert!(
        kill(Pid::from_raw(before), None).is_err(),
        "it is gone before the next begins"
    );
    until("its child is gone", || !lives(child)).await;
}

/// Whether a process runs. One that is dead but not yet waited for does not.
fn lives(pid: i32) -> bool {
    let dead = std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    !dead && kill(Pid::from_raw(pid), None).is_ok()
}

#[tokio::test]
async fn nobody_stays_who_is_not_talked_to() {
    let mut world = World::new(&[]).await;
    world.settings.idle = Duration::from_millis(100);
    let backend = world.backend();
    let (before, _) = which(&backend, "a").await;
    is_gone(before).await;
    assert_ne!(which(&backend, "a").await.0, before);
}

#[tokio::test]
async fn they_end_with_their_backend() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let (one, other) = (which(&backend, "a").await.0, which(&backend, "b").await.0);
    assert!(lives(one) && lives(other));
    drop(backend);
    is_gone(one).await;
    is_gone(other).await;
}

#[tokio::test]
async fn they_end_with_the_gateway() {
    let _alone = SETTLING.write().await;
    // It does not leave by itself.
    let world = World::alone(&["--linger-ms", "60000"]);
    let backend = world.backend();
    let (idle, _) = which(&backend, "a").await;
    timeout(Duration::from_secs(4), settled())
        .await
        .expect("it takes no longer");
    assert!(
        kill(Pid::from_raw(idle), None).is_err(),
        "settled means that it is gone"
    );
    assert_ne!(which(&backend, "a").await.0, idle);
}

#[tokio::test]
async fn a_conversation_has_one_turn_at_a_time() {
    let world = World::new(&[]).await;
    let backend = world.backend();
    let cancel = CancellationToken::new();
    let (watched, mut watch) = tokio::sync::mpsc::channel(1);
    let mut chat = Chat {
        watched: Some(watched),
        ..Chat::default()
    };
    let (first, second) = (said("a", "acp:hang"), said("a", "hello"));
    let then = async {
        watch.recv().await.expect("it waits");
        let short = within(Duration::from_millis(200));
        let mut chat = Chat::default();
        let late = ask_in(&backend, &second, short, &CancellationToken::new(), &mut chat).await;
        assert_eq!(late, Err(Failure::TimedOut));
        cancel.cancel();
        ask(&backend, &second).await.said()
    };
    let (ended, then) = tokio::join!(ask_in(&backend, &first, AMPLE, &cancel, &mut chat), then);
    assert_eq!(
        (ended, then.as_str()),
        (Err(Failure::Cancelled), "You said: hello")
    );
}

/// A program that writes its number down and says nothing.
fn mute(world: &mut World) -> impl Fn() -> i32 + use<> {
    let file = world.folder.path().join("pid");
    let script = format!("echo $$ > {}; exec sleep 300", file.display());
    world.settings.program.argv = ["/bin/sh", "-c", &script].map(str::to_owned).to_vec();
    move || {
        let pid = std::fs::read_to_string(&file).expect("it has begun");
        pid.trim().parse().expect("a number")
    }
}

#[tokio::test]
async fn the_deadline_ends_one_that_has_not_even_begun() {
    let mut world = World::new(&[]).await;
    let pid = mute(&mut world);
    let backend = world.backend();
    let short = within(Duration::from_millis(700));
    let (request, cancel) = (said("a", "hello"), CancellationToken::new());
    let ended = ask_in(&backend, &request, short, &cancel, &mut Chat::default()).await;
    assert_eq!(ended, Err(Failure::TimedOut));
    is_gone(pid()).await;
}

#[tokio::test]
async fn a_conversation_is_taken_up_again_by_another_backend() {
    for (argument, how) in [("--load", "loaded"), ("--resume", "resumed")] {
        let world = World::keeping(argument).await;
        let done = ask(&world.backend(), &said("a", "hello"))
            .await
            .ended
            .expect("it went well");
        let known = done.session.expect("it can be taken up again");
        let backend = world.backend();
        let mut request = said("a", "acp:which");
        request.resume = Some(known.clone());
        request.system_prompt = Some("Be kind.".to_owned());
        let turn = ask(&backend, &request).await;
        let words = turn.ended.as_ref().map(|done| done.session.clone());
        assert_eq!(words, Ok(Some(known.clone())));
        let said_then = turn.said();
        assert!(
            said_then.ends_with(&format!(" {known} turn 2 {how}")),
            "{said_then}"
        );
        request.text = "acp:told".to_owned();
        let told = ask(&backend, &request).await.said();
        assert!(!told.contains("Be kind."), "it was told that before: {told}");
    }
}

#[tokio::test]
async fn a_conversation_that_is_forgotten_begins_anew() {
    let world = World::keeping("--load").await;
    let mut request = said("a", "acp:which acp:told");
    request.resume = Some("session-of-yesterday".to_owned());
    request.system_prompt = Some("Be kind.".to_owned());
    let words = ask(&world.backend(), &request).await.said();
    assert!(
        words.contains("turn 1 new") && words.contains("Be kind."),
        "{words}"
    );
}

/// It would end each time it is asked to, and the chat would have no answer any more.
#[tokio::test]
async fn one_that_ends_when_it_is_to_take_a_conversation_up_begins_another() {
    let mut world = World::keeping("--load").await;
    world.settings.program.argv.push("--load-ends".to_owned());
    let mut request = said("a", "acp:which acp:told");
    request.resume = Some("session-of-yesterday".to_owned());
    request.system_prompt = Some("Be kind.".to_owned());
    let words = ask(&world.backend(), &request).await.said();
    assert!(
        words.contains("turn 1 new") && words.contains("Be kind."),
        "{words}"
    );
}

#[tokio::test]
async fn what_one_complained_of_that_was_ended_is_kept() {
    let world = World::new(&["--login", "--complain"]).await;
    let failure = ask(&world.backend(), &said("a", "hello")).await.failure();
    assert_eq!(failure.code(), "not_started");
    let Failure::Ended { why, stderr } = failure else {
        panic!("{failure:?}")
    };
    assert!(matches!(*why, Failure::NotStarted(_)), "{why:?}");
    assert_eq!(stderr, "I am here");
}

#[tokio::test]
async fn there_are_only_so_many_at_once() {
    const MOST: usize = 16;
    let world = World::new(&[]).await;
    let backend = world.backend();
    let mut pids = Vec::new();
    for number in 0..MOST {
        pids.push(which(&backend, &number.to_string()).await.0);
    }
    // The first is talked to again, so that the second is idle longest.
    assert_eq!(which(&backend, "0").await.0, pids[0]);
    which(&backend, "another").await;
    is_gone(pids[1]).await;
    let alive = pids.iter().filter(|pid| lives(**pid)).count();
    assert_eq!(alive, MOST - 1);
}

#[tokio::test]
async fn while_all_are_at_work_another_waits() {
    const MOST: usize = 16;
    let world = World::new(&[]).await;
    let backend = world.backend();
    let cancel = CancellationToken::new();
    let (watched, mut watch) = tokio::sync::mpsc::channel(MOST);
    let mut turns = tokio::task::JoinSet::new();
    for number in 0..MOST {
        let (backend, watched) = (backend.clone(), watched.clone());
        let cancel = if number == 5 {
            cancel.clone()
        } else {
            CancellationToken::new()
        };
        turns.spawn(async move {
            let mut chat = Chat {
                watched: Some(watched),
                ..Chat::default()
            };
            ask_in(
                &backend,
                &said(&number.to_string(), "acp:hang"),
                AMPLE,
                &cancel,
                &mut chat,
            )
            .await
        });
    }
    for _ in 0..MOST {
        watch.recv().await.expect("each waits");
    }
    // It waits within its deadline.
    let short = within(Duration::from_millis(300));
    let request = said("another", "hello");
    let late = ask_in(
        &backend,
        &request,
        short,
        &CancellationToken::new(),
        &mut Chat::default(),
    )
    .await;
    assert_eq!(late, Err(Failure::TimedOut));
    cancel.cancel();
    assert_eq!(ask(&backend, &request).await.said(), "You said: hello");
}
