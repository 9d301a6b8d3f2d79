//! Who answers, in which session.

use super::*;

#[tokio::test]
async fn help_and_status_tell_what_there_is() {
    let world = World::new().await;
    let all = world.told(OWNER, "/help").await;
    let some = world.told(ANNA, "/help").await;
    assert!(all.contains("/pairing") && all.contains("/task"), "{all}");
    assert!(!some.contains("/pairing") && some.contains("/task"), "{some}");
    expect(
        &world,
        &[
            (OWNER, "/help pairing", "/pairing approve"),
            (ANNA, "/help pairing", "for the owner"),
            (ANNA, "/help task", "/task new"),
            (OWNER, "/status", "*Account default:* Messages flow both ways."),
            (OWNER, "/STATUS", "*Under way:* nothing"),
            (ANNA, "/status", "*Agent:* main"),
            (OWNER, "/status now", "/status"),
            (OWNER, "/session dance", "Right:"),
        ],
    )
    .await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn an_agent_is_chosen_by_id_or_name_for_one_chat() {
    let world = World::new().await;
    expect(
        &world,
        &[
            (OWNER, "/agent current", "main answers in this chat."),
            (OWNER, "/agent list", "• main (answers here)"),
            (OWNER, "/agent list", "• Operations (ops)"),
            (
                OWNER,
                "/agent switch OPERATIONS",
                "Operations (ops) answers in this chat",
            ),
            (OWNER, "/agent switch ops", "already"),
            (OWNER, "/status", "*Agent:* Operations (ops)"),
            (ANNA, "/agent current", "main answers"),
            (OWNER, "/agent switch opps", "Did you mean ops?"),
            (
                OWNER,
                "/agent switch nobody-at-all",
                "There is no agent nobody-at-all.",
            ),
        ],
    )
    .await;
    // It outlives the process.
    let world = World::over(world.end().await, CONFIG).await;
    expect(
        &world,
        &[
            (OWNER, "/agent current", "Operations (ops)"),
            (OWNER, "/agent switch main", "From now on main answers"),
        ],
    )
    .await;
    let world = World::over(world.end().await, CONFIG).await;
    expect(&world, &[(OWNER, "/agent current", "main answers")]).await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn sessions_are_begun_switched_listed_and_closed() {
    let world = World::new().await;
    expect(
        &world,
        &[
            (OWNER, "/session current", "session main with main"),
            (OWNER, "/session new Summer trip", "Session Summer-trip begins"),
            (OWNER, "/session current", "session Summer-trip"),
            (
                OWNER,
                "/session new summer-TRIP",
                "There is a session Summer-trip already",
            ),
            (OWNER, "/session new", "Session 2 begins"),
            (OWNER, "/session list", "• 2 (here)"),
            (OWNER, "/session list", "• Summer-trip"),
            (
                OWNER,
                "/session switch summer-trip",
                "goes on in session Summer-trip",
            ),
            (OWNER, "/session switch sumer-trip", "Did you mean Summer-trip?"),
            (OWNER, "/session close", "Session Summer-trip is closed"),
            (
                OWNER,
                "/session switch summer-trip",
                "There is no session summer-trip.",
            ),
            (OWNER, "/session current", "session main"),
            (OWNER, "/session close", "always there"),
            (OWNER, "/session new main", "always there"),
            (OWNER, "/session new a:b", "letters, digits"),
            (OWNER, "/session switch main", "already"),
            (OWNER, "/session switch 2", "goes on in session 2"),
            (OWNER, "/session switch MAIN", "goes on in session main"),
            (OWNER, "/new", "A new conversation begins"),
            (OWNER, "/reset", "A new conversation begins"),
        ],
    )
    .await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn what_follows_a_command_in_its_chat_is_judged_after_it() {
    let world = World::new().await;
    let shared = world.account.shared();
    // All of it is in the journal before anything is decided, as after a time without a link.
    let verdicts = shared.verdicts.lock().await;
    for text in ["/agent switch ops", "hello", "/agent switch main", "hello again"] {
        world.write(OWNER, OWNER, text).await;
    }
    drop(verdicts);
    for seq in 1..=4 {
        assert_eq!(world.until_run(seq, &["ok"]).await, "ok");
    }
    let mut agents = Vec::new();
    for seq in [2, 4] {
        agents.push(world.store.run_of(seq).await.expect("read").expect("a run").agent);
    }
    assert_eq!(agents, ["ops", "main"]);
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_run_under_way_is_shown_stopped_and_its_words_stay_in_the_old_conversation() {
    let world = World::new().await;
    expect(&world, &[(OWNER, "/stop", "Nothing is under way here.")]).await;
    expect(&world, &[(OWNER, "/agent switch slow", "From now on slow")]).await;
    let long = world.write(OWNER, OWNER, "take your time").await;
    world.until_run(long, &["running"]).await;
    let waits = world.write(OWNER, OWNER, "and then this").await;
    world.until_run(waits, &["queued"]).await;
    expect(
        &world,
        &[
            (OWNER, "/status", "*Under way:* for"),
            (OWNER, "/status", "*Waiting:* 1"),
            (OWNER, "/new", "still belongs to the one before"),
            (OWNER, "/stop", "Stopped, and one that waited was dropped."),
        ],
    )
    .await;
    world.until_run(long, &["cancelled"]).await;
    world.until_run(waits, &["cancelled"]).await;
    expect(&world, &[(OWNER, "/status", "*Under way:* nothing")]).await;
    let key = "agent:slow:whatsapp:default:dm:+15550100001";
    let said = async |epoch| {
        world
            .store
            .history(key, epoch, 10, 10_000)
            .await
            .expect("read")
            .len()
    };
    assert_eq!((said(0).await, said(1).await), (1, 0));
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_closed_session_stays_closed_although_a_run_of_it_was_under_way() {
    let world = World::new().await;
    expect(
        &world,
        &[
            (OWNER, "/agent switch slow", "From now on slow"),
            (OWNER, "/session new trip", "Session trip begins"),
        ],
    )
    .await;
    let long = world.write(OWNER, OWNER, "take your time").await;
    world.until_run(long, &["running"]).await;
    expect(&world, &[(OWNER, "/session close", "closed and forgotten")]).await;
    world.until_run(long, &["cancelled"]).await;
    let told = world.told(OWNER, "/session list").await;
    assert!(!told.contains("trip"), "{told}");
    let _dir = world.end().await;
}
