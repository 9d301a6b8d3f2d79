//! Who may command, who is let in, and what is answered in groups.

use super::*;

const PAIRING: &str = r#"{
    channels: { whatsapp: { dmPolicy: "pairing", groupPolicy: "open", owners: ["+15550100001"], allowFrom: ["+15550100001", "+15550100002"] } },
    commands: { allowFrom: ["+15550100002"] },
}"#;

#[tokio::test]
async fn commands_of_others_are_plain_text_alone_and_context_in_groups() {
    let world = World::new().await;
    assert_eq!(
        world.told(BERT, "/status").await,
        "/status",
        "the agent repeats it"
    );
    let seq = world.write(GROUP, BERT, "/stop").await;
    let owners = world.told_in(GROUP, OWNER, "/status").await;
    assert!(owners.contains("only messages that mention"), "{owners}");
    let listed = world.told_in(GROUP, ANNA, "/agent current").await;
    assert!(listed.contains("main answers"), "{listed}");
    assert!(world.store.run_of(seq).await.expect("read").is_none());
    assert_eq!(world.sent(GROUP).await.len(), 2);
    let _dir = world.end().await;
}

#[tokio::test]
async fn the_owner_chooses_what_is_answered_in_a_group() {
    let world = World::new().await;
    expect(&world, &[(OWNER, "/activation always", "That is for groups")]).await;
    for (text, expected) in [
        (
            "/activation",
            "Now only messages that mention this account are answered here.",
        ),
        (
            "/activation always",
            "From now on every message is answered here.",
        ),
        ("hello there", "hello there"),
        ("/activation", "To change it: /activation mention"),
        (
            "/activation default",
            "As the config says, only messages that mention",
        ),
    ] {
        let told = world.told_in(GROUP, OWNER, text).await;
        assert!(told.contains(expected), "{text}: {told}");
    }
    let _dir = world.end().await;
}

#[tokio::test]
async fn only_owners_let_people_in_and_a_code_may_be_typed_carelessly() {
    let world = World::with(PAIRING).await;
    expect(&world, &[(OWNER, "/pairing list", "Nobody waits for approval.")]).await;
    let held = world.write(BERT, BERT, "may I?").await;
    let code = loop {
        let pending = world
            .store
            .pending_pairings(None, clock::now_ms())
            .await
            .expect("read");
        match pending.into_iter().next() {
            Some(request) => break request.code.expect("a code"),
            None => clock::pause(Duration::from_millis(10)).await,
        }
    };
    let in_group = world.told_in(GROUP, OWNER, "/pairing list").await;
    assert!(
        in_group.starts_with("Ask me in a chat of our own") && !in_group.contains(&code),
        "{in_group}"
    );
    let careless = format!("/pairing approve {} {}", &code[..4].to_lowercase(), &code[4..]);
    expect(
        &world,
        &[
            (OWNER, "/pairing list", &code),
            (OWNER, "/pairing list", "+15550100003"),
            (ANNA, "/pairing list", "for the owner"),
            (ANNA, &careless, "for the owner"),
            (
                OWNER,
                "/pairing approve WRONGONE",
                "No pending pairing request found for code: WRONGONE. Who waits: /pairing list",
            ),
            (OWNER, &careless, "+15550100003 may write now."),
            (OWNER, &careless, "No pending pairing request found"),
        ],
    )
    .await;
    assert_eq!(
        world.until_run(held, &["ok"]).await,
        "ok",
        "what was held is answered"
    );
    assert!(world.sent(BERT).await.contains(&"may I?".to_owned()));
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_request_is_refused_by_its_code() {
    let world = World::with(PAIRING).await;
    world.write(BERT, BERT, "may I?").await;
    let code = loop {
        let pending = world
            .store
            .pending_pairings(None, clock::now_ms())
            .await
            .expect("read");
        match pending.into_iter().next() {
            Some(request) => break request.code.expect("a code"),
            None => clock::pause(Duration::from_millis(10)).await,
        }
    };
    expect(
        &world,
        &[
            (
                OWNER,
                &format!("/pairing deny {code}"),
                "The request of +15550100003 was refused.",
            ),
            (OWNER, "/pairing list", "Nobody waits"),
        ],
    )
    .await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_command_that_a_crash_cut_off_is_carried_out_once() {
    let world = World::new().await;
    expect(&world, &[(OWNER, "/session new trip", "Session trip begins")]).await;
    let dir = world.end().await;
    // As if the gateway had died when the command had started and nothing of it was committed, or all but the process
    // knew of it: the run starts again, and finds what is true by then.
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    store
        .execute_for_tests("UPDATE run SET state = 'running', attempts = 1, ended_ms = NULL")
        .await;
    store.execute_for_tests("DELETE FROM outbox").await;
    store.execute_for_tests("DELETE FROM session").await;
    store.execute_for_tests("DELETE FROM conversation").await;
    store.close().await;
    let world = World::over(dir, CONFIG).await;
    assert_eq!(world.until_run(1, &["ok", "interrupted", "error"]).await, "ok");
    let sent = world.sent(OWNER).await;
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains("Session trip begins"), "{sent:?}");
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_mistyped_command_of_those_who_may_command_goes_to_no_agent() {
    let world = World::new().await;
    let asks = "There is no command /halp. Did you mean /help?";
    expect(
        &world,
        &[
            (OWNER, "/halp", asks),
            (ANNA, "/halp", asks),
            (
                OWNER,
                "/agents",
                "There is no command /agents. Did you mean /agent?",
            ),
            (OWNER, "/ help", "There is no command / help. Did you mean /help?"),
            (OWNER, "/help.", "Commands:"),
        ],
    )
    .await;
    // The agent here says what it hears.
    for (sender, text) in [
        (OWNER, "/foo"),
        (OWNER, "/usr/bin is full"),
        (OWNER, "/tmp is full"),
        (BERT, "/halp"),
    ] {
        assert_eq!(world.told(sender, text).await, text);
    }
    let told = world.told_in(GROUP, OWNER, "/halp").await;
    assert!(told.contains(asks), "{told}");
    let _dir = world.end().await;
}
