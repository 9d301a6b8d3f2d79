use fased_protocol::control::{ErrorCode, TaskEdit};
use rstest::rstest;

use super::*;
use crate::store::TaskFilter;

fn open() -> TaskFilter {
    TaskFilter {
        limit: 10,
        ..TaskFilter::default()
    }
}

#[tokio::test]
async fn a_task_is_made_from_what_is_typed_and_shown_with_its_zone() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h report: Summarise the log").await;
    assert_eq!(made.id.len(), 4);
    assert_eq!(
        (made.state.as_str(), made.schedule.as_str()),
        ("active", "every 1h")
    );
    assert_eq!(made.name.as_ref().map(|name| name.0.as_str()), Some("report"));
    assert_eq!(made.prompt.0, "Summarise the log");
    assert_eq!(made.next_ms, Some(NOW + HOUR));
    assert_eq!(made.next.as_deref(), Some("2023-11-15 00:13:20 (Europe/Berlin)"));
    assert_eq!((made.chat.as_str(), made.held), ("+15550100002", None));
    assert_eq!(
        history(&desk, &made.id).await,
        Vec::<String>::new(),
        "it has not run yet"
    );

    let daily = make(&desk, "daily at 9:00 news: What happened?").await;
    assert_eq!(daily.schedule, "daily at 09:00 (Europe/Berlin)");
    assert_eq!(daily.next.as_deref(), Some("2023-11-15 09:00 (Europe/Berlin)"));
    let listed = desk.list(open()).await.expect("a list");
    let ids: Vec<&str> = listed.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(
        ids,
        [made.id.as_str(), daily.id.as_str()],
        "those that run next first"
    );
}

#[tokio::test]
async fn a_task_without_a_time_starts_at_once() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "Look up the weather").await;
    assert_eq!((made.state.as_str(), made.next_ms), ("active", None));
    assert_eq!(history(&desk, &made.id).await, ["queued created"]);
    assert_eq!(made.newest_run.expect("its run").state, "queued");
}

#[tokio::test]
async fn another_zone_and_limits_can_be_named() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let wish = Wish {
        text: "daily at 9:00 x",
        zone: Some("Asia/Tokyo"),
        max_runs: Some(3),
        ..Wish::default()
    };
    let made = desk.create(&origin(), &wish, NOW).await.expect("made");
    assert_eq!((made.zone.as_str(), made.max_runs), ("Asia/Tokyo", Some(3)));
    assert_eq!(made.next.as_deref(), Some("2023-11-15 09:00 (Asia/Tokyo)"));
    assert_eq!(made.schedule, "daily at 09:00 (Asia/Tokyo), 3 times");
    let nowhere = Wish {
        zone: Some("Middle/Earth"),
        ..wish
    };
    let error = desk
        .create(&origin(), &nowhere, NOW)
        .await
        .expect_err("no zone")
        .told();
    assert_eq!(error.code, ErrorCode::Usage);
    assert!(error.message.contains("Middle/Earth"), "{error:?}");
}

#[tokio::test]
async fn what_makes_no_sense_is_told_and_nothing_is_made() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    for text in ["", "every 1h", "every blue moon do x", "at 2001-01-01 09:00 x"] {
        let wish = Wish {
            text,
            ..Wish::default()
        };
        let error = desk.create(&origin(), &wish, NOW).await.expect_err(text).told();
        assert_eq!(error.code, ErrorCode::Usage, "{text}");
        assert!(!error.next.is_empty(), "{text}");
    }
    assert!(desk.list(open()).await.expect("a list").tasks.is_empty());
}

#[rstest]
#[case("{ enabled: false }", "switched off")]
#[case("{ observeOnly: true }", "only observes")]
#[case("{ accounts: { other: {} } }", "not configured")]
#[tokio::test]
async fn an_account_that_sends_nothing_gets_no_task_and_those_it_has_say_why_they_do_not_run(
    #[case] whatsapp: &str,
    #[case] why: &str,
) {
    let (_dir, store) = store().await;
    let made = make(&desk(&store), "every 1h x").await;
    let desk = Desk::new(&store, accounts(whatsapp));
    let wish = Wish {
        text: "every 1h x",
        ..Wish::default()
    };
    let error = desk
        .create(&origin(), &wish, NOW)
        .await
        .expect_err("refused")
        .told();
    assert_eq!(error.code, ErrorCode::Refused);
    assert!(error.message.contains(why), "{error:?}");
    let error = desk.run_now(&made.id, NOW).await.expect_err("refused").told();
    assert!(error.message.contains(why), "{error:?}");
    let held = desk.show(&made.id).await.expect("a Task").held;
    assert!(held.as_ref().is_some_and(|held| held.contains(why)), "{held:?}");
}

#[tokio::test]
async fn an_unknown_task_is_named_as_it_was_typed() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let edit = TaskEdit::default();
    let errors = [
        desk.show("Zzzz").await.expect_err("none"),
        desk.runs("Zzzz", 5).await.expect_err("none"),
        desk.last("Zzzz").await.expect_err("none"),
        desk.run_now("Zzzz", NOW).await.expect_err("none"),
        desk.pause("Zzzz", NOW).await.expect_err("none"),
        desk.resume("Zzzz", NOW).await.expect_err("none"),
        desk.edit("Zzzz", &edit, NOW).await.expect_err("none"),
        desk.cancel("Zzzz", |_| false, NOW).await.expect_err("none"),
    ];
    for error in errors {
        assert_eq!(error.to_string(), "Task not found: Zzzz");
        assert_eq!(error.told().code, ErrorCode::NotFound);
    }
    let error = desk.cancel_run(9, |_| false, NOW).await.expect_err("none");
    assert_eq!(error.to_string(), "Run not found: 9");
}

#[tokio::test]
async fn the_tasks_of_other_accounts_are_not_found_where_one_is_worked_on() {
    let (_dir, store) = store().await;
    let everything = desk(&store);
    let made = make(&everything, "x").await;
    let run = made.newest_run.as_ref().expect("its run").id;
    let others = accounts("{ accounts: { work: {} } }");
    let work = Desk::of(&store, Arc::clone(&others[0]));
    assert!(work.show(&made.id).await.is_err());
    assert!(work.runs(&made.id, 5).await.is_err());
    assert!(work.cancel_run(run, |_| false, NOW).await.is_err());
    assert!(work.list(open()).await.expect("a list").tasks.is_empty());
    everything
        .cancel(&made.id, |_| false, NOW)
        .await
        .expect("deleted");
    assert!(work.runs(&made.id, 5).await.is_err(), "nor its history");
    assert_eq!(
        history(&everything, &made.id.to_uppercase()).await,
        ["cancelled task_cancelled"]
    );
}

#[tokio::test]
async fn a_pause_is_not_caught_up_on() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    let paused = desk.pause(&made.id, NOW + MINUTE).await.expect("paused");
    assert_eq!((paused.state.as_str(), paused.next_ms), ("paused", None));
    let again = desk.pause(&made.id, NOW + MINUTE).await.expect("paused");
    assert_eq!(again.state, "paused");
    assert_eq!(
        store
            .due_tasks(NOW + 9 * DAY, &["default"], NOW, 10)
            .await
            .expect("due"),
        vec![]
    );
    let later = NOW + 3 * DAY + 10 * MINUTE;
    let resumed = desk.resume(&made.id, later).await.expect("resumed");
    assert_eq!(resumed.state, "active");
    assert_eq!(resumed.next_ms, Some(NOW + 3 * DAY + HOUR));
    assert_eq!(history(&desk, &made.id).await, Vec::<String>::new());
    let again = desk.resume(&made.id, later + 1).await.expect("it goes on");
    assert_eq!(again.next_ms, resumed.next_ms);
}

#[tokio::test]
async fn what_has_no_time_to_come_is_not_resumed() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "in 20m remind me").await;
    desk.pause(&made.id, NOW).await.expect("paused");
    let error = desk
        .resume(&made.id, NOW + HOUR)
        .await
        .expect_err("too late")
        .told();
    assert_eq!(error.code, ErrorCode::Refused);
    assert!(
        error.next.contains(&format!("fased tasks run {}", made.id)),
        "{error:?}"
    );
    let in_time = desk.resume(&made.id, NOW + MINUTE).await.expect("in time");
    assert_eq!(in_time.next_ms, Some(NOW + 20 * MINUTE));
}

#[tokio::test]
async fn a_paused_task_runs_when_told_to_and_stays_paused() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    desk.pause(&made.id, NOW).await.expect("paused");
    let run = desk.run_now(&made.id, NOW).await.expect("queued");
    assert_eq!(
        (run.state.as_str(), run.cause.as_deref()),
        ("queued", Some("manual"))
    );
    let error = desk.run_now(&made.id, NOW).await.expect_err("at work").told();
    assert_eq!(error.code, ErrorCode::Refused);
    assert!(
        error.next.contains(&format!("cancel-run {}", run.id)),
        "{error:?}"
    );
    let task = desk.cancel_run(run.id, |_| false, NOW).await.expect("ended");
    assert_eq!(task, made.id);
    let shown = desk.show(&made.id).await.expect("a Task");
    assert_eq!((shown.state.as_str(), shown.runs), ("paused", 1));
    assert!(
        desk.cancel_run(run.id, |_| false, NOW).await.is_err(),
        "it is over"
    );
}

#[tokio::test]
async fn an_edit_changes_what_it_names() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h report: Summarise the log").await;
    let typed = |text: &str| TaskEdit {
        text: Some(text.into()),
        ..TaskEdit::default()
    };
    let edited = desk
        .edit(&made.id, &typed("every 2h"), NOW + MINUTE)
        .await
        .expect("edited");
    assert_eq!(
        (edited.schedule.as_str(), edited.next_ms),
        ("every 2h", Some(NOW + 2 * HOUR))
    );
    assert_eq!(edited.prompt, made.prompt);
    let edited = desk
        .edit(&made.id, &typed("prompt Only the errors"), NOW)
        .await
        .expect("edited");
    assert_eq!(
        (edited.prompt.0.as_str(), edited.schedule.as_str()),
        ("Only the errors", "every 2h")
    );
    assert_eq!(edited.name, made.name);
    let whole = TaskEdit {
        schedule: Some("daily at 8:00".to_owned()),
        name: Some("brief".into()),
        prompt: Some("What is on?".into()),
        ..TaskEdit::default()
    };
    let edited = desk.edit(&made.id, &whole, NOW).await.expect("edited");
    assert_eq!(edited.schedule, "daily at 08:00 (Europe/Berlin)");
    assert_eq!(edited.name.as_ref().map(|name| name.0.as_str()), Some("brief"));
    let named = TaskEdit {
        name: Some("".into()),
        max_runs: Some(4),
        timezone: Some("UTC".to_owned()),
        ..TaskEdit::default()
    };
    let edited = desk.edit(&made.id, &named, NOW).await.expect("edited");
    assert_eq!((edited.name, edited.max_runs), (None, Some(4)));
    assert_eq!(edited.next.as_deref(), Some("2023-11-15 08:00 (UTC)"));
    let unlimited = TaskEdit {
        max_runs: Some(0),
        ..TaskEdit::default()
    };
    let edited = desk.edit(&made.id, &unlimited, NOW).await.expect("edited");
    assert_eq!(edited.max_runs, None);
    let error = desk
        .edit(&made.id, &typed("every 0s"), NOW)
        .await
        .expect_err("no schedule");
    assert_eq!(error.told().code, ErrorCode::Usage);
}

#[tokio::test]
async fn a_paused_task_stays_paused_when_it_is_edited() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    desk.pause(&made.id, NOW).await.expect("paused");
    let edit = TaskEdit {
        schedule: Some("every 3h".to_owned()),
        ..TaskEdit::default()
    };
    let edited = desk.edit(&made.id, &edit, NOW).await.expect("edited");
    assert_eq!((edited.state.as_str(), edited.next_ms), ("paused", None));
    assert_eq!(edited.schedule, "every 3h");
}

#[tokio::test]
async fn a_run_under_way_is_ended_by_whoever_has_it() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "x").await;
    let run = made.newest_run.as_ref().expect("its run").id;
    store.start_runs(&[run], &[], NOW).await.expect("started");
    desk.cancel_run(run, |asked| asked == run, NOW)
        .await
        .expect("asked");
    assert_eq!(
        history(&desk, &made.id).await,
        ["running cancelled"],
        "it ends by itself, and is not run again should the gateway end before"
    );
    desk.cancel(&made.id, |_| false, NOW).await.expect("deleted");
    assert_eq!(
        history(&desk, &made.id).await,
        ["cancelled cancelled"],
        "nobody has it"
    );
}

/// What an agent asks for comes in pieces: a prompt that looks like a schedule, or like a name, is a prompt.
#[tokio::test]
async fn a_task_that_is_asked_for_in_pieces_takes_them_as_they_are() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let wish = Wish {
        text: "every 1m spam: say hello, daily",
        schedule: Some("every 2h"),
        name: Some("report"),
        ..Wish::default()
    };
    let made = desk.create(&origin(), &wish, NOW).await.expect("made");
    assert_eq!(made.prompt.0, "every 1m spam: say hello, daily");
    assert_eq!(made.name.map(|name| name.0), Some("report".to_owned()));
    assert_eq!(made.schedule, "every 2h");
    for (schedule, name, text, part) in [
        ("now and then", None, "x", "is no schedule"),
        ("every 2h say hello", None, "x", "is no part of a schedule"),
        ("none", None, "x", "needs a time"),
        ("every 2h", Some("  "), "x", "name is empty"),
        ("every 2h", None, " ", "Say what is to be done"),
    ] {
        let wish = Wish {
            text,
            schedule: Some(schedule),
            name,
            ..Wish::default()
        };
        let error = desk
            .create(&origin(), &wish, NOW)
            .await
            .expect_err("refused")
            .told();
        assert_eq!(error.code, ErrorCode::Usage);
        assert!(error.message.contains(part), "{}", error.message);
    }
}
