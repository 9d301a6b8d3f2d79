//! What follows from verdicts: turns that are joined, and context that is read once.

use super::fixtures::{ACCOUNT, NOW, admit, draft, message, store};
use super::*;

const GROUP: &str = "120363000000000001@g.us";

fn run(not_before_ms: i64, joins: Option<i64>, flushes: bool) -> Option<NewRun> {
    Some(NewRun {
        kind: RunKind::Message,
        chat: GROUP.to_owned(),
        agent: "main".to_owned(),
        session: "session".to_owned(),
        not_before_ms,
        joins,
        flushes,
        reads: vec![GROUP.to_owned()],
        collects: false,
        forks: None,
        keeps: None,
    })
}

fn context(seq: i64) -> Decision {
    Decision {
        outcome: "context",
        reason: "no_mention",
        run: None,
        ..admit(seq)
    }
}

fn chat() -> Vec<String> {
    vec!["15550100002@s.whatsapp.net".to_owned()]
}

async fn journal(store: &Store, ids: &[&str]) {
    let batch: Vec<Journaled> = ids
        .iter()
        .map(|id| Journaled {
            chat: GROUP.into(),
            ..message(id, id)
        })
        .collect();
    store.journal(ACCOUNT, &batch, NOW).await.expect("committed");
}

fn ids(messages: &[StoredMessage]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.message_id.as_str())
        .collect()
}

#[tokio::test]
async fn what_was_said_before_is_read_by_the_next_run_and_by_no_other() {
    let (_dir, store) = store().await;
    journal(&store, &["A", "B", "C", "D", "E"]).await;
    let first = Decision {
        run: run(0, None, false),
        ..admit(3)
    };
    // All in one batch, as they may come; D is later than the run that C starts.
    store
        .decide(ACCOUNT, &[context(1), context(2), first, context(4)], NOW)
        .await
        .expect("committed");
    let second = Decision {
        run: run(0, None, false),
        ..admit(5)
    };
    store.decide(ACCOUNT, &[second], NOW).await.expect("committed");
    let first_run = store.run_of(3).await.expect("read").expect("a run").id;
    let second_run = store.run_of(5).await.expect("read").expect("a run").id;
    let read = |run, limit| store.context_of(run, limit);
    assert_eq!(ids(&read(first_run, 50).await.expect("read")), ["A", "B"]);
    assert_eq!(ids(&read(first_run, 1).await.expect("read")), ["B"], "the newest");
    assert!(read(first_run, 0).await.expect("read").is_empty());
    assert_eq!(ids(&read(second_run, 50).await.expect("read")), ["D"]);
}

/// A reaction (or the like) of the sender of these messages, to one of them.
async fn about(store: &Store, id: &str, target: &str) {
    let event = Journaled {
        chat: GROUP.into(),
        content: "reaction".into(),
        quoted_id: Some(target.into()),
        ..message(id, "👍")
    };
    store.journal(ACCOUNT, &[event], NOW).await.expect("committed");
}

fn event(seq: i64) -> Decision {
    Decision {
        reason: "about_message",
        ..context(seq)
    }
}

#[tokio::test]
async fn what_happened_to_a_message_is_told_to_its_run_until_that_starts_and_then_to_the_next() {
    let (_dir, store) = store().await;
    journal(&store, &["A"]).await;
    about(&store, "early", "A").await;
    about(&store, "of none", "elsewhere").await;
    let asks = |seq| Decision {
        run: run(0, None, false),
        ..admit(seq)
    };
    let batch = [asks(1), event(2), event(3)];
    store.decide(ACCOUNT, &batch, NOW).await.expect("committed");
    let first = store.queued_runs(ACCOUNT, NOW, 9).await.expect("read").remove(0);
    assert!(first.reads);
    store.start_runs(&[first.id], &[], NOW).await.expect("committed");
    about(&store, "late", "A").await;
    journal(&store, &["talk", "B"]).await;
    let batch = [event(4), context(5), asks(6)];
    store.decide(ACCOUNT, &batch, NOW).await.expect("committed");
    let second = store.run_of(6).await.expect("read").expect("a run").id;
    let events = |run, limit| store.events_of(run, limit);
    assert_eq!(ids(&events(first.id, 50).await.expect("read")), ["early"]);
    assert_eq!(ids(&events(second, 50).await.expect("read")), ["of none", "late"]);
    assert_eq!(
        ids(&events(second, 1).await.expect("read")),
        ["late"],
        "the newest"
    );
    let talk = store.context_of(second, 1).await.expect("read");
    assert_eq!(ids(&talk), ["talk"], "events take no place of what was said");
}

#[tokio::test]
async fn what_joins_a_run_just_before_it_starts_is_answered_by_it() {
    let (_dir, store) = store().await;
    journal(&store, &["A", "talk", "B"]).await;
    let first = Decision {
        run: run(0, None, false),
        ..admit(1)
    };
    store.decide(ACCOUNT, &[first], NOW).await.expect("committed");
    let due = store.queued_runs(ACCOUNT, NOW, 9).await.expect("read").remove(0);
    assert!(!due.joined && !due.reads);
    let joining = Decision {
        run: run(0, Some(1), false),
        ..admit(3)
    };
    store
        .decide(ACCOUNT, &[context(2), joining], NOW)
        .await
        .expect("committed");
    let started = store.start_runs(&[due.id], &[], NOW).await.expect("committed");
    let complete = StartedRun {
        id: due.id,
        joined: true,
        reads: true,
        epoch: 0,
        patience: Patience::default(),
    };
    assert_eq!(started, [complete]);
}

#[tokio::test]
async fn quick_messages_are_one_turn_until_it_starts() {
    let (_dir, store) = store().await;
    journal(&store, &["A", "B", "C", "D"]).await;
    let joining = |seq, not_before| Decision {
        run: run(not_before, Some(1), false),
        ..admit(seq)
    };
    let first = Decision {
        run: run(NOW + 50, None, false),
        ..admit(1)
    };
    store
        .decide(ACCOUNT, &[first, joining(2, NOW + 80)], NOW)
        .await
        .expect("committed");
    assert!(
        store
            .queued_runs(ACCOUNT, NOW + 79, 9)
            .await
            .expect("read")
            .is_empty()
    );
    let due = store.due_runs(ACCOUNT, NOW, 9, 9).await.expect("read");
    assert_eq!((due.runs.len(), due.wake_ms), (0, Some(NOW + 80)));
    assert_eq!(store.last_due(ACCOUNT).await.expect("read"), NOW + 80);
    assert_eq!(store.last_due("other").await.expect("read"), 0);
    let (waiting, _, since) = store
        .waiting_run(ACCOUNT, "session", NOW)
        .await
        .expect("read")
        .expect("one waits");
    assert_eq!((waiting, since), (1, NOW));

    let due = store.queued_runs(ACCOUNT, NOW + 80, 9).await.expect("read");
    assert_eq!(due.len(), 1);
    assert!(due[0].joined);
    assert_eq!(ids(&store.inputs_of(due[0].id).await.expect("read")), ["B"]);
    store.start_runs(&[due[0].id], &[], NOW).await.expect("committed");

    // Too late to join: a turn of its own.
    store
        .decide(ACCOUNT, &[joining(3, NOW + 90)], NOW)
        .await
        .expect("committed");
    let own = store.run_of(3).await.expect("read").expect("a run");
    assert_ne!(own.id, due[0].id);
    assert_eq!(store.run_of(2).await.expect("read").expect("a run").id, due[0].id);
}

#[tokio::test]
async fn what_cannot_wait_sends_off_what_waits_and_comes_after_it() {
    let (_dir, store) = store().await;
    journal(&store, &["A", "B", "C"]).await;
    let first = Decision {
        run: run(NOW + 5_000, None, false),
        ..admit(1)
    };
    let second = Decision {
        run: run(NOW + 5_000, Some(1), false),
        ..admit(2)
    };
    let command = Decision {
        run: run(0, None, true),
        ..admit(3)
    };
    store
        .decide(ACCOUNT, &[first, second, command], NOW)
        .await
        .expect("committed");
    let due = store.queued_runs(ACCOUNT, NOW, 9).await.expect("read");
    assert_eq!(due.len(), 1, "one at a time in a session");
    assert_eq!(due[0].message.as_ref().expect("a message").message_id, "A");
    assert!(due[0].joined, "and all that waited goes");
    assert_eq!(ids(&store.inputs_of(due[0].id).await.expect("read")), ["B"]);
}

#[tokio::test]
async fn a_message_of_ours_absorbs_one_echo() {
    let (_dir, store) = store().await;
    journal(&store, &["A", "B"]).await;
    let sent = Decision {
        run: None,
        sends: vec![draft("OUT1")],
        ..admit(0)
    };
    store.decide(ACCOUNT, &[sent], NOW).await.expect("committed");
    assert!(
        store
            .recent_sends(ACCOUNT, &chat(), NOW - 1)
            .await
            .expect("read")
            .is_empty(),
        "it has not left yet"
    );
    let row = store.open_outbox(ACCOUNT, &[], NOW, 9).await.expect("read").heads[0].id;
    store.start_sending(&[row], NOW).await.expect("committed");
    let echo = |seq| Decision {
        run: None,
        echo_of: Some(row),
        ..admit(seq)
    };
    let before = store.recent_sends(ACCOUNT, &chat(), NOW - 1).await.expect("read");
    assert!(!before[0].echoed);
    store.decide(ACCOUNT, &[echo(1)], NOW).await.expect("committed");
    assert!(store.recent_sends(ACCOUNT, &chat(), NOW - 1).await.expect("read")[0].echoed);
    assert!(
        store
            .recent_sends(ACCOUNT, &chat(), NOW)
            .await
            .expect("read")
            .is_empty(),
        "too old"
    );
}

#[tokio::test]
async fn a_message_is_found_by_who_wrote_it_and_by_what_the_log_calls_it() {
    let (_dir, store) = store().await;
    let lid = "100000000000002@lid";
    let hidden = Journaled {
        sender: lid.into(),
        ..message("B", "later")
    };
    store
        .journal(ACCOUNT, &[message("A", "hi"), hidden], NOW)
        .await
        .expect("committed");
    let in_log = fased_protocol::private::short_hash("A");
    for (text, meant) in [
        ("+15550100002", Some("A")),
        ("+1 555 010-0002", Some("A")),
        (lid, Some("B")),
        (in_log.as_str(), Some("A")),
        ("+15550100009", None),
        ("A", None),
        ("*", None),
        ("ffffff", None),
    ] {
        let found = store.message_meant(text).await.expect("read");
        assert_eq!(found.as_deref(), meant, "{text}");
    }
}
