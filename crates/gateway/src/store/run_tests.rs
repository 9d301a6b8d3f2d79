//! Runs that start together with others, hand over what they were to answer, and are not run again.

use sqlx::AssertSqlSafe;

use super::fixtures::{ACCOUNT, NOW, admit, draft, held, message, store};
use super::*;

const CHAT: &str = "15550100002@s.whatsapp.net";

/// A message with its run, which waits.
async fn comes(store: &Store, seq: i64, collects: bool) {
    let id = format!("M{seq}");
    store
        .journal(ACCOUNT, &[message(&id, "hi")], NOW)
        .await
        .expect("journaled");
    let mut decision = admit(seq);
    if let Some(run) = &mut decision.run {
        run.collects = collects;
        run.reads = vec![CHAT.to_owned()];
    }
    store.decide(ACCOUNT, &[decision], NOW).await.expect("decided");
}

/// What was said in the chat before, for whoever is asked next to read.
async fn is_overheard(store: &Store, seq: i64) {
    let id = format!("M{seq}");
    store
        .journal(ACCOUNT, &[message(&id, "talk")], NOW)
        .await
        .expect("journaled");
    let decision = Decision {
        outcome: "context",
        ..held(seq, "group_not_mentioned", 9)
    };
    store.decide(ACCOUNT, &[decision], NOW).await.expect("decided");
}

async fn start(store: &Store, run: i64) -> StartedRun {
    let started = store.start_runs(&[run], &[run], NOW).await;
    started.expect("committed").pop().expect("it starts")
}

async fn finish(store: &Store, run: i64, end: RunEnd) {
    let finished = FinishedRun::ended(run, end, Vec::new());
    store
        .finish_runs(ACCOUNT, &[finished], NOW)
        .await
        .expect("committed");
}

async fn states(store: &Store) -> Vec<(i64, String, Option<String>)> {
    let runs = store.runs_for_tests().await.into_iter();
    runs.map(|run| (run.id, run.state, run.failure)).collect()
}

fn state(run: i64, state: &str, failure: Option<&str>) -> (i64, String, Option<String>) {
    (run, state.to_owned(), failure.map(str::to_owned))
}

#[tokio::test]
async fn a_run_takes_over_nothing_that_came_after_one_that_it_may_not() {
    let (_dir, store) = store().await;
    for (seq, collects) in [(1, false), (2, false), (3, true), (4, true)] {
        comes(&store, seq, collects).await;
    }
    assert!(
        !start(&store, 1).await.joined,
        "the second would be answered last"
    );
    finish(&store, 1, RunEnd::Ok).await;
    assert!(start(&store, 2).await.joined);
    let answers = store.run_of(2).await.expect("read").expect("there").answers;
    assert_eq!(answers, ["M2", "M3", "M4"]);
}

#[tokio::test]
async fn a_run_that_a_newer_message_ended_waits_again_where_that_is_gone() {
    let (_dir, store) = store().await;
    for seq in [1, 2] {
        comes(&store, seq, seq > 1).await;
    }
    // It took the newer one over itself.
    assert!(start(&store, 1).await.joined);
    finish(&store, 1, RunEnd::Superseded).await;
    assert_eq!(states(&store).await, [state(1, "queued", None)]);
    assert_eq!(store.runs_for_tests().await[0].attempts, 0);
    assert!(start(&store, 1).await.joined);
    assert_eq!(
        store.run_of(2).await.expect("read").expect("there").answers.len(),
        2
    );
}

#[tokio::test]
async fn a_question_is_not_asked_again_of_whose_answer_a_part_was_sent() {
    let (_dir, store) = store().await;
    comes(&store, 1, false).await;
    start(&store, 1).await;
    comes(&store, 2, true).await;
    let part = [draft("A1")];
    assert!(
        store
            .say_meanwhile(ACCOUNT, 1, &part, NOW)
            .await
            .expect("committed")
    );
    assert!(store.was_queued(ACCOUNT, "A1").await.expect("read"));
    assert!(!store.was_queued(ACCOUNT, "A2").await.expect("read"));
    finish(&store, 1, RunEnd::Superseded).await;
    assert_eq!(
        states(&store).await,
        [
            state(1, "cancelled", Some("interrupted_by_newer")),
            state(2, "queued", None)
        ]
    );
    assert_eq!(
        store.run_of(2).await.expect("read").expect("there").answers,
        ["M2"]
    );
}

#[tokio::test]
async fn newer_messages_end_work_on_a_question_so_often_and_not_for_ever() {
    let (_dir, store) = store().await;
    comes(&store, 1, false).await;
    let mut run = 1;
    for times in 0..5 {
        let patience = start(&store, run).await.patience;
        assert_eq!(patience.superseded, times);
        assert!(patience.allows(NOW) && patience.allows(NOW + 59_999));
        assert_eq!(
            patience.allows(NOW + 60_000),
            times == 0,
            "a minute after the first"
        );
        comes(&store, run + 1, true).await;
        finish(&store, run, RunEnd::Superseded).await;
        run += 1;
    }
    assert!(!start(&store, run).await.patience.allows(NOW));
}

#[tokio::test]
async fn what_was_to_end_is_not_run_again_after_a_crash_and_what_it_was_to_read_waits_for_the_next() {
    let (_dir, store) = store().await;
    comes(&store, 1, false).await;
    start(&store, 1).await;
    is_overheard(&store, 2).await;
    comes(&store, 3, true).await;
    assert_eq!(
        store
            .drop_waiting(&["session"], "stopped", NOW)
            .await
            .expect("committed"),
        1
    );
    // What came after that does not bring it back.
    comes(&store, 4, true).await;
    let next = store.run_of(4).await.expect("read").expect("there");
    assert_eq!((next.answers.len(), next.context.len()), (1, 1));
    let requeued = store
        .requeue_interrupted(ACCOUNT, NOW, |_| Some(draft("F")))
        .await;
    assert_eq!(requeued.expect("committed"), (0, 0));
    let stopped = Some("stopped");
    assert_eq!(
        states(&store).await,
        [
            state(1, "cancelled", stopped),
            state(2, "cancelled", stopped),
            state(3, "queued", None)
        ]
    );
    assert!(store.sent_for_tests().await.is_empty());
}

#[tokio::test]
async fn a_stop_counts_more_than_a_newer_message() {
    let (_dir, store) = store().await;
    comes(&store, 1, false).await;
    start(&store, 1).await;
    store
        .drop_waiting(&["session"], "stopped", NOW)
        .await
        .expect("committed");
    comes(&store, 2, true).await;
    finish(&store, 1, RunEnd::Superseded).await;
    assert_eq!(states(&store).await[0], state(1, "cancelled", Some("stopped")));
    assert_eq!(
        store.run_of(2).await.expect("read").expect("there").answers,
        ["M2"]
    );
}

#[tokio::test]
async fn runs_of_a_task_that_is_gone_or_that_were_to_end_are_not_run_again() {
    let (_dir, store) = store().await;
    for task in ["gone", "kept", "fine"] {
        let run = format!(
            "INSERT INTO run (account, kind, task, chat, agent, session, state, attempts, created_ms)
             VALUES ('{ACCOUNT}', 'task', '{task}', '{CHAT}', 'main', '{task}', 'running', 1, 1)"
        );
        store.execute_for_tests(&run).await;
        let task = format!(
            "INSERT INTO task (id, agent, account, session, chat, prompt, zone, state, created_ms, updated_ms)
             VALUES ('{task}', 'main', '{ACCOUNT}', '{task}', '{CHAT}', 'p', 'UTC', 'active', 1, 1)"
        );
        store.execute_for_tests(&task).await;
    }
    assert_eq!(
        store.delete_task("gone", NOW).await.expect("committed"),
        Some(vec![1])
    );
    let cancelled = store.cancel_task_run(2, false, NOW).await.expect("committed");
    assert_eq!(cancelled, CancelledRun::Running);
    let requeued = store.requeue_interrupted(ACCOUNT, NOW, |_| None).await;
    assert_eq!(requeued.expect("committed"), (1, 0));
    assert_eq!(
        states(&store).await,
        [
            state(1, "cancelled", Some("task_cancelled")),
            state(2, "cancelled", Some("cancelled")),
            state(3, "interrupted", Some("interrupted")),
            state(4, "queued", None)
        ]
    );
    // Also where only the Task is gone.
    store
        .execute_for_tests("UPDATE run SET state = 'running' WHERE id = 4")
        .await;
    store.execute_for_tests("DELETE FROM task").await;
    let requeued = store.requeue_interrupted(ACCOUNT, NOW, |_| None).await;
    assert_eq!(requeued.expect("committed"), (0, 0));
    assert_eq!(
        states(&store).await[3],
        state(4, "cancelled", Some("task_cancelled"))
    );
}

#[tokio::test]
async fn an_answer_that_is_empty_or_for_another_chat_is_not_sent() {
    let (_dir, store) = store().await;
    comes(&store, 1, false).await;
    start(&store, 1).await;
    let bad = || {
        let empty = Draft {
            text: " \n".to_owned(),
            ..draft("A1")
        };
        let foreign = Draft {
            chat: "15550100003@s.whatsapp.net".to_owned(),
            ..draft("A2")
        };
        vec![empty, foreign]
    };
    assert!(
        store
            .say_meanwhile(ACCOUNT, 1, &bad(), NOW)
            .await
            .expect("committed")
    );
    let mut reply = bad();
    reply.push(draft("A3"));
    let finished = FinishedRun::ok(1, reply);
    store
        .finish_runs(ACCOUNT, &[finished], NOW)
        .await
        .expect("committed");
    let sent = store.sent_for_tests().await;
    let ids: Vec<&str> = sent.iter().map(|sent| sent.message_id.as_str()).collect();
    assert_eq!(ids, ["A3"]);
}

#[tokio::test]
async fn a_run_is_told_that_what_came_of_it_was_refused_or_too_old() {
    let (_dir, store) = store().await;
    for run in [1, 2] {
        let insert = format!(
            "INSERT INTO run (account, kind, task, chat, agent, session, state, created_ms)
             VALUES ('{ACCOUNT}', 'task', 't', '{CHAT}', 'main', 's{run}', 'running', 1)"
        );
        store.execute_for_tests(&insert).await;
        let result = Draft {
            purpose: Purpose::Task,
            ..draft(&format!("A{run}"))
        };
        let finished = FinishedRun::ok(run, vec![result]);
        store
            .finish_runs(ACCOUNT, &[finished], NOW)
            .await
            .expect("committed");
    }
    let refused = Fate {
        error: Some("refused by WhatsApp".to_owned()),
        ..Fate::new("A1".to_owned(), fased_policy::delivery::SendState::Failed)
    };
    store.settle(ACCOUNT, &[refused], NOW).await.expect("committed");
    assert_eq!(
        store
            .expire_outbox(ACCOUNT, NOW + 2_000)
            .await
            .expect("committed"),
        1
    );
    let runs = store.runs_for_tests().await;
    let errors: Vec<&str> = runs.iter().filter_map(|run| run.error.as_deref()).collect();
    assert_eq!(
        errors,
        [
            "the answer was not sent: refused by WhatsApp",
            "the answer was not sent: it was too old to be sent"
        ]
    );
}

#[tokio::test]
async fn few_commands_and_few_heads_are_found_among_many_that_wait() {
    let (_dir, store) = store().await;
    store
        .execute_for_tests(&format!(
            "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 500)
             INSERT INTO run (account, kind, chat, agent, session, state, created_ms)
             SELECT '{ACCOUNT}', CASE WHEN n % 250 = 0 THEN 'command' ELSE 'message' END, 'c', 'main',
                 's' || (n / 2), 'queued', 1 FROM number"
        ))
        .await;
    let due = store.due_runs(ACCOUNT, NOW, 32, 3).await.expect("read");
    let ids: Vec<i64> = due.runs.iter().map(|run| run.id).collect();
    assert_eq!((ids.as_slice(), due.wake_ms), (&[250, 500, 1, 2, 4][..], None));
}

/// What is asked often, word for word, and how each finds its rows.
const PLANS: &[(&str, &[&str])] = &[
    (
        super::run::DUE,
        &[
            "SEARCH run USING INDEX run_own (account=?)",
            "SEARCH run USING INDEX run_open (account=?)",
            "before USING INDEX run_of_session (session=? AND id<?)",
            "SEARCH gathered USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH first USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH inbox USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH other USING COVERING INDEX run_forks (fork_of=?)",
            "medium USING INTEGER PRIMARY KEY (rowid=?)",
            "run_waits (account=? AND not_before_ms>?)",
        ],
    ),
    (
        super::run_start::WAITING,
        &[
            "other USING INDEX run_of_session (session=?)",
            "medium USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    ),
    (
        super::run_over::NEXT,
        &[
            "other USING INDEX run_of_session (session=?)",
            "outbox USING INDEX outbox_run (run_id=?)",
        ],
    ),
    (
        super::run_fork::LAST_OPEN,
        &["SEARCH run USING INDEX run_of_session (session=?)"],
    ),
    (
        super::run_fork::UNREAD,
        &[
            "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)",
            "fork USING INDEX run_forks (fork_of=?)",
        ],
    ),
];

#[tokio::test]
async fn what_is_asked_of_runs_uses_its_indexes_and_sorts_nothing() {
    let (_dir, store) = store().await;
    for (question, indexes) in PLANS {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {question}")))
                .fetch_all(&mut *store.read.turn().await.expect("open"))
                .await
                .expect("a plan");
        for index in *indexes {
            assert!(
                plan.iter().any(|(_, _, _, step)| step.contains(index)),
                "{index}, {question}: {plan:#?}"
            );
        }
        assert!(
            !plan
                .iter()
                .any(|(_, _, _, step)| step.contains("TEMP B-TREE") || step.contains("inbound_media_wanted")),
            "{question}: {plan:#?}"
        );
    }
}
