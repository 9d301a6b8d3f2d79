//! Queued, held back, completed, taken back, sent once more, too old.

use fased_policy::delivery::SendState;
use fased_policy::ids::Identity;
use fased_protocol::control::Count;
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MediaFile, MediaKind, MediaLook, Outgoing, Payload, Quote};

use super::fixtures::{ACCOUNT, NOW, admit, draft, message, store};
use super::*;

pub(super) fn unasked(id: &str, chat: &str) -> Draft {
    Draft {
        purpose: Purpose::Message,
        chat: chat.to_owned(),
        ..draft(id)
    }
}

pub(super) const CHAT: &str = "15550100002@s.whatsapp.net";

pub(super) async fn queue(store: &Store, drafts: &[Draft]) {
    let taken = store
        .queue_messages(ACCOUNT, drafts, &Wish::default(), 100, NOW)
        .await;
    assert_eq!(taken.expect("queued"), Taken::Queued);
}

#[tokio::test]
async fn answers_do_not_wait_for_what_nobody_asked_for() {
    let (_dir, store) = store().await;
    let mut ack = unasked("C1", CHAT);
    ack.purpose = Purpose::AckReaction;
    queue(
        &store,
        &[unasked("A1", CHAT), unasked("A2", CHAT), ack, draft("B1")],
    )
    .await;
    let open = store
        .open_outbox(ACCOUNT, &[], NOW, 10)
        .await
        .expect("rows")
        .heads;
    let heads: Vec<(&str, OutboxLine)> = open
        .iter()
        .map(|row| (row.message_id.as_str(), row.line))
        .collect();
    assert_eq!(
        heads,
        [
            ("C1", OutboxLine::Acks),
            ("B1", OutboxLine::Answers),
            ("A1", OutboxLine::Unasked)
        ]
    );
}

#[tokio::test]
async fn what_was_written_counts_for_the_pace_from_its_first_time() {
    let (_dir, store) = store().await;
    queue(&store, &[unasked("A1", CHAT), draft("B1")]).await;
    store.start_sending(&[1, 2], NOW).await.expect("sending");
    store.mark_unknown(ACCOUNT, NOW + 1).await.expect("unknown");
    store.start_sending(&[1, 2], NOW + 2).await.expect("again");
    let sent = store.sent_unasked_since(ACCOUNT, NOW - 1).await.expect("sent");
    assert_eq!(sent, [(CHAT.to_owned(), NOW)]);
    assert_eq!(store.sent_unasked_since(ACCOUNT, NOW).await.expect("sent"), []);
}

#[tokio::test]
async fn a_full_outbox_takes_nothing() {
    let (_dir, store) = store().await;
    queue(&store, &[unasked("A1", CHAT)]).await;
    let taken = store
        .queue_messages(ACCOUNT, &[unasked("A2", CHAT)], &Wish::default(), 1, NOW)
        .await;
    assert_eq!(taken.expect("an answer"), Taken::Full);
    let all = OutboxFilter {
        limit: 10,
        ..OutboxFilter::default()
    };
    assert_eq!(store.list_outbox(&all).await.expect("rows").len(), 1);
}

#[tokio::test]
async fn an_answer_of_very_many_messages_is_queued_whole_and_in_order() {
    let (_dir, store) = store().await;
    let drafts: Vec<Draft> = (0..5_000).map(|n| unasked(&format!("A{n:04}"), CHAT)).collect();
    queue(&store, &drafts).await;
    let all = OutboxFilter {
        limit: 10_000,
        ..OutboxFilter::default()
    };
    let mut rows = store.list_outbox(&all).await.expect("rows");
    rows.reverse();
    let queued: Vec<&str> = rows.iter().map(|row| row.message_id.as_str()).collect();
    let wanted: Vec<&str> = drafts.iter().map(|draft| draft.message_id.as_str()).collect();
    assert_eq!(queued, wanted);
}

#[tokio::test]
async fn a_message_is_completed_once_and_then_goes_out_like_that() {
    let (_dir, store) = store().await;
    let mut whole = unasked("A1", CHAT);
    whole.pending = Some(Pending {
        upload: None,
        mentions: true,
    });
    whole.quoting(Quote {
        id: "Q".to_owned(),
        sender: fased_protocol::private::Jid(CHAT.to_owned()),
        text: Private("what?".to_owned()),
    });
    queue(&store, &[whole]).await;
    let row = store
        .open_outbox(ACCOUNT, &[], NOW, 1)
        .await
        .expect("rows")
        .heads
        .remove(0);
    assert!(row.pending().expect("a draft").expect("pending").mentions);
    let mut payload: Payload = row.payload().expect("a payload");
    assert_eq!(payload.quote.as_ref().map(|quote| quote.id.as_str()), Some("Q"));
    payload.mentions = vec![fased_protocol::private::Jid(CHAT.to_owned())];
    let complete = || store.complete_draft(row.id, "hi", &payload, NOW);
    assert!(complete().await.expect("kept"));
    assert!(!complete().await.expect("an answer"), "once");
    let row = store
        .open_outbox(ACCOUNT, &[], NOW, 1)
        .await
        .expect("rows")
        .heads
        .remove(0);
    assert_eq!(
        (row.draft.is_none(), row.payload().expect("a payload")),
        (true, payload.clone())
    );
    // Not sent yet it is nobody's to ask for; then it is the same again.
    let asked = || store.sent_payload(ACCOUNT, "A1", 0);
    assert!(asked().await.expect("an answer").is_none());
    store.start_sending(&[row.id], NOW).await.expect("sending");
    assert_eq!(
        asked().await.expect("an answer"),
        Some((CHAT.to_owned(), payload))
    );
}

#[tokio::test]
async fn only_what_has_not_left_is_taken_back_and_only_what_is_over_is_sent_once_more() {
    let (_dir, store) = store().await;
    queue(&store, &[unasked("A1", CHAT), unasked("A2", CHAT)]).await;
    store.start_sending(&[1], NOW).await.expect("sending");
    let cancel = |id| store.cancel(ACCOUNT, id, NOW);
    let retry = |id| store.retry(ACCOUNT, id, NOW + 5_000);
    assert_eq!(
        cancel("A1").await.expect("told"),
        Changed::Refused(SendState::Sending)
    );
    assert_eq!(cancel("none").await.expect("told"), Changed::NotFound);
    assert_eq!(
        retry("A2").await.expect("told"),
        Changed::Refused(SendState::Queued)
    );
    assert_eq!(cancel("A2").await.expect("told"), Changed::Done("A2".to_owned()));
    let Changed::Done(new) = retry("A2").await.expect("told") else {
        panic!("it is over")
    };
    assert_ne!(new, "A2");
    let all = OutboxFilter {
        state: Some(SendState::Queued),
        limit: 10,
        ..OutboxFilter::default()
    };
    let rows = store.list_outbox(&all).await.expect("rows");
    assert_eq!((rows.len(), rows[0].message_id.as_str()), (1, new.as_str()));
    assert_eq!(rows[0].expires_ms, NOW + 6_000, "as much time as the first had");
}

#[tokio::test]
async fn a_message_is_sent_once_more_only_once_and_not_without_its_file() {
    let (_dir, store) = store().await;
    let mut with_file = unasked("A1", CHAT);
    with_file.pending = Some(Pending {
        upload: Some(MediaFile {
            file: "out/a".to_owned(),
            kind: MediaKind::Image,
            mime: "image/png".to_owned(),
            file_name: None,
            look: MediaLook::default(),
        }),
        mentions: false,
    });
    queue(&store, &[with_file]).await;
    let retry = |id: String| {
        let store = store.clone();
        async move { store.retry(ACCOUNT, &id, NOW).await.expect("told") }
    };
    store.cancel(ACCOUNT, "A1", NOW).await.expect("told");
    let Changed::Done(new) = retry("A1".to_owned()).await else {
        panic!("it is over")
    };
    assert_eq!(retry("A1".to_owned()).await, Changed::Repeated(new.clone()));
    store.cancel(ACCOUNT, &new, NOW).await.expect("told");
    let files = store.release_files(ACCOUNT, NOW + 1).await.expect("released");
    assert_eq!(files, ["out/a"], "the first has it no longer");
    assert_eq!(retry(new).await, Changed::FileGone);
}

#[tokio::test]
async fn a10_all_that_expired_is_told_once() {
    let (_dir, store) = store().await;
    let drafts: Vec<Draft> = (0..3).map(|n| unasked(&format!("A{n}"), CHAT)).collect();
    queue(&store, &drafts).await;
    assert_eq!(
        store.expire_outbox(ACCOUNT, NOW + 1000).await.expect("expired"),
        3
    );
    for told in [3, 0] {
        assert_eq!(store.notice_expired(ACCOUNT, NOW, 500).await.expect("told"), told);
    }
    queue(&store, &[unasked("B", CHAT)]).await;
    store.expire_outbox(ACCOUNT, NOW + 1000).await.expect("expired");
    // What was told when is in the store, so a restart makes no difference.
    for (later, told) in [(499, 0), (500, 1)] {
        assert_eq!(
            store
                .notice_expired(ACCOUNT, NOW + later, 500)
                .await
                .expect("told"),
            told
        );
    }
    let notices = store.notices(10).await.expect("notices");
    assert_eq!(notices.len(), 2);
    assert!(
        notices[1].text.contains("3 messages were not sent"),
        "{notices:?}"
    );
}

#[tokio::test]
async fn a7_a_refused_answer_is_told_to_its_run() {
    let (_dir, store) = store().await;
    store
        .journal(ACCOUNT, &[message("M", "hi")], NOW)
        .await
        .expect("journaled");
    store.decide(ACCOUNT, &[admit(1)], NOW).await.expect("decided");
    store.start_runs(&[1], &[], NOW).await.expect("started");
    let finished = FinishedRun::ok(1, vec![draft("A1"), draft("A2")]);
    store
        .finish_runs(ACCOUNT, &[finished], NOW)
        .await
        .expect("finished");
    let refused = Fate {
        error_code: Some(479),
        error: Some("refused by WhatsApp".to_owned()),
        ..Fate::new("A1".to_owned(), SendState::Failed)
    };
    store.settle(ACCOUNT, &[refused], NOW).await.expect("settled");
    let run = store.run_of(1).await.expect("a run").expect("there");
    assert_eq!(
        run.error.as_deref(),
        Some("the answer was not sent: refused by WhatsApp (479)")
    );
}

#[tokio::test]
async fn who_wrote_is_known_under_both_addresses() {
    let (_dir, store) = store().await;
    store
        .journal(ACCOUNT, &[message("M", "hi")], NOW)
        .await
        .expect("journaled");
    let person = |jid, alt| Identity::from_jids(jid, alt);
    for (person, wrote) in [
        (person(CHAT, None), true),
        (person("200300400500600@lid", Some(CHAT)), true),
        (person("15550100003@s.whatsapp.net", None), false),
    ] {
        assert_eq!(store.wrote(ACCOUNT, &person).await.expect("an answer"), wrote);
    }
}

#[tokio::test]
async fn a_first_contact_is_marked_until_they_write_and_shows_the_lock() {
    let (_dir, store) = store().await;
    let first = Draft {
        first_contact: true,
        ..unasked("A1", CHAT)
    };
    queue(&store, &[first, unasked("A2", CHAT)]).await;
    let lock = |until_ms| store.set_timelock(ACCOUNT, until_ms, NOW);
    let shown = async || {
        let all = OutboxFilter {
            limit: 10,
            ..OutboxFilter::default()
        };
        let rows = store.list_outbox(&all).await.expect("rows");
        rows.iter().map(|row| row.not_before_ms).collect::<Vec<_>>()
    };
    for (until_ms, news, expected) in [
        (Some(NOW + 100), true, [0, NOW + 100]),
        (Some(NOW + 50), false, [0, NOW + 50]),
        (None, false, [0, 0]),
    ] {
        assert_eq!(lock(until_ms).await.expect("set"), news);
        assert_eq!(shown().await, expected);
        assert_eq!(store.timelock(ACCOUNT, NOW).await.expect("read"), until_ms);
    }
    lock(Some(NOW + 50)).await.expect("set");
    assert_eq!(
        store.timelock(ACCOUNT, NOW + 50).await.expect("read"),
        None,
        "it is over"
    );
    let marked = async || {
        store
            .open_outbox(ACCOUNT, &[], NOW + 50, 1)
            .await
            .expect("rows")
            .heads[0]
            .first_contact
    };
    assert!(marked().await);
    store
        .journal(ACCOUNT, &[message("M", "hi")], NOW)
        .await
        .expect("journaled");
    assert!(!marked().await, "they wrote");
}

#[tokio::test]
async fn what_arrived_is_forgotten_after_a_while_but_its_text_and_polls() {
    let (_dir, store) = store().await;
    let whole = |id: &str, content| {
        let mut draft = unasked(id, CHAT);
        draft.payload = Some(Payload {
            content,
            ..Payload::text(String::new(), draft.secret.clone())
        });
        draft
    };
    let place = || Outgoing::Location {
        latitude: 1.0,
        longitude: 2.0,
        name: None,
        address: None,
    };
    let poll = Outgoing::Poll {
        question: "Lunch?".into(),
        options: vec!["Pizza".into(), "Pasta".into()],
        selectable: 0,
    };
    queue(
        &store,
        &[whole("A1", place()), whole("A2", poll), whole("A3", place())],
    )
    .await;
    store.start_sending(&[1, 2, 3], NOW).await.expect("sending");
    let arrived: Vec<Fate> = ["A1", "A2"]
        .map(|id| Fate::new(id.to_owned(), SendState::ServerAck))
        .into();
    store.settle(ACCOUNT, &arrived, NOW).await.expect("settled");
    let kept = async || {
        let mut kept = Vec::new();
        for id in ["A1", "A2", "A3"] {
            let (_, payload) = store
                .sent_payload(ACCOUNT, id, 0)
                .await
                .expect("read")
                .expect("sent");
            kept.push(!matches!(payload.content, Outgoing::Text { .. }));
        }
        kept
    };
    store.forget_payloads(ACCOUNT, NOW).await.expect("done");
    assert_eq!(kept().await, [true, true, true], "not older than that");
    store.forget_payloads(ACCOUNT, NOW + 1).await.expect("done");
    assert_eq!(kept().await, [false, true, true]);
}

#[tokio::test]
async fn a8_requests_in_vain_are_counted() {
    let (_dir, store) = store().await;
    assert_eq!(store.count_outbound(ACCOUNT).await.expect("counted"), []);
    for _ in 0..2 {
        store.count_one(ACCOUNT, RESEND_MISSED).await.expect("counted");
    }
    let counts = store.count_outbound(ACCOUNT).await.expect("counted");
    assert_eq!(
        counts,
        [Count {
            name: "resend_missed".to_owned(),
            count: 2
        }]
    );
}
