//! Approvals on a real file.

use super::*;
use crate::store::fixtures::{ACCOUNT, NOW, admit, held, message, store};
use crate::store::{Decision, Journaled, Purpose};

const PHONE: &str = "+15550100002";
const LID: &str = "100000000000002@lid";

fn phone() -> Identity {
    Identity::from(Phone::parse(PHONE).expect("a phone"))
}

fn lid() -> Identity {
    Identity::from(Lid::parse(LID).expect("a hidden id"))
}

fn both() -> Identity {
    let mut both = lid();
    both.merge(&phone());
    both
}

/// Journals messages of these senders and holds them; all by now undecided ones are.
async fn hold(store: &Store, senders: &[(&str, &str)]) {
    let messages: Vec<Journaled> = senders
        .iter()
        .map(|(id, sender)| Journaled {
            chat: (*sender).to_owned(),
            sender: (*sender).to_owned(),
            ..message(id, "hello")
        })
        .collect();
    store.journal(ACCOUNT, &messages, NOW).await.expect("committed");
    let undecided = store.undecided(ACCOUNT, &[], 100).await.expect("read");
    let verdicts: Vec<Decision> = undecided
        .iter()
        .map(|message| held(message.seq, "pairing_required", 11))
        .collect();
    store.decide(ACCOUNT, &verdicts, NOW).await.expect("committed");
}

#[tokio::test]
async fn one_person_is_one_approval_under_all_addresses_known_by_then() {
    let (_dir, store) = store().await;
    for (sender, at) in [(phone(), 1), (phone(), 2), (lid(), 3)] {
        store
            .approve(ACCOUNT, &sender, None, NOW + at)
            .await
            .expect("committed");
    }
    assert_eq!(store.approved(ACCOUNT).await.expect("read"), [phone(), lid()]);
    // Now it is known that both are the same person.
    store
        .approve(ACCOUNT, &both(), None, NOW + 4)
        .await
        .expect("committed");
    let approvals = store.approvals(None).await.expect("read");
    assert_eq!(approvals.len(), 1);
    assert_eq!(approvals[0].identity(), both());
    assert_eq!(approvals[0].approved_ms, NOW + 1, "since the first of them");
    // Who is known by one address only does not lose the other.
    store
        .approve(ACCOUNT, &lid(), None, NOW + 5)
        .await
        .expect("committed");
    assert_eq!(store.approved(ACCOUNT).await.expect("read"), [both()]);
    let ids: Vec<i64> = store
        .approvals(Some(ACCOUNT))
        .await
        .expect("read")
        .iter()
        .map(|row| row.id)
        .collect();
    store.revoke(&ids).await.expect("committed");
    assert!(store.approvals(None).await.expect("read").is_empty());
}

#[tokio::test]
async fn an_approval_takes_back_what_is_held_from_that_sender_only_and_queues_what_they_are_told() {
    let (_dir, store) = store().await;
    hold(
        &store,
        &[
            ("A", "15550100002@s.whatsapp.net"),
            ("B", LID),
            ("C", "15550100003@s.whatsapp.net"),
        ],
    )
    .await;
    let notice = Draft {
        chat: LID.to_owned(),
        message_id: "N".to_owned(),
        purpose: Purpose::Notice,
        text: "You are approved.".to_owned(),
        secret: "00".repeat(32),
        expires_ms: NOW + 1000,
        not_before_ms: 0,
        first_contact: false,
        payload: None,
        pending: None,
    };
    store
        .approve(ACCOUNT, &both(), Some(&notice), NOW)
        .await
        .expect("committed");
    let undecided = store.undecided(ACCOUNT, &[], 10).await.expect("read");
    let ids: Vec<&str> = undecided
        .iter()
        .map(|message| message.message_id.as_str())
        .collect();
    assert_eq!(ids, ["A", "B"]);
    let queued = store
        .open_outbox(ACCOUNT, &[], NOW, 10)
        .await
        .expect("read")
        .heads;
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0].message_id, "N");
    let held = store.held_senders(None).await.expect("read");
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].direct_chat(), Some("15550100003@s.whatsapp.net"));
}

#[tokio::test]
async fn an_approval_ends_its_request_and_counts_for_its_account_alone() {
    let (_dir, store) = store().await;
    let phone = Phone::parse("+15550100002").expect("a number");
    let sender = Identity::from(phone);
    let add = PairingChange::Add {
        sender: sender.clone(),
        chat: "15550100002@s.whatsapp.net".into(),
        name: None,
        code: Some("ABCD2345".into()),
        expires_ms: NOW + 1000,
        text_sent: true,
    };
    let change = Decision {
        run: None,
        pairing: Some(add),
        ..admit(0)
    };
    store.decide(ACCOUNT, &[change], NOW).await.expect("committed");
    assert!(
        store
            .pending_pairings(None, NOW + 1000)
            .await
            .expect("read")
            .is_empty(),
        "its time has come"
    );
    let pending = store.pending_pairings(Some(ACCOUNT), NOW).await.expect("read");
    store
        .approve(&pending[0].account, &sender, None, NOW)
        .await
        .expect("committed");
    assert!(store.pending_pairings(None, NOW).await.expect("read").is_empty());
    assert_eq!(store.approved(ACCOUNT).await.expect("read"), [sender]);
    assert!(store.approved("work").await.expect("read").is_empty());
}
