//! Tasks from the chat.

use super::*;

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
