use super::super::fixtures::{ACCOUNT, NOW, store};
use super::*;

fn new(prompt: &str) -> NewTaskRow {
    NewTaskRow {
        account: ACCOUNT.to_owned(),
        agent: "main".to_owned(),
        session: "agent:main:whatsapp:default:dm:+15550100002".to_owned(),
        chat: "15550100002@s.whatsapp.net".to_owned(),
        created_by: Some("+15550100002".to_owned()),
        created_run: None,
        definition: TaskDefinition {
            name: None,
            prompt: prompt.to_owned(),
            schedule: Some(Schedule::Every { seconds: 3_600 }),
            zone: "UTC".to_owned(),
            state: State::Active,
            next_ms: Some(NOW + 3_600_000),
            max_runs: None,
            max_successes: None,
        },
        starts_now: false,
    }
}

/// The id that is made of these bytes is made of the next ones, if that is taken.
fn bytes(first: u8) -> Vec<[u8; ID_LEN]> {
    (first..first + 4).map(|byte| [byte; ID_LEN]).collect()
}

fn made(created: Created) -> TaskRow {
    match created {
        Created::New(task, _) => task,
        other @ (Created::Before(_) | Created::Full) => panic!("{other:?}"),
    }
}

#[test]
fn an_id_is_short_and_has_nothing_that_looks_alike() {
    for byte in 0..=255 {
        let id = short_id([byte, byte.wrapping_add(1), byte.wrapping_add(2), 255 - byte]);
        assert_eq!(id.len(), ID_LEN);
        assert!(id.chars().all(|letter| !"01ilouaeIO".contains(letter)), "{id}");
    }
    assert_eq!(short_id([0, 27, 28, 55]), "b9b9");
}

#[tokio::test]
async fn an_id_that_is_taken_is_not_given_again() {
    let (_dir, store) = store().await;
    let first = made(store.create_task(&new("a"), &bytes(0), NOW).await.expect("made"));
    let second = made(store.create_task(&new("b"), &bytes(0), NOW).await.expect("made"));
    assert_eq!((first.id.as_str(), second.id.as_str()), ("bbbb", "cccc"));
    // Somebody may still ask what became of it.
    let run = store
        .run_task_now(&first, &first.chat, 10, NOW)
        .await
        .expect("queued");
    assert!(matches!(run, super::super::RunNow::Queued(_)));
    store
        .delete_task("bbbb", NOW)
        .await
        .expect("deleted")
        .expect("there was one");
    let third = made(store.create_task(&new("c"), &bytes(0), NOW).await.expect("made"));
    assert_eq!(third.id, "dddd");
    let none = store.create_task(&new("d"), &[[0; ID_LEN]], NOW).await;
    assert!(none.is_err(), "all that were offered are taken");
}

#[tokio::test]
async fn a_command_that_is_carried_out_again_makes_no_second_task() {
    let (_dir, store) = store().await;
    let new = NewTaskRow {
        created_run: Some(7),
        starts_now: true,
        ..new("once")
    };
    let first = store.create_task(&new, &bytes(0), NOW).await.expect("made");
    let Created::New(task, Some(run)) = first else {
        panic!("{first:?}");
    };
    let again = store.create_task(&new, &bytes(0), NOW + 1).await.expect("asked");
    assert_eq!(again, Created::Before(task));
    let runs = store.task_runs("bbbb", 10).await.expect("runs");
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [run]);
    assert_eq!(
        (runs[0].state.as_str(), runs[0].cause.as_deref()),
        ("queued", Some("created"))
    );
}

#[tokio::test]
async fn a_task_is_found_however_it_is_typed_and_listed_by_what_it_does_next() {
    let (_dir, store) = store().await;
    let later = made(
        store
            .create_task(&new("later"), &bytes(0), NOW)
            .await
            .expect("made"),
    );
    let mut soon = new("soon");
    soon.definition.next_ms = Some(NOW + 60_000);
    let soon = made(store.create_task(&soon, &bytes(10), NOW).await.expect("made"));
    let mut elsewhere = new("elsewhere");
    elsewhere.chat = "120363000000000001@g.us".to_owned();
    elsewhere.account = "work".to_owned();
    let elsewhere = made(
        store
            .create_task(&elsewhere, &bytes(20), NOW)
            .await
            .expect("made"),
    );
    let found = store.task(" BBbb ").await.expect("read");
    assert_eq!(found, Some(later.clone()));
    assert_eq!(store.task("zzzz").await.expect("read"), None);

    store
        .set_task_state(&later.id, State::Done, None, NOW)
        .await
        .expect("set");
    store
        .set_task_state(&elsewhere.id, State::Paused, None, NOW)
        .await
        .expect("set");
    let ids = async |filter: TaskFilter| {
        let (tasks, all) = store.list_tasks(&filter).await.expect("a list");
        (
            tasks
                .into_iter()
                .map(|task| task.prompt)
                .collect::<Vec<_>>()
                .join(" "),
            all,
        )
    };
    let open = TaskFilter {
        limit: 10,
        ..TaskFilter::default()
    };
    assert_eq!(ids(open.clone()).await, ("soon elsewhere".to_owned(), 2));
    let all = TaskFilter {
        done: true,
        ..open.clone()
    };
    assert_eq!(ids(all.clone()).await, ("soon elsewhere later".to_owned(), 3));
    let first = TaskFilter { limit: 1, ..all };
    assert_eq!(ids(first).await, ("soon".to_owned(), 3), "the rest is counted");
    let of_account = TaskFilter {
        account: Some("work".to_owned()),
        ..open.clone()
    };
    assert_eq!(ids(of_account).await, ("elsewhere".to_owned(), 1));
    let of_agent = |agent: &str| TaskFilter {
        agent: Some(agent.to_owned()),
        ..open.clone()
    };
    assert_eq!(ids(of_agent(&soon.agent)).await, ("soon elsewhere".to_owned(), 2));
    assert_eq!(ids(of_agent("another")).await, (String::new(), 0));
    let of_chat = TaskFilter {
        chats: vec![soon.chat.clone()],
        ..open
    };
    assert_eq!(ids(of_chat).await, ("soon".to_owned(), 1));
}

#[tokio::test]
async fn a_task_that_is_deleted_leaves_its_history_and_nothing_that_runs() {
    let (_dir, store) = store().await;
    let task = made(store.create_task(&new("x"), &bytes(0), NOW).await.expect("made"));
    store
        .run_task_now(&task, &task.chat, 10, NOW)
        .await
        .expect("queued");
    let running = store.delete_task(&task.id, NOW + 5).await.expect("deleted");
    assert_eq!(running, Some(vec![]));
    assert_eq!(store.task(&task.id).await.expect("read"), None);
    let runs = store.task_runs(&task.id, 10).await.expect("runs");
    assert_eq!((runs.len(), runs[0].state.as_str()), (1, "cancelled"));
    assert_eq!(runs[0].ended_ms, Some(NOW + 5));
    assert_eq!(store.delete_task(&task.id, NOW).await.expect("asked"), None);
}

#[tokio::test]
async fn whoever_waits_for_changes_is_woken_by_each() {
    let (_dir, store) = store().await;
    let task = made(store.create_task(&new("x"), &bytes(0), NOW).await.expect("made"));
    store.tasks_changed().await;
    store
        .set_task_state(&task.id, State::Paused, None, NOW)
        .await
        .expect("set");
    store.tasks_changed().await;
    let definition = TaskDefinition {
        prompt: "y".to_owned(),
        ..new("x").definition
    };
    let to = definition.clone();
    let edited = store
        .change_task(&task.id, NOW + 1, move |_| anyhow::Ok(to))
        .await
        .expect("edited");
    store.tasks_changed().await;
    let edited = edited.expect("a Task").expect("changed");
    assert_eq!((edited.prompt.as_str(), edited.state.as_str()), ("y", "active"));
    assert_eq!(edited.next_ms, definition.next_ms);
    let none = store
        .change_task("zzzz", NOW, move |_| anyhow::Ok(definition))
        .await;
    assert!(none.expect("asked").is_none());
}

#[tokio::test]
async fn a_schedule_that_cannot_be_read_is_kept_through_a_change() {
    let (_dir, store) = store().await;
    let task = made(store.create_task(&new("x"), &bytes(0), NOW).await.expect("made"));
    let of_a_later_version = r#"{"kind":"moon","phase":"full"}"#;
    store
        .put_schedule(&task.id, Some(of_a_later_version))
        .await
        .expect("set");
    let renamed = |task: &TaskRow| {
        anyhow::Ok(TaskDefinition {
            name: Some("moon".to_owned()),
            ..task.definition()
        })
    };
    let changed = store.change_task(&task.id, NOW, renamed).await.expect("asked");
    let changed = changed.expect("a Task").expect("changed");
    assert_eq!(changed.schedule.as_deref(), Some(of_a_later_version));
    assert!(changed.is_unreadable());
}
