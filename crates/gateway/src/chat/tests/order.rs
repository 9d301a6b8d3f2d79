//! What waits for a command, and what does not.

use super::*;
use crate::run::running::Entered;
use crate::store::{QueuedRun, RunKind};

const HIDDEN: &str = "100000000000001@lid";
const TRIP: &str = "agent:main:whatsapp:default:dm:+15550100001:trip";

/// A session that is busy for as long as this is kept.
fn busy(world: &World, session: &str) -> Entered {
    let run = QueuedRun {
        id: 999,
        kind: RunKind::Task,
        chat: OWNER.to_owned(),
        agent: "main".to_owned(),
        session: session.to_owned(),
        created_ms: 0,
        message: None,
        task: None,
        joined: false,
        reads: false,
        fork_of: None,
        is_one_of_several: false,
        epoch: 0,
    };
    let running = &world.account.shared().engine.running;
    running.enter("other", &run).expect("nobody has it")
}

/// A command that is not done before its session is quiet.
async fn slow_command(world: &World) -> (i64, Entered) {
    expect(world, &[(OWNER, "/session new trip", "Session trip begins")]).await;
    let kept = busy(world, TRIP);
    let seq = world.write(OWNER, OWNER, "/session close").await;
    world.until_run(seq, &["running"]).await;
    (seq, kept)
}

#[tokio::test]
async fn however_much_waits_for_a_command_other_chats_are_answered() {
    let world = World::new().await;
    let pair = fased_policy::ids::Identity::from_jids(HIDDEN, Some(OWNER));
    let pair = (pair.lid.expect("a hidden id"), pair.phone.expect("a number"));
    world.store.learn_identities(&[pair], 0).await.expect("kept");
    let (command, kept) = slow_command(&world).await;
    let under_another_name = world.write(HIDDEN, HIDDEN, "the same chat").await;
    for number in 0..130 {
        world.write(OWNER, OWNER, &format!("held {number}")).await;
    }
    let others = world.write(BERT, BERT, "hello").await;
    world.until_run(others, &["ok"]).await;
    let last = world.write(BERT, BERT, "hello again").await;
    world.until_run(last, &["ok"]).await;
    world.until_run(command, &["running"]).await;
    assert!(
        world
            .store
            .run_of(under_another_name)
            .await
            .expect("read")
            .is_none(),
        "it waits, too"
    );
    drop(kept);
    for seq in [command, under_another_name, others - 1] {
        world.until_run(seq, &["ok"]).await;
    }
    let _dir = world.end().await;
}

#[tokio::test]
async fn no_verdict_is_given_between_the_commit_of_a_command_and_its_effect() {
    let world = World::new().await;
    let (command, kept) = slow_command(&world).await;
    let verdicts = world.account.shared().verdicts.lock().await;
    drop(kept);
    for _ in 0..30 {
        clock::pause(Duration::from_millis(10)).await;
        let run = world.store.run_of(command).await.expect("read").expect("a run");
        assert_eq!(run.state, "running", "somebody gives verdicts");
    }
    drop(verdicts);
    world.until_run(command, &["ok"]).await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn words_that_somebody_else_chose_command_nothing() {
    let world = World::new().await;
    for (content, raw_kind) in [
        ("text", "buttonsResponseMessage"),
        ("text", "templateButtonReplyMessage"),
        ("text", "listResponseMessage"),
        ("text", "interactiveResponseMessage"),
        ("text", "groupInviteMessage"),
        ("image", "imageMessage"),
    ] {
        let seq = world
            .write_as(OWNER, OWNER, "/agent switch ops", |message| {
                content.clone_into(&mut message.content);
                raw_kind.clone_into(&mut message.raw_kind);
            })
            .await;
        world.until_run(seq, &["ok"]).await;
        let sent = world.sent(OWNER).await;
        let last = sent.last().expect("an answer");
        assert!(last.contains("/agent switch ops"), "{raw_kind}: {last}");
    }
    expect(&world, &[(OWNER, "/agent current", "main answers")]).await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn in_a_group_a_command_may_follow_a_mention() {
    let world = World::new().await;
    let seq = world
        .write_as(GROUP, OWNER, "@15550100009 /agent current", |message| {
            message.mentions = r#"["15550100009@s.whatsapp.net"]"#.to_owned();
        })
        .await;
    world.until_run(seq, &["ok"]).await;
    let sent = world.sent(GROUP).await;
    assert!(sent[0].contains("main answers in this chat"), "{sent:?}");
    let _dir = world.end().await;
}
