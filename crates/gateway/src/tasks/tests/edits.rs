//! Edits, and what they must not undo.

use fased_protocol::control::{ErrorCode, TaskEdit};
use rstest::rstest;

use super::*;
use crate::tasks::scheduler::deal;

fn typed(text: &str) -> TaskEdit {
    TaskEdit {
        text: Some(text.into()),
        ..TaskEdit::default()
    }
}

/// Ends the newest run of a Task well.
async fn end(store: &Store, desk: &Desk, id: &str, now_ms: i64) {
    let run = desk.show(id).await.expect("a Task").newest_run.expect("a run");
    store.start_runs(&[run.id], &[], now_ms).await.expect("started");
    store.end_task_run(run.id, "ok", now_ms).await.expect("ended");
}

#[tokio::test]
async fn an_edit_that_waited_for_the_store_undoes_nothing_that_happened_meanwhile() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let hourly = make(&desk, "every 1h x").await;
    let once = make(&desk, "in 60m remind me").await;
    let due = NOW + HOUR;
    // Both are asked for before the store is free again; the scheduler was there first.
    let turn = store.hold_writer().await;
    let (name, pause) = (typed("name Tea"), once.id.clone());
    let (edited, paused, dealt, ()) = tokio::join!(
        async {
            clock::pause(std::time::Duration::from_millis(50)).await;
            desk.edit(&hourly.id, &name, due).await
        },
        async {
            clock::pause(std::time::Duration::from_millis(50)).await;
            desk.pause(&pause, due).await
        },
        deal(&store, &desk, due),
        async {
            clock::pause(std::time::Duration::from_millis(200)).await;
            drop(turn);
        },
    );
    assert_eq!(dealt.expect("recorded").recorded, 2);
    let edited = edited.expect("edited");
    assert_eq!(edited.next_ms, Some(due + HOUR), "it does not run a second time");
    assert_eq!(paused.expect("paused").state, "paused");
    deal(&store, &desk, due + 1).await.expect("looked");
    assert_eq!(history(&desk, &hourly.id).await, ["queued schedule"]);
    end(&store, &desk, &once.id, due).await;
    assert_eq!(desk.show(&once.id).await.expect("a Task").runs, 1);
}

#[tokio::test]
async fn limits_that_are_reached_are_not_got_round_by_an_edit() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x2 x").await;
    for hour in 1..=2 {
        deal(&store, &desk, NOW + hour * HOUR).await.expect("looked");
        end(&store, &desk, &made.id, NOW + hour * HOUR).await;
    }
    assert_eq!(desk.show(&made.id).await.expect("a Task").state, "done");
    let later = NOW + 5 * HOUR;
    let refused = desk
        .edit(&made.id, &typed("every 2h"), later)
        .await
        .expect_err("over");
    let told = refused.told_of("edit");
    assert_eq!(told.code, ErrorCode::Refused);
    assert!(
        told.message.contains("2 runs") && told.next.contains("--max-runs"),
        "{told:?}"
    );
    let more = desk
        .edit(&made.id, &typed("every 2h x5"), later)
        .await
        .expect("edited");
    assert_eq!((more.state.as_str(), more.max_runs), ("active", Some(5)));
    let fewer = TaskEdit {
        max_runs: Some(1),
        ..TaskEdit::default()
    };
    assert!(
        desk.edit(&made.id, &fewer, later).await.is_err(),
        "it ran twice already"
    );
}

#[tokio::test]
async fn one_that_only_runs_when_told_to_stays() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h x").await;
    let edited = desk.edit(&made.id, &typed("none"), NOW).await.expect("edited");
    assert_eq!((edited.state.as_str(), edited.next_ms), ("active", None));
    for _ in 0..2 {
        desk.run_now(&made.id, NOW).await.expect("queued");
        end(&store, &desk, &made.id, NOW).await;
        let shown = desk.show(&made.id).await.expect("a Task");
        assert_eq!((shown.state.as_str(), shown.why), ("active", None));
    }
}

#[rstest]
#[case::a_slip("evry 2h")]
#[case::a_schedule_with_more("every 2h and then")]
#[case::words("Only the errors")]
#[case::a_part_without_more("prompt")]
#[tokio::test]
async fn a_slip_changes_nothing(#[case] text: &str) {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let made = make(&desk, "every 1h report: Summarise the log").await;
    let told = desk
        .edit(&made.id, &typed(text), NOW)
        .await
        .expect_err(text)
        .told_of("edit");
    assert_eq!(told.code, ErrorCode::Usage);
    assert!(told.next.contains("fased tasks edit --help"), "{told:?}");
    assert_eq!(desk.show(&made.id).await.expect("a Task"), made);
}

#[tokio::test]
async fn what_runs_once_takes_no_limits_and_no_other_zone() {
    let (_dir, store) = store().await;
    let desk = desk(&store);
    let once = make(&desk, "in 20m remind me").await;
    let limited = TaskEdit {
        max_runs: Some(3),
        ..TaskEdit::default()
    };
    let told = desk.edit(&once.id, &limited, NOW).await.expect_err("once");
    assert!(told.to_string().contains("runs once"), "{told}");
    for text in ["in 20m remind me", "remind me"] {
        let wish = Wish {
            text,
            max_runs: Some(3),
            ..Wish::default()
        };
        let told = desk.create(&origin(), &wish, NOW).await.expect_err("once");
        assert!(told.to_string().contains("runs once"), "{told}");
    }
    let elsewhere = TaskEdit {
        timezone: Some("Asia/Tokyo".to_owned()),
        ..TaskEdit::default()
    };
    let told = desk
        .edit(&once.id, &elsewhere, NOW)
        .await
        .expect_err("a moment")
        .told();
    assert!(
        told.next.contains("--schedule") && told.next.contains("Asia/Tokyo"),
        "{told:?}"
    );
    let again = TaskEdit {
        schedule: Some("at 18:30".to_owned()),
        ..elsewhere
    };
    let edited = desk.edit(&once.id, &again, NOW).await.expect("edited");
    assert_eq!(edited.zone, "Asia/Tokyo");
}
