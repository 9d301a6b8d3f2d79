//! The store's promises, on a real file.

use std::os::unix::fs::PermissionsExt;

use fased_policy::delivery::SendState;

use super::fixtures::{ACCOUNT, NOW, admit, draft, message, store};
use fased_protocol::sidecar::Payload;

use super::*;

#[tokio::test]
async fn only_the_owner_can_read_it() {
    let (dir, _store) = store().await;
    let mode = std::fs::metadata(dir.path().join("fased.db"))
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_message_delivered_twice_is_one_row_and_counted() {
    let (_dir, store) = store().await;
    let batch = [message("A", "one"), message("B", "two"), message("A", "one")];
    assert_eq!(
        store.journal(ACCOUNT, &batch, NOW).await.expect("committed"),
        vec![0, 1]
    );
    assert_eq!(
        store.journal(ACCOUNT, &batch[..1], NOW).await.expect("committed"),
        Vec::<usize>::new()
    );
    let undecided = store.undecided(ACCOUNT, &[], 10).await.expect("read");
    assert_eq!(
        undecided
            .iter()
            .map(|row| row.message_id.as_str())
            .collect::<Vec<_>>(),
        ["A", "B"]
    );
    let counts = store.count_inbound(ACCOUNT).await.expect("read");
    assert!(
        counts
            .iter()
            .any(|count| count.name == "duplicate" && count.count == 2),
        "{counts:?}"
    );
}

#[tokio::test]
async fn a_resend_fills_in_its_placeholder_once() {
    let (_dir, store) = store().await;
    let placeholder = Journaled {
        content: Journaled::UNDECRYPTABLE.into(),
        text: None,
        ..message("A", "")
    };
    store
        .journal(ACCOUNT, std::slice::from_ref(&placeholder), NOW)
        .await
        .expect("committed");
    assert!(store.undecided(ACCOUNT, &[], 10).await.expect("read").is_empty());
    let resend = [message("A", "readable")];
    assert_eq!(
        store.journal(ACCOUNT, &resend, NOW).await.expect("committed"),
        vec![0]
    );
    assert_eq!(
        store.journal(ACCOUNT, &resend, NOW).await.expect("committed"),
        Vec::<usize>::new()
    );
    store
        .journal(ACCOUNT, &[placeholder], NOW)
        .await
        .expect("committed");
    let undecided = store.undecided(ACCOUNT, &[], 10).await.expect("read");
    assert_eq!(undecided.len(), 1);
    assert_eq!(undecided[0].text.as_deref(), Some("readable"));
}

#[tokio::test]
async fn a_verdict_is_given_once_and_leads_to_one_run() {
    let (_dir, store) = store().await;
    store
        .journal(ACCOUNT, &[message("A", "one"), message("B", "two")], NOW)
        .await
        .expect("committed");
    let seqs: Vec<i64> = store
        .undecided(ACCOUNT, &[], 10)
        .await
        .expect("read")
        .iter()
        .map(|row| row.seq)
        .collect();
    store
        .decide(ACCOUNT, &[admit(seqs[0]), admit(seqs[1])], NOW)
        .await
        .expect("committed");
    store
        .decide(ACCOUNT, &[admit(seqs[0])], NOW)
        .await
        .expect("committed");
    assert!(store.undecided(ACCOUNT, &[], 10).await.expect("read").is_empty());
    let runs = store.queued_runs(ACCOUNT, NOW, 10).await.expect("read");
    assert_eq!(runs.len(), 1, "one run of a session at a time");
    assert_eq!(runs[0].message.as_ref().expect("a message").message_id, "A");
}

#[tokio::test]
async fn a_run_cut_off_is_started_once_more_and_then_given_up() {
    let (_dir, store) = store().await;
    store
        .journal(ACCOUNT, &[message("A", "one")], NOW)
        .await
        .expect("committed");
    let seq = store.undecided(ACCOUNT, &[], 1).await.expect("read")[0].seq;
    store
        .decide(ACCOUNT, &[admit(seq)], NOW)
        .await
        .expect("committed");
    let run = store.queued_runs(ACCOUNT, NOW, 1).await.expect("read")[0].id;
    for expected in [(1, 0), (0, 1)] {
        store.start_runs(&[run], &[], NOW).await.expect("committed");
        assert_eq!(
            store
                .requeue_interrupted(ACCOUNT, NOW, |_| None)
                .await
                .expect("committed"),
            expected
        );
    }
    let info = store.run_of(seq).await.expect("read").expect("there");
    assert_eq!(
        (info.kind.as_str(), info.state.as_str(), info.attempts),
        ("message", "interrupted", 2)
    );
}

#[tokio::test]
async fn a_finished_run_is_never_started_again() {
    let (_dir, store) = store().await;
    store
        .journal(ACCOUNT, &[message("A", "one")], NOW)
        .await
        .expect("committed");
    let seq = store.undecided(ACCOUNT, &[], 1).await.expect("read")[0].seq;
    store
        .decide(ACCOUNT, &[admit(seq)], NOW)
        .await
        .expect("committed");
    let run = store.queued_runs(ACCOUNT, NOW, 1).await.expect("read")[0].id;
    store.start_runs(&[run], &[], NOW).await.expect("committed");
    let finished = FinishedRun::ok(run, vec![draft("OUT1")]);
    store
        .finish_runs(ACCOUNT, &[finished], NOW)
        .await
        .expect("committed");
    assert_eq!(
        store
            .requeue_interrupted(ACCOUNT, NOW, |_| None)
            .await
            .expect("committed"),
        (0, 0)
    );
    assert_eq!(
        store
            .open_outbox(ACCOUNT, &[], NOW, 10)
            .await
            .expect("read")
            .heads
            .len(),
        1
    );
}

/// Gives an outbox row its news in one go; returns the steps that it took.
async fn settle(store: &Store, id: &str, states: &[SendState]) -> Vec<String> {
    let fates: Vec<Fate> = states.iter().map(|to| Fate::new(id.to_owned(), *to)).collect();
    let moved = store.settle(ACCOUNT, &fates, NOW).await.expect("committed");
    moved.sent.into_iter().map(|sent| sent.state).collect()
}

#[tokio::test]
async fn a_receipt_may_name_any_number_of_messages() {
    let (_dir, store) = store().await;
    let change = Decision {
        run: None,
        sends: vec![draft("OUT1")],
        ..admit(0)
    };
    store.decide(ACCOUNT, &[change], NOW).await.expect("committed");
    let fates: Vec<Fate> = (0..40_000)
        .map(|number| format!("nobody's {number}"))
        .chain(["OUT1".to_owned(), "OUT1".to_owned()])
        .map(|id| Fate::new(id, SendState::Delivered))
        .collect();
    let moved = store.settle(ACCOUNT, &fates, NOW).await.expect("committed");
    assert_eq!(moved.sent.len(), 1);
    assert_eq!(moved.sent[0].message_id, "OUT1");
}

#[tokio::test]
async fn whoever_sends_is_told_whether_another_message_waits_in_the_chat() {
    let (_dir, store) = store().await;
    let other = Draft {
        chat: "15550100099@s.whatsapp.net".to_owned(),
        ..draft("ELSEWHERE")
    };
    let change = Decision {
        run: None,
        sends: vec![draft("OUT1"), draft("OUT2"), other],
        ..admit(0)
    };
    store.decide(ACCOUNT, &[change], NOW).await.expect("committed");
    for (id, followed) in [("OUT1", true), ("OUT2", false), ("ELSEWHERE", false)] {
        let fate = Fate::new(id.to_owned(), SendState::ServerAck);
        let moved = store.settle(ACCOUNT, &[fate], NOW).await.expect("committed");
        assert_eq!((moved.sent.len(), moved.followed), (1, followed), "{id}");
    }
}

#[tokio::test]
async fn a_send_state_never_goes_backwards() {
    use SendState::{Delivered, Failed, Read, ServerAck, Written};
    let (_dir, store) = store().await;
    for id in ["OUT1", "OUT2"] {
        let change = Decision {
            run: None,
            sends: vec![draft(id)],
            ..admit(0)
        };
        store.decide(ACCOUNT, &[change], NOW).await.expect("committed");
    }
    assert_eq!(
        settle(&store, "OUT1", &[Written, Delivered, ServerAck]).await,
        ["written", "delivered"]
    );
    assert!(settle(&store, "OUT1", &[ServerAck, Written]).await.is_empty());
    assert_eq!(settle(&store, "OUT1", &[Read]).await, ["read"]);
    assert_eq!(settle(&store, "OUT2", &[Failed, Delivered]).await, ["failed"]);
    assert!(settle(&store, "OUT2", &[Written]).await.is_empty());
    assert!(
        store
            .open_outbox(ACCOUNT, &[], NOW, 10)
            .await
            .expect("read")
            .heads
            .is_empty()
    );
}

#[tokio::test]
async fn what_was_being_written_when_a_link_ended_is_unknown_and_old_rows_expire() {
    let (_dir, store) = store().await;
    let change = Decision {
        run: None,
        sends: vec![draft("OUT1")],
        ..admit(0)
    };
    store.decide(ACCOUNT, &[change], NOW).await.expect("committed");
    let row = store
        .open_outbox(ACCOUNT, &[], NOW, 10)
        .await
        .expect("read")
        .heads[0]
        .id;
    store.start_sending(&[row], NOW).await.expect("committed");
    assert_eq!(store.mark_unknown(ACCOUNT, NOW).await.expect("committed"), 1);
    assert_eq!(
        store.expire_outbox(ACCOUNT, NOW + 999).await.expect("committed"),
        0
    );
    assert_eq!(
        store.expire_outbox(ACCOUNT, NOW + 1000).await.expect("committed"),
        1
    );
}

#[tokio::test]
async fn what_stays_unreadable_is_told_once_and_after_ten_minutes() {
    let (_dir, store) = store().await;
    let placeholder = Journaled {
        content: Journaled::UNDECRYPTABLE.into(),
        text: None,
        ..message("A", "")
    };
    store
        .journal(ACCOUNT, &[placeholder], NOW)
        .await
        .expect("committed");
    let after = |minutes: i64| {
        store.notice_unreadable(ACCOUNT, NOW + (minutes - 10) * 60_000, NOW + minutes * 60_000)
    };
    assert_eq!(after(10).await.expect("committed"), 0);
    assert_eq!(after(11).await.expect("committed"), 1);
    assert_eq!(after(12).await.expect("committed"), 0);
    assert_eq!(store.notices(10).await.expect("read").len(), 1);
}

#[tokio::test]
async fn what_was_sent_is_found_by_its_id_until_it_is_too_old() {
    let (_dir, store) = store().await;
    let change = Decision {
        run: None,
        sends: vec![draft("OUT1")],
        ..admit(0)
    };
    store.decide(ACCOUNT, &[change], NOW).await.expect("committed");
    assert_eq!(
        store.sent_payload(ACCOUNT, "OUT1", NOW - 1).await.expect("read"),
        None,
        "it was never written"
    );
    let row = store.open_outbox(ACCOUNT, &[], NOW, 1).await.expect("read").heads[0].id;
    store.start_sending(&[row], NOW).await.expect("committed");
    let (_, payload) = store
        .sent_payload(ACCOUNT, "OUT1", NOW - 1)
        .await
        .expect("read")
        .expect("found");
    let text = Payload::text("hi".to_owned(), payload.secret.0.clone());
    assert_eq!(
        payload,
        Payload {
            at_ms: Some(NOW),
            ..text
        }
    );
    assert_eq!(
        store.sent_payload(ACCOUNT, "OUT1", NOW).await.expect("read"),
        None
    );
    assert_eq!(
        store.sent_payload("work", "OUT1", NOW - 1).await.expect("read"),
        None
    );
}

#[tokio::test]
async fn a_pause_outlives_everything_else_that_is_recorded() {
    let (_dir, store) = store().await;
    store.set_paused(ACCOUNT, true).await.expect("committed");
    let row = StoredAccount {
        account: ACCOUNT.into(),
        state: "suspended".into(),
        ..StoredAccount::default()
    };
    store.record_account(&row).await.expect("committed");
    assert!(store.account(ACCOUNT).await.expect("read").expect("there").paused);
}
