//! A chat that several agents answer.

use super::*;

/// As [`CONFIG`], and the owner and the group are answered by two.
fn config(strategy: &str) -> String {
    let broadcast = format!(
        "broadcast: {{ strategy: '{strategy}', '+15550100001': ['main', 'slow'], '{GROUP}': ['ops', 'main'] }},"
    );
    CONFIG.replacen('{', &format!("{{ {broadcast}"), 1)
}

#[tokio::test]
async fn the_chat_is_told_who_answers_and_that_nothing_else_is_chosen_there() {
    let world = World::with(&config("parallel")).await;
    expect(
        &world,
        &[
            (
                OWNER,
                "/agent current",
                "main and slow answer in this chat, at the same time",
            ),
            (OWNER, "/agent list", "• slow (answers here)"),
            (OWNER, "/agent list", "• main (answers here)"),
            (
                OWNER,
                "/agent switch ops",
                "take the chat out of it: fased config unset 'broadcast[\"+15550100001\"]'",
            ),
            (OWNER, "/session list", "there are no sessions to choose"),
            (OWNER, "/session new trip", "To begin all of them anew: /new"),
            (OWNER, "/status", "*Agents:* main and slow, at the same time"),
            (OWNER, "/stop", "Nothing is under way here."),
            // Elsewhere all is as ever.
            (ANNA, "/agent current", "main answers in this chat."),
            (ANNA, "/session current", "session main with main"),
        ],
    )
    .await;
    let _dir = world.end().await;
    let world = World::with(&config("sequential")).await;
    let told = world.told_in(GROUP, OWNER, "/agent current").await;
    assert!(
        told.contains("Operations (ops) and main answer in this chat, one after another"),
        "{told}"
    );
    let _dir = world.end().await;
}

#[tokio::test]
async fn what_was_chosen_in_the_chat_before_does_not_count() {
    let world = World::new().await;
    expect(&world, &[(OWNER, "/agent switch ops", "From now on")]).await;
    let world = World::over(world.end().await, &config("parallel")).await;
    expect(&world, &[(OWNER, "/agent current", "main and slow answer")]).await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_stop_ends_all_of_them_and_the_conversations_begin_anew_together() {
    let world = World::with(&config("parallel")).await;
    let asked = world.write(OWNER, OWNER, "hello").await;
    world.until_run(asked, &["running"]).await;
    for _ in 0..3_000 {
        if !world.sent(OWNER).await.is_empty() {
            break;
        }
        clock::pause(Duration::from_millis(10)).await;
    }
    assert_eq!(world.sent(OWNER).await, ["*main:* hello"]);
    let later = world.write(OWNER, OWNER, "and this").await;
    world.until_run(later, &["running", "queued"]).await;
    expect(
        &world,
        &[
            (OWNER, "/status", "*Under way:* for"),
            (
                OWNER,
                "/new",
                "main and slow are not told any more what was said before. Answers that are being made still belong",
            ),
            (OWNER, "/stop", "Stopped, and one that waited was dropped."),
            (OWNER, "/stop", "Nothing is under way here."),
        ],
    )
    .await;
    for seq in [asked, later] {
        assert_eq!(world.until_run(seq, &["cancelled"]).await, "cancelled");
    }
    let epochs: Vec<(String, i64)> = [("main", "+15550100001"), ("slow", "+15550100001")]
        .map(|(agent, person)| (agent, format!("dm:{person}")))
        .map(|(agent, peer)| (agent.to_owned(), peer))
        .into_iter()
        .map(|(agent, peer)| (format!("{agent} {peer}"), 1))
        .collect();
    let mut found = Vec::new();
    for agent in ["main", "slow"] {
        let rows = world
            .store
            .sessions_of(agent, "default", "dm:+15550100001")
            .await
            .expect("read");
        found.extend(
            rows.into_iter()
                .map(|row| (format!("{agent} {}", row.peer), row.epoch)),
        );
    }
    assert_eq!(found, epochs);
    let _dir = world.end().await;
}

#[tokio::test]
async fn what_waits_to_be_shared_out_belongs_to_the_conversation_before() {
    let text = config("parallel").replacen("dmPolicy:", "debounceMs: 60000, dmPolicy:", 1);
    let world = World::with(&text).await;
    let waits = world.write(OWNER, OWNER, "one").await;
    world.until_run(waits, &["queued"]).await;
    let joins = world.write(OWNER, OWNER, "two").await;
    world.until_run(joins, &["queued"]).await;
    let run = world.store.run_of(joins).await.expect("read").expect("there");
    assert_eq!(
        (run.kind.as_str(), run.answers.len(), run.forks.len()),
        ("broadcast", 2, 0)
    );
    expect(&world, &[(OWNER, "/new", "main and slow are not told any more")]).await;
    for _ in 0..3_000 {
        if world.sent(OWNER).await.contains(&"*main:* one\ntwo".to_owned()) {
            break;
        }
        clock::pause(Duration::from_millis(10)).await;
    }
    let sent = world.sent(OWNER).await;
    assert!(sent.contains(&"*main:* one\ntwo".to_owned()), "{sent:?}");
    let run = world.store.run_of(waits).await.expect("read").expect("there");
    assert_eq!(run.forks.len(), 2);
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_stop_also_ends_what_those_began_who_answer_there_no_more() {
    let world = World::with(&config("parallel")).await;
    let asked = world.write(OWNER, OWNER, "hello").await;
    for _ in 0..3_000 {
        if !world.sent(OWNER).await.is_empty() {
            break;
        }
        clock::pause(Duration::from_millis(10)).await;
    }
    world.until_run(asked, &["running"]).await;
    let folder = world.dir.path().to_owned();
    let mut changed =
        Config::parse(CONFIG, Path::new("/etc/fased.json"), |id| folder.join(id)).expect("valid");
    world
        .account
        .apply(changed.accounts.remove("default").expect("an account"))
        .await;
    expect(
        &world,
        &[
            (OWNER, "/stop", "Stopped."),
            (OWNER, "/stop", "Nothing is under way here."),
        ],
    )
    .await;
    assert_eq!(world.until_run(asked, &["cancelled"]).await, "cancelled");
    let _dir = world.end().await;
}
