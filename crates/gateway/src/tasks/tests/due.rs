use rstest::rstest;

use super::*;
use crate::tasks::Held;
use crate::tasks::scheduler::{Dealt, deal};
use crate::tasks::upkeep::{end_orphans, renew};

/// Lets the scheduler look at this time; how many Tasks it recorded.
async fn look(store: &Store, desk: &Desk, now_ms: i64) -> u64 {
    deal(store, desk, now_ms).await.expect("recorded").recorded
}

/// Ends the run that is queued, and counts it.
async fn end(store: &Store, desk: &Desk, id: &str, state: &str, now_ms: i64) -> bool {
    let run = desk.show(id).await.expect("a Task").newest_run.expect("a run");
    store.start_runs(&[run.id], &[], now_ms).await.expect("started");
    store.end_task_run(run.id, state, now_ms).await.expect("ended")
}

#[tokio::test]
async fn a_task_runs_when_it_is_due_and_once_for_each_time() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    assert_eq!(
        deal(&store, &desk, NOW + HOUR - 1).await.expect("looked"),
        Dealt::default()
    );
    let dealt = deal(&store, &desk, NOW + HOUR + 5).await.expect("looked");
    assert_eq!((dealt.due, dealt.recorded), (1, 1));
    assert_eq!(dealt.accounts.into_iter().collect::<Vec<_>>(), ["default"]);
    assert_eq!(look(&store, &desk, NOW + HOUR + 6).await, 0);
    assert_eq!(history(&desk, &made.id).await, ["queued schedule"]);
    let shown = desk.show(&made.id).await.expect("a Task");
    assert_eq!(shown.next_ms, Some(NOW + 2 * HOUR));
}

#[tokio::test]
async fn a_clock_that_is_set_back_repeats_nothing() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    look(&store, &desk, NOW + HOUR).await;
    end(&store, &desk, &made.id, "ok", NOW + HOUR).await;
    for earlier in [NOW, NOW + HOUR, NOW - DAY] {
        assert_eq!(look(&store, &desk, earlier).await, 0);
    }
    assert_eq!(history(&desk, &made.id).await, ["ok schedule"]);
    assert_eq!(look(&store, &desk, NOW + 2 * HOUR).await, 1);
}

#[tokio::test]
async fn what_was_missed_a_short_while_ago_runs_once() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 5m x").await;
    // Ten of them came while no gateway ran.
    look(&store, &desk, NOW + 52 * MINUTE).await;
    look(&store, &desk, NOW + 52 * MINUTE).await;
    assert_eq!(history(&desk, &made.id).await, ["queued catch_up"]);
    let shown = desk.show(&made.id).await.expect("a Task");
    assert_eq!(shown.next_ms, Some(NOW + 55 * MINUTE));
}

#[tokio::test]
async fn what_was_missed_long_ago_is_recorded_and_goes_on_with_the_next() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let daily = make(&desk, "daily at 9:00 x").await;
    let once = make(&desk, "in 20m remind me").await;
    // Two days and two hours after it was due first.
    let back = daily.next_ms.expect("a time") + 2 * DAY + 2 * HOUR;
    assert_eq!(look(&store, &desk, back).await, 2);
    assert_eq!(history(&desk, &daily.id).await, ["missed catch_up"]);
    let shown = desk.show(&daily.id).await.expect("a Task");
    assert_eq!(shown.state, "active");
    assert_eq!(shown.next_ms, daily.next_ms.map(|next| next + 3 * DAY));
    let shown = desk.show(&once.id).await.expect("a Task");
    assert_eq!(
        (shown.state.as_str(), shown.why.as_deref()),
        ("done", Some("missed"))
    );
    assert_eq!(history(&desk, &once.id).await, ["missed catch_up"]);
}

#[tokio::test]
async fn a_run_that_has_not_ended_lets_the_next_be_skipped_with_its_reason() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 5m x").await;
    for minutes in [5, 10, 15, 20] {
        look(&store, &desk, NOW + minutes * MINUTE).await;
    }
    assert_eq!(
        history(&desk, &made.id).await,
        ["skipped×3 overlap", "queued schedule"]
    );
    let newest = desk
        .show(&made.id)
        .await
        .expect("a Task")
        .newest_run
        .expect("a run");
    assert!(newest.error.is_some_and(|why| !why.is_empty()));
}

#[tokio::test]
async fn what_is_due_while_its_account_is_off_runs_when_it_is_on_again_in_time() {
    let (_dir, store) = store().await;
    let often = make(&desk(&store), "every 5m x").await;
    let once = make(&desk(&store), "in 7m remind me").await;
    let off = Desk::new(&store, accounts("{ enabled: false }"));
    let dealt = deal(&store, &off, NOW + 10 * MINUTE).await.expect("looked");
    assert_eq!(dealt, Dealt::default(), "nothing is decided yet");
    assert_eq!(store.next_task_due(&off.free()).await.expect("asked"), None);
    let shown = off.show(&once.id).await.expect("a Task");
    assert_eq!((shown.state.as_str(), shown.next_ms), ("active", once.next_ms));
    let on = desk(&store);
    assert_eq!(look(&store, &on, NOW + 20 * MINUTE).await, 2);
    assert_eq!(history(&on, &often.id).await, ["queued schedule"]);
    assert_eq!(history(&on, &once.id).await, ["queued catch_up"]);
}

#[tokio::test]
async fn an_account_that_is_off_for_long_lets_its_tasks_be_skipped_with_the_reason() {
    let (_dir, store) = store().await;
    let daily = make(&desk(&store), "daily at 9:00 x").await;
    let due = daily.next_ms.expect("a time");
    let once = make(&desk(&store), "in 7m remind me").await;
    let off = Desk::new(&store, accounts("{ enabled: false }"));
    assert_eq!(
        look(&store, &off, NOW + 67 * MINUTE).await,
        0,
        "as late as may be"
    );
    assert_eq!(look(&store, &off, NOW + 68 * MINUTE).await, 1);
    assert_eq!(look(&store, &off, due + HOUR + 1).await, 1);
    assert_eq!(history(&off, &daily.id).await, ["skipped account_off"]);
    assert_eq!(history(&off, &once.id).await, ["skipped account_off"]);
    let shown = off.show(&once.id).await.expect("a Task");
    assert_eq!(
        (shown.state.as_str(), shown.why.as_deref()),
        ("done", Some("held"))
    );
    let shown = off.show(&daily.id).await.expect("a Task");
    assert_eq!((shown.state.as_str(), shown.next_ms), ("active", Some(due + DAY)));
}

#[rstest]
#[case::not_linked("unlinked", Some("no phone is linked"))]
#[case::logged_out("logged_out", Some("no phone is linked"))]
#[case::paused("suspended", Some("paused"))]
#[case::comes_back_by_itself("backing_off", None)]
#[case::works("ready", None)]
#[tokio::test]
async fn nothing_runs_whose_result_nobody_would_get(#[case] link: &str, #[case] why: Option<&str>) {
    let (_dir, store) = store().await;
    let made = make(&desk(&store), "every 1h x").await;
    let held = Held::of_link(link).map(|held| ("default".to_owned(), held));
    let desk = desk(&store).holding(held);
    let shown = desk.show(&made.id).await.expect("a Task").held;
    assert_eq!(shown.is_some(), why.is_some(), "{shown:?}");
    assert!(shown.unwrap_or_default().contains(why.unwrap_or_default()));
    assert_eq!(look(&store, &desk, NOW + HOUR).await == 0, why.is_some());
    // One that is to run later may be made; one that starts now may not.
    make(&desk, "every 1h y").await;
    let now = Wish {
        text: "y",
        ..Wish::default()
    };
    let asked = desk.create(&origin(), &now, NOW).await;
    assert_eq!(asked.is_err(), why.is_some());
}

#[tokio::test]
async fn a_run_that_is_open_when_its_account_goes_away_ends_and_is_in_nobodys_way() {
    let (_dir, store) = store().await;
    let made = make(&desk(&store), "every 1h x").await;
    look(&store, &desk(&store), NOW + HOUR).await;
    let gone = Desk::new(&store, accounts("{ accounts: { other: {} } }"));
    assert_eq!(look(&store, &gone, NOW + 3 * HOUR + 1).await, 1);
    assert_eq!(
        history(&gone, &made.id).await,
        ["skipped account_gone", "queued schedule"]
    );
    let failed = gone.clone().holding([("default".to_owned(), Held::Failed)]);
    end_orphans(&store, &failed, NOW + 4 * HOUR)
        .await
        .expect("looked");
    assert_eq!(store.open_task_runs().await.expect("asked").len(), 1);
    let why = failed.show(&made.id).await.expect("a Task").held;
    assert!(why.is_some_and(|why| why.contains("could not be started")));
    end_orphans(&store, &gone, NOW + 4 * HOUR).await.expect("ended");
    assert_eq!(store.open_task_runs().await.expect("asked"), vec![]);
    assert_eq!(gone.show(&made.id).await.expect("a Task").runs, 1);
}

#[tokio::test]
async fn a_clock_that_was_years_ahead_puts_nothing_off_once_it_is_right() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let ahead = NOW + 4 * 365 * DAY;
    let hourly = make(&desk, "every 1h x").await;
    let once = make(&desk, "in 90m remind me").await;
    // The clock is wrong, and everything seems to be due.
    look(&store, &desk, ahead).await;
    end(&store, &desk, &hourly.id, "ok", ahead).await;
    renew(&store, NOW + MINUTE).await.expect("looked");
    let shown = desk.show(&hourly.id).await.expect("a Task");
    assert_eq!(shown.next_ms, Some(NOW + HOUR));
    assert_eq!(desk.show(&once.id).await.expect("a Task").state, "done");
    renew(&store, NOW + 2 * MINUTE).await.expect("looked");
    assert_eq!(
        desk.show(&hourly.id).await.expect("a Task").updated_ms,
        NOW + MINUTE
    );
}

#[tokio::test]
async fn a_schedule_of_a_later_version_is_not_due_and_comes_back_with_that_version() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    let schedule = store
        .task(&made.id)
        .await
        .expect("read")
        .expect("a Task")
        .schedule;
    store
        .put_schedule(&made.id, Some(r#"{"kind":"moon"}"#))
        .await
        .expect("set");
    assert_eq!(look(&store, &desk, NOW + HOUR).await, 1);
    assert_eq!(history(&desk, &made.id).await, Vec::<String>::new());
    let shown = desk.show(&made.id).await.expect("a Task");
    assert_eq!((shown.state.as_str(), shown.next_ms), ("active", None));
    assert!(shown.schedule.contains("cannot read"), "{shown:?}");
    desk.run_now(&made.id, NOW + HOUR).await.expect("queued");
    end(&store, &desk, &made.id, "error", NOW + HOUR).await;
    assert_eq!(desk.show(&made.id).await.expect("a Task").state, "active");
    store
        .put_schedule(&made.id, schedule.as_deref())
        .await
        .expect("set");
    renew(&store, NOW + 2 * HOUR).await.expect("looked");
    let shown = desk.show(&made.id).await.expect("a Task");
    assert_eq!(shown.next_ms, Some(NOW + 3 * HOUR));
}

#[tokio::test]
async fn a_one_off_is_done_when_its_run_has_ended() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let once = make(&desk, "in 20m remind me").await;
    let now = make(&desk, "Look up the weather").await;
    look(&store, &desk, NOW + 20 * MINUTE).await;
    for id in [&once.id, &now.id] {
        assert_eq!(
            desk.show(id).await.expect("a Task").state,
            "active",
            "its run is to come"
        );
        end(&store, &desk, id, "ok", NOW + 21 * MINUTE).await;
        let shown = desk.show(id).await.expect("a Task");
        assert_eq!(
            (shown.state.as_str(), shown.why.as_deref()),
            ("done", Some("ran"))
        );
        assert_eq!((shown.runs, shown.successes), (1, 1));
    }
    let run = desk.run_now(&now.id, NOW + HOUR).await.expect("once more");
    assert_eq!(run.state, "queued");
    end(&store, &desk, &now.id, "ok", NOW + HOUR).await;
    assert_eq!(desk.show(&now.id).await.expect("a Task").state, "done");
}

#[tokio::test]
async fn failures_in_a_row_are_told_once_and_wait_longer_each_time() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1m x").await;
    let mut now = NOW + MINUTE;
    let mut waits = Vec::new();
    let mut told = Vec::new();
    for state in ["error", "error", "error", "ok", "error"] {
        assert_eq!(look(&store, &desk, now).await, 1, "{state}");
        told.push(end(&store, &desk, &made.id, state, now + 1_000).await);
        let next = desk
            .show(&made.id)
            .await
            .expect("a Task")
            .next_ms
            .expect("a time");
        waits.push((next - now) / MINUTE);
        now = next;
    }
    assert_eq!(told, [true, false, false, false, true]);
    assert!(waits[0] < waits[1] && waits[1] < waits[2], "{waits:?}");
    assert_eq!(waits[3], 1, "after a success it goes on as before");
}

#[tokio::test]
async fn limits_end_a_task() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let wish = Wish {
        text: "every 1h x",
        max_runs: Some(2),
        ..Wish::default()
    };
    let made = desk.create(&origin(), &wish, NOW).await.expect("made");
    for hour in 1..=2 {
        look(&store, &desk, NOW + hour * HOUR).await;
        end(&store, &desk, &made.id, "ok", NOW + hour * HOUR).await;
    }
    let shown = desk.show(&made.id).await.expect("a Task");
    assert_eq!(
        (shown.state.as_str(), shown.why.as_deref()),
        ("done", Some("max_runs"))
    );
    assert_eq!(look(&store, &desk, NOW + DAY).await, 0);
    let error = desk
        .resume(&made.id, NOW + DAY)
        .await
        .expect_err("it ran as often as it was to");
    assert!(error.told().next.contains("--max-runs"), "{error:?}");
}

#[tokio::test]
async fn many_that_are_due_at_once_are_recorded_batch_by_batch() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    for _ in 0..250 {
        make(&desk, "every 1h x").await;
    }
    let counts = [
        look(&store, &desk, NOW + HOUR).await,
        look(&store, &desk, NOW + HOUR).await,
        look(&store, &desk, NOW + HOUR).await,
    ];
    assert_eq!(counts, [200, 50, 0]);
}

#[tokio::test]
async fn whoever_asked_for_a_run_is_told_that_it_failed_again() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    look(&store, &desk, NOW + HOUR).await;
    assert!(end(&store, &desk, &made.id, "error", NOW + HOUR).await);
    desk.run_now(&made.id, NOW + HOUR).await.expect("queued");
    assert!(end(&store, &desk, &made.id, "error", NOW + HOUR).await);
    desk.run_now(&made.id, NOW + HOUR).await.expect("queued");
    assert!(!end(&store, &desk, &made.id, "ok", NOW + HOUR).await);
}

#[tokio::test]
async fn a_task_is_found_by_its_name_everywhere() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h Briefing: x").await;
    assert_eq!(desk.show("briefing").await.expect("a Task").id, made.id);
    assert!(desk.runs("BRIEFING", 5).await.expect("known").is_empty());
    let error = desk.show("breifing").await.expect_err("a slip");
    assert_eq!(
        error.to_string(),
        format!("Task not found: breifing. Did you mean {} (Briefing)?", made.id)
    );
    assert_eq!(error.told().code, fased_protocol::control::ErrorCode::NotFound);
    let runs = desk.runs("breifing", 5).await.expect_err("a slip");
    assert_eq!(runs.to_string(), error.to_string());
}
