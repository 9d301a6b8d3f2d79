//! Tasks from the chat.

use super::*;
use crate::store::{Change, RunNow};

/// The id that an answer begins with: `Task *bcdf*…`.
fn id_in(told: &str) -> String {
    let id = told.split('*').nth(1).expect("an id between stars");
    assert_eq!(id.len(), 4, "{told}");
    id.to_owned()
}

#[tokio::test]
async fn a_task_lives_from_new_to_cancel() {
    let world = World::new().await;
    let told = world.told(OWNER, "/task new every 2h Water: drink a glass").await;
    assert!(told.contains("Water") && told.contains("every 2h"), "{told}");
    let id = id_in(&told);
    expect(
        &world,
        &[
            (OWNER, "/tasks", &format!("*{id}* Water")),
            (OWNER, "/status", "*Tasks:* 1 here"),
            (
                OWNER,
                &format!("/task show {}", id.to_uppercase()),
                "drink a glass",
            ),
            (OWNER, &format!("/task pause {id}"), &format!("/task resume {id}")),
            (OWNER, "/task list", "paused"),
            (OWNER, &format!("/task resume {id}"), "goes on; next"),
            (OWNER, &format!("/task edit {id} schedule every 3h"), "every 3h"),
            (OWNER, &format!("/task edit {id} name Tea"), "is changed"),
            (OWNER, "/task list", "Tea"),
            (OWNER, &format!("/task runs {id}"), "has not run yet"),
            (OWNER, &format!("/task last {id}"), &format!("/task run {id}")),
            (OWNER, "/task show zzzz", "Task not found: zzzz"),
            (OWNER, "/task cancel-run 99", "Run not found: 99"),
            (OWNER, "/task new", "/task new"),
            (OWNER, "/task new every 2h", "Say what is to be done"),
            (
                OWNER,
                &format!("/task cancel {id}"),
                &format!("Task {id} (Tea) is deleted."),
            ),
            (
                OWNER,
                &format!("/task cancel {id}"),
                &format!("Task not found: {id}"),
            ),
            (OWNER, "/task list", "There are no Tasks here."),
        ],
    )
    .await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_task_belongs_to_the_agent_and_session_of_its_chat() {
    let world = World::new().await;
    expect(
        &world,
        &[
            (OWNER, "/agent switch ops", "From now on"),
            (OWNER, "/session new trip", "begins"),
        ],
    )
    .await;
    let id = id_in(&world.told(OWNER, "/task new daily at 9:00 pack the bag").await);
    let task = world.store.task(&id).await.expect("read").expect("there");
    assert_eq!(
        (task.agent.as_str(), task.session.as_str(), task.chat.as_str()),
        ("ops", "agent:ops:whatsapp:default:dm:+15550100001:trip", OWNER)
    );
    assert_eq!(task.created_by.as_deref(), Some("+15550100001"));
    assert_eq!(task.prompt, "pack the bag");
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_task_runs_once_for_each_time_that_it_is_told_to() {
    let world = World::new().await;
    let id = id_in(&world.told(OWNER, "/task new every 2h say this").await);
    expect(
        &world,
        &[(
            OWNER,
            &format!("/task run {id}"),
            &format!("Task {id} runs now; its result comes here."),
        )],
    )
    .await;
    let runs = loop {
        let runs = world.store.task_runs(&id, 10).await.expect("read");
        if runs.iter().all(|run| run.state == "ok") {
            break runs;
        }
        clock::pause(Duration::from_millis(10)).await;
    };
    assert_eq!(runs.len(), 1);
    expect(
        &world,
        &[
            (
                OWNER,
                &format!("/task runs {id}"),
                &format!("{} · ok", runs[0].id),
            ),
            (OWNER, &format!("/task last {id}"), "say this"),
            (
                OWNER,
                &format!("/task cancel-run {}", runs[0].id),
                "has ended already: ok",
            ),
        ],
    )
    .await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn who_is_no_owner_works_on_the_tasks_of_their_chat_only() {
    let world = World::new().await;
    let owners = id_in(&world.told(OWNER, "/task new every 2h Mine: mine").await);
    let annas = id_in(&world.told(ANNA, "/task new every 2h Hers: hers").await);
    expect(
        &world,
        &[
            (
                ANNA,
                &format!("/task show {owners}"),
                &format!("Task not found: {owners}"),
            ),
            (ANNA, &format!("/task cancel {owners}"), "Task not found"),
            (ANNA, &format!("/task run {owners}"), "Task not found"),
            (ANNA, &format!("/task pause {annas}"), "is paused"),
            (OWNER, &format!("/task show {annas}"), "Hers"),
            (OWNER, "/task list all", "Hers"),
            (OWNER, "/task list all", "Mine"),
        ],
    )
    .await;
    for (sender, text) in [(ANNA, "/task list all"), (ANNA, "/tasks")] {
        let told = world.told(sender, text).await;
        assert!(told.contains("Hers") && !told.contains("Mine"), "{text}: {told}");
    }
    let told = world.told(OWNER, "/tasks").await;
    assert!(told.contains("Mine") && !told.contains("Hers"), "{told}");
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_task_that_is_at_work_says_so_and_how_to_end_it() {
    let world = World::new().await;
    expect(&world, &[(OWNER, "/agent switch slow", "From now on slow")]).await;
    let id = id_in(&world.told(OWNER, "/task new every 2h take your time").await);
    let told = world.told(OWNER, &format!("/task run {id}")).await;
    let run = world
        .store
        .open_task_run(&id)
        .await
        .expect("read")
        .expect("a run");
    assert!(
        told.contains(&format!("To end it: /task cancel-run {run}")),
        "{told}"
    );
    let again = world.told(OWNER, &format!("/task run {id}")).await;
    assert!(again.contains(&format!("run {run} has not ended")), "{again}");
    assert_eq!(world.store.task_runs(&id, 10).await.expect("read").len(), 1);
    let ended = world.told(OWNER, &format!("/task cancel-run {run}")).await;
    assert!(ended.contains("is ended"), "{ended}");
    let _dir = world.end().await;
}

#[tokio::test]
async fn one_command_queues_one_run_however_often_it_is_carried_out() {
    let world = World::new().await;
    let id = id_in(&world.told(OWNER, "/task new every 2h say this").await);
    let store = &world.store;
    let run = async |given_ms| {
        let now = clock::now_ms();
        store
            .run_task_by_command(&id, OWNER, 9, given_ms, now)
            .await
            .expect("done")
    };
    let queued = run(1_000).await;
    assert!(matches!(queued, Some(RunNow::Queued(_))), "{queued:?}");
    assert_eq!(run(1_000).await, queued);
    let other = run(2_000).await;
    assert!(matches!((queued, other), (Some(RunNow::Queued(one)), Some(RunNow::Busy(same))) if one == same));
    store.delete_task(&id, clock::now_ms()).await.expect("done");
    assert_eq!(run(3_000).await, None, "it is gone");
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_run_that_starts_while_its_task_is_deleted_is_ended() {
    let world = World::new().await;
    expect(&world, &[(OWNER, "/agent switch slow", "From now on slow")]).await;
    let id = id_in(&world.told(OWNER, "/task new every 2h take your time").await);
    world.told(OWNER, &format!("/task run {id}")).await;
    let state = async || {
        world.store.task_runs(&id, 1).await.expect("read")[0]
            .state
            .clone()
    };
    while state().await != "running" {
        clock::pause(Duration::from_millis(10)).await;
    }
    // As if it had started after the command had looked for it and before the Task was gone.
    world.store.delete_task(&id, clock::now_ms()).await.expect("done");
    let change = Change::DeleteTask { id: id.clone() };
    crate::chat::done(world.account.shared(), [&change].into_iter()).await;
    while state().await != "cancelled" {
        clock::pause(Duration::from_millis(10)).await;
    }
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_session_with_tasks_is_not_closed_before_they_are_deleted() {
    let world = World::new().await;
    expect(&world, &[(OWNER, "/session new trip", "Session trip begins")]).await;
    let id = id_in(&world.told(OWNER, "/task new every 2h Bag: pack the bag").await);
    expect(
        &world,
        &[
            (
                OWNER,
                "/session close",
                &format!("Delete them first: /task cancel {id}"),
            ),
            (OWNER, "/session close", &format!("• {id} (Bag)")),
            (OWNER, "/session current", "session trip"),
            (OWNER, &format!("/task cancel {id}"), "is deleted"),
            (OWNER, "/session close", "Session trip is closed"),
        ],
    )
    .await;
    let _dir = world.end().await;
}

#[tokio::test]
async fn a_task_is_found_by_its_name() {
    let world = World::new().await;
    let tea = id_in(
        &world
            .told(OWNER, "/task new every 2h x3 until ok Tea: drink")
            .await,
    );
    let news = id_in(&world.told(OWNER, "/task new every 2h Morning news: read").await);
    let annas = id_in(&world.told(ANNA, "/task new every 2h Hers: hers").await);
    let also_tea = id_in(&world.told(ANNA, "/task new every 2h tea: drink").await);
    expect(
        &world,
        &[
            (
                OWNER,
                "/task show tea",
                &format!("*{tea}* Tea · active\nevery 2h, 3 times, until it went well once"),
            ),
            (OWNER, "/task pause TEA", &format!("Task {tea} is paused.")),
            (
                OWNER,
                "/task pause morning news",
                &format!("Task {news} is paused."),
            ),
            (OWNER, "/task show hers", &format!("*{annas}*")),
            (ANNA, "/task show tea", &format!("*{also_tea}*")),
            (ANNA, "/task show morning news", "Task not found: morning news."),
            (
                OWNER,
                "/task show taa",
                &format!("Task not found: taa. Did you mean {also_tea} (tea) or {tea} (Tea)?"),
            ),
            (OWNER, "/task runs coffee", "Task not found: coffee."),
        ],
    )
    .await;
    let _dir = world.end().await;
}
