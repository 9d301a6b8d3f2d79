use super::super::fixtures::{ACCOUNT, NOW, draft, store};
use super::super::{Created, Decided, NewTaskRow, TaskDefinition, batch};
use super::*;
use fased_policy::task::State;

const HOUR: i64 = 3_600_000;

/// A Task that is due now.
async fn task(store: &Store, id: u8) -> TaskRow {
    let new = NewTaskRow {
        account: ACCOUNT.to_owned(),
        agent: "main".to_owned(),
        session: "s".to_owned(),
        chat: "15550100002@s.whatsapp.net".to_owned(),
        created_by: None,
        created_run: None,
        definition: TaskDefinition {
            name: None,
            prompt: "report".to_owned(),
            schedule: None,
            zone: "UTC".to_owned(),
            state: State::Active,
            next_ms: Some(NOW),
            max_runs: None,
            max_successes: None,
        },
        starts_now: false,
    };
    match store
        .create_task(&new, &[[id; 4]], NOW - HOUR)
        .await
        .expect("made")
    {
        Created::New(task, _) => task,
        other @ (Created::Before(_) | Created::Full) => panic!("{other:?}"),
    }
}

fn became<'a>(task: &'a TaskRow, became: Became, next_ms: i64) -> Decided<'a> {
    let run = NewTaskRun {
        became,
        ..NewTaskRun::queued(task, &task.chat, Cause::Schedule, task.next_ms.unwrap_or(0))
    };
    Decided {
        run: Some(run),
        task,
        state: State::Active,
        why: None,
        next_ms: Some(next_ms),
        keep: 3,
    }
}

fn off() -> Became {
    Became::Skipped {
        failure: "account_off",
        why: "the account is switched off".to_owned(),
    }
}

async fn end(store: &Store, run: i64, at_ms: i64) {
    sqlx::query("UPDATE run SET state = 'ok', ended_ms = ? WHERE id = ?")
        .bind(at_ms)
        .bind(run)
        .execute(&mut *store.write.turn().await.expect("open"))
        .await
        .expect("ended");
}

#[tokio::test]
async fn what_is_due_is_recorded_once_with_its_next_time() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    assert_eq!(
        store
            .due_tasks(NOW - 1, &[ACCOUNT], NOW - 1, 10)
            .await
            .expect("due"),
        vec![]
    );
    assert_eq!(store.next_task_due(&[ACCOUNT]).await.expect("a time"), Some(NOW));
    let due = store.due_tasks(NOW, &[ACCOUNT], NOW, 10).await.expect("due");
    assert_eq!(due.len(), 1);
    assert!(!due[0].busy);
    let decided = [became(&one, Became::Queued, NOW + HOUR)];
    assert_eq!(store.record_due(&decided, NOW).await.expect("recorded"), 1);
    assert_eq!(
        store.record_due(&decided, NOW).await.expect("recorded"),
        0,
        "it has another time"
    );
    assert_eq!(
        store.next_task_due(&[ACCOUNT]).await.expect("a time"),
        Some(NOW + HOUR)
    );
    let due = store
        .due_tasks(NOW + HOUR, &[ACCOUNT], NOW, 10)
        .await
        .expect("due");
    assert!(due[0].busy, "its run waits");
    let runs = store.task_runs(&one.id, 10).await.expect("runs");
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].state.as_str(), runs[0].due_ms), ("queued", Some(NOW)));
}

#[tokio::test]
async fn a_task_that_was_paused_meanwhile_does_not_run() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    store
        .set_task_state(&one.id, State::Paused, None, NOW)
        .await
        .expect("paused");
    let recorded = store
        .record_due(&[became(&one, Became::Queued, NOW + HOUR)], NOW)
        .await;
    assert_eq!(recorded.expect("asked"), 0);
    assert_eq!(store.task_runs(&one.id, 10).await.expect("runs"), vec![]);
}

#[tokio::test]
async fn skips_in_a_row_are_counted_in_one_place() {
    let (_dir, store) = store().await;
    let mut one = task(&store, 0).await;
    for minute in 1..=5 {
        let next = NOW + minute * 60_000;
        let recorded = store.record_due(&[became(&one, off(), next)], NOW + minute).await;
        assert_eq!(recorded.expect("recorded"), 1);
        one = store.task(&one.id).await.expect("read").expect("a Task");
    }
    let runs = store.task_runs(&one.id, 10).await.expect("runs");
    assert_eq!(runs.len(), 1);
    let last = &runs[0];
    assert_eq!((last.state.as_str(), last.attempts), ("skipped", 5));
    assert_eq!(last.failure.as_deref(), Some("account_off"));
    assert_eq!(last.due_ms, Some(NOW + 4 * 60_000));
}

#[tokio::test]
async fn a_run_that_has_not_ended_keeps_another_from_being_asked_for() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    let RunNow::Queued(first) = store.run_task_now(&one, &one.chat, 3, NOW).await.expect("asked") else {
        panic!("nothing runs");
    };
    let again = store.run_task_now(&one, &one.chat, 3, NOW).await.expect("asked");
    assert_eq!(again, RunNow::Busy(first));
    assert_eq!(store.last_task_run(&one.id).await.expect("asked"), None);
    end(&store, first, NOW + 5).await;
    let last = store.last_task_run(&one.id).await.expect("asked").expect("a run");
    assert_eq!(last.id, first);
    assert_eq!(store.task_run(first).await.expect("asked"), Some(last));
    let newest = store.newest_task_runs(&[&one.id, "zzzz"]).await.expect("asked");
    assert_eq!(newest.iter().map(|run| run.id).collect::<Vec<_>>(), [first]);
}

#[tokio::test]
async fn old_runs_are_forgotten_and_what_was_sent_of_them_stays() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    let mut ended = Vec::new();
    for at in 0..6 {
        let RunNow::Queued(run) = store.run_task_now(&one, &one.chat, 3, NOW).await.expect("asked") else {
            panic!("nothing runs");
        };
        let sent = draft(&format!("M{at}"));
        let mut turn = store.write.turn().await.expect("open");
        batch::queue(&mut turn, ACCOUNT, &[(Some(run), &sent)], NOW)
            .await
            .expect("sent");
        drop(turn);
        end(&store, run, NOW + at).await;
        ended.push(run);
    }
    let ids = async || {
        let runs = store.task_runs(&one.id, 10).await.expect("runs");
        runs.into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    // Three ended ones, and the one that was queued then.
    assert_eq!(ids().await, [ended[5], ended[4], ended[3], ended[2]]);
    let gone = store.forget_task_runs(NOW + 4, 1).await.expect("forgotten");
    assert_eq!((gone, ids().await.len()), (1, 3));
    let gone = store.forget_task_runs(NOW + 5, 100).await.expect("forgotten");
    assert_eq!((gone, ids().await), (2, vec![ended[5]]));
    let filter = crate::store::OutboxFilter {
        limit: 10,
        ..Default::default()
    };
    assert_eq!(store.list_outbox(&filter).await.expect("sent").len(), 6);
}

#[tokio::test]
async fn a_task_that_is_done_is_forgotten_with_its_last_run() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    let two = task(&store, 1).await;
    store
        .set_task_state(&one.id, State::Done, None, NOW)
        .await
        .expect("set");
    store
        .set_task_state(&two.id, State::Done, None, NOW)
        .await
        .expect("set");
    store.run_task_now(&two, &two.chat, 3, NOW).await.expect("queued");
    assert_eq!(store.forget_task_runs(NOW, 10).await.expect("asked"), 0);
    assert_eq!(store.forget_task_runs(NOW + 1, 10).await.expect("asked"), 1);
    assert_eq!(store.task(&one.id).await.expect("read"), None);
    assert!(
        store.task(&two.id).await.expect("read").is_some(),
        "it is to run once more"
    );
}

#[tokio::test]
async fn a_task_that_was_told_to_run_after_it_was_looked_at_is_not_begun_a_second_time() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    // Nothing of it was open when this was decided.
    let decided = [became(&one, Became::Queued, NOW + HOUR)];
    store.run_task_now(&one, &one.chat, 3, NOW).await.expect("queued");
    assert_eq!(store.record_due(&decided, NOW).await.expect("recorded"), 1);
    let runs = store.task_runs(&one.id, 10).await.expect("runs");
    let states: Vec<&str> = runs.iter().map(|run| run.state.as_str()).collect();
    assert_eq!(states, ["skipped", "queued"]);
    assert_eq!(runs[0].failure.as_deref(), Some("overlap"));
}

#[tokio::test]
async fn a_run_that_ended_after_it_was_looked_at_lets_nothing_be_skipped() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    let decided = [became(&one, Became::overlap(), NOW + HOUR)];
    assert_eq!(store.record_due(&decided, NOW).await.expect("asked"), 0);
    let now = store.task(&one.id).await.expect("read").expect("a Task");
    assert_eq!(now.next_ms, Some(NOW), "it is looked at again");
}

#[tokio::test]
async fn the_owner_is_told_once_of_a_run_that_was_cut_off() {
    let (_dir, store) = store().await;
    let one = task(&store, 0).await;
    let RunNow::Queued(run) = store.run_task_now(&one, &one.chat, 3, NOW).await.expect("asked") else {
        panic!("nothing runs");
    };
    store.start_runs(&[run], &[], NOW).await.expect("started");
    for _start in 0..2 {
        let requeued = store.requeue_interrupted(ACCOUNT, NOW, |_| None).await;
        requeued.expect("queued again");
    }
    let told = store.notices(10).await.expect("notices");
    let told: Vec<&str> = told.iter().map(|notice| notice.text.as_str()).collect();
    let sentence = format!(
        "run {run} of Task {} was cut off by the end of the gateway; it is done once more",
        one.id
    );
    assert_eq!(told, [sentence]);
}
