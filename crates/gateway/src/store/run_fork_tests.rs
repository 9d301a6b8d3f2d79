//! One run gathers and becomes several.

use super::fixtures::{ACCOUNT, NOW, admit, draft, held, message, store};
use super::{Decision, FinishedRun, Fork, Forks, QueuedRun, RunEnd, RunKind, Store};

const CHAT: &str = "15550100002@s.whatsapp.net";

fn forks(in_turn: bool) -> Forks {
    let fork = |agent: &str| Fork {
        agent: agent.to_owned(),
        session: format!("agent:{agent}"),
    };
    Forks {
        in_turn,
        by: vec![fork("ada"), fork("bob")],
    }
}

/// A message of the chat; one that waits for more does so for a second.
async fn comes(store: &Store, seq: i64, in_turn: bool, waits: bool, joins: Option<i64>) {
    let text = message(&format!("M{seq}"), "hi");
    store.journal(ACCOUNT, &[text], NOW).await.expect("journaled");
    let mut decision = admit(seq);
    if let Some(run) = &mut decision.run {
        run.kind = RunKind::Broadcast;
        run.session = "gathers".to_owned();
        run.forks = Some(forks(in_turn));
        run.reads = vec![CHAT.to_owned()];
        run.not_before_ms = if waits { NOW + 1_000 } else { 0 };
        run.joins = joins;
    }
    store.decide(ACCOUNT, &[decision], NOW).await.expect("decided");
}

async fn is_overheard(store: &Store, seq: i64) {
    let text = message(&format!("M{seq}"), "talk");
    store.journal(ACCOUNT, &[text], NOW).await.expect("journaled");
    let decision = Decision {
        outcome: "context",
        ..held(seq, "group_not_mentioned", 9)
    };
    store.decide(ACCOUNT, &[decision], NOW).await.expect("decided");
}

async fn due(store: &Store, now_ms: i64) -> Vec<QueuedRun> {
    store.queued_runs(ACCOUNT, now_ms, 32).await.expect("read")
}

async fn fork(store: &Store, run: i64) {
    store.fork_runs(&[run], NOW).await.expect("committed");
}

async fn end(store: &Store, run: i64, end: RunEnd) -> bool {
    let started = store.start_runs(&[run], &[], NOW).await.expect("committed");
    assert_eq!(started.len(), 1);
    let finished = FinishedRun::ended(run, end, vec![draft(&format!("A{run}"))]);
    store
        .finish_runs(ACCOUNT, &[finished], NOW)
        .await
        .expect("committed")
}

#[tokio::test]
async fn all_that_was_gathered_is_answered_by_each_and_shared_out_once() {
    let (_dir, store) = store().await;
    is_overheard(&store, 1).await;
    comes(&store, 2, false, true, None).await;
    comes(&store, 3, false, true, Some(2)).await;
    assert!(due(&store, NOW).await.is_empty(), "it waits for more");
    let gathers = due(&store, NOW + 1_000).await.remove(0);
    assert_eq!((gathers.kind, gathers.joined), (RunKind::Broadcast, true));
    // The end of the gateway before it is shared out changes nothing.
    let again = store.requeue_interrupted(ACCOUNT, NOW, |_| None).await;
    assert_eq!(again.expect("committed"), (0, 0));
    for _ in 0..2 {
        fork(&store, gathers.id).await;
    }
    let forks = due(&store, NOW).await;
    let agents: Vec<&str> = forks.iter().map(|run| run.agent.as_str()).collect();
    assert_eq!(agents, ["ada", "bob"]);
    for run in &forks {
        assert_eq!((run.kind, run.gathered_by()), (RunKind::Message, gathers.id));
        assert!(run.joined && run.reads && run.is_one_of_several);
        let ids = |messages: Vec<super::StoredMessage>| -> Vec<String> {
            messages.into_iter().map(|message| message.message_id).collect()
        };
        let first: Vec<_> = run.message.iter().cloned().collect();
        assert_eq!(ids(first), ["M2"]);
        let inputs = store.inputs_of(run.gathered_by()).await.expect("read");
        assert_eq!(ids(inputs), ["M3"]);
        let context = store.context_of(run.gathered_by(), 9).await.expect("read");
        assert_eq!(ids(context), ["M1"]);
        let started = store
            .start_runs(&[run.id], &[run.id], NOW)
            .await
            .expect("committed");
        assert!(started[0].joined && started[0].reads);
    }
    // The end of the gateway in between them: each is begun once more, and none is made anew.
    let again = store.requeue_interrupted(ACCOUNT, NOW, |_| None).await;
    assert_eq!(again.expect("committed"), (2, 0));
    fork(&store, gathers.id).await;
    assert_eq!(store.runs_for_tests().await.len(), 3);
}

#[tokio::test]
async fn in_turn_each_is_due_when_the_one_before_it_has_ended_however_it_ended() {
    let (_dir, store) = store().await;
    for (seq, run) in [(1, 1), (2, 4)] {
        comes(&store, seq, true, false, None).await;
        assert!(due(&store, NOW).await.iter().any(|due| due.id == run));
        fork(&store, run).await;
    }
    let failed = || RunEnd::Failed {
        failure: "timed_out",
        error: String::new(),
    };
    let cancelled = || RunEnd::Cancelled { failure: "stopped" };
    let order = [(2, failed()), (3, cancelled()), (5, RunEnd::Ok), (6, RunEnd::Ok)];
    for (run, how) in order {
        let ids: Vec<i64> = due(&store, NOW).await.iter().map(|run| run.id).collect();
        assert_eq!(ids, [run]);
        assert!(end(&store, run, how).await, "others may start now");
    }
    assert!(due(&store, NOW).await.is_empty());
}

#[tokio::test]
async fn what_nobody_read_waits_for_the_next_when_all_of_it_is_dropped() {
    let (_dir, store) = store().await;
    is_overheard(&store, 1).await;
    comes(&store, 2, false, false, None).await;
    fork(&store, 1).await;
    let dropped = store.drop_waiting(&["agent:ada"], "stopped", NOW).await;
    assert_eq!(dropped.expect("committed"), 1);
    let read = store.context_of(1, 9).await.expect("read");
    assert_eq!(read.len(), 1, "the other one has still to read it");
    let dropped = store
        .drop_waiting(&["gathers", "agent:bob"], "stopped", NOW)
        .await;
    assert_eq!(dropped.expect("committed"), 1);
    comes(&store, 3, false, false, None).await;
    let next = due(&store, NOW).await.remove(0);
    let read = store.context_of(next.id, 9).await.expect("read");
    assert_eq!(read.len(), 1);
    // Once one of them has begun, it was read.
    fork(&store, next.id).await;
    let ada = due(&store, NOW).await.remove(0);
    assert!(end(&store, ada.id, RunEnd::Ok).await);
    let dropped = store
        .drop_waiting(&["gathers", "agent:bob"], "stopped", NOW)
        .await;
    assert_eq!(dropped.expect("committed"), 1);
    assert_eq!(store.context_of(next.id, 9).await.expect("read").len(), 1);
}

#[tokio::test]
async fn one_that_was_dropped_is_not_shared_out() {
    let (_dir, store) = store().await;
    comes(&store, 1, false, true, None).await;
    let dropped = store.drop_waiting(&["gathers"], "stopped", NOW).await;
    assert_eq!(dropped.expect("committed"), 1);
    fork(&store, 1).await;
    let runs = store.runs_for_tests().await;
    assert_eq!((runs.len(), runs[0].state.as_str()), (1, "cancelled"));
}

#[tokio::test]
async fn a_waiting_edit_reaches_all_of_them_until_one_has_begun() {
    let (_dir, store) = store().await;
    comes(&store, 1, false, false, None).await;
    fork(&store, 1).await;
    let forks = due(&store, NOW).await;
    for (seq, reader) in [(2, Some(1)), (3, None)] {
        let mut edit = message(&format!("M{seq}"), "better");
        edit.content = "edit".into();
        edit.quoted_id = Some("M1".into());
        store.journal(ACCOUNT, &[edit], NOW).await.expect("journaled");
        let decision = Decision {
            outcome: "context",
            ..held(seq, "about_message", 2)
        };
        store.decide(ACCOUNT, &[decision], NOW).await.expect("decided");
        let read = store.events_of(1, 9).await.expect("read");
        assert_eq!(read.iter().any(|event| event.seq == seq), reader.is_some());
        store
            .start_runs(&[forks[0].id], &[], NOW)
            .await
            .expect("committed");
    }
}
