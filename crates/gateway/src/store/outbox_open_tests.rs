//! Which messages may go next, and what becomes of those that did not leave.

use fased_policy::delivery::SendState;

use super::fixtures::{ACCOUNT, NOW, draft, store};
use super::outbox_tests::{CHAT, queue, unasked};
use super::*;

#[tokio::test]
async fn what_blocks_its_chat_no_longer_is_still_followed_to_its_end() {
    let (_dir, store) = store().await;
    queue(&store, &[draft("A1"), draft("A2")]).await;
    store.start_sending(&[1], NOW).await.expect("sending");
    let heads = store
        .open_outbox(ACCOUNT, &[1], NOW, 10)
        .await
        .expect("rows")
        .heads;
    assert_eq!(heads[0].message_id, "A2");
    let open = store.still_open(&[1]).await.expect("rows");
    assert_eq!(
        (open.len(), open[0].state.as_str(), open[0].updated_ms),
        (1, "sending", NOW)
    );
    let fate = Fate::new("A1".to_owned(), SendState::ServerAck);
    store.settle(ACCOUNT, &[fate], NOW).await.expect("acknowledged");
    assert_eq!(store.still_open(&[1]).await.expect("rows"), []);
}

#[tokio::test]
async fn what_was_not_written_costs_no_attempt_and_what_may_have_been_before_stays_unknown() {
    let (_dir, store) = store().await;
    queue(&store, &[unasked("A1", CHAT)]).await;
    let put_back = async |at_ms| {
        store.start_sending(&[1], at_ms).await.expect("sending");
        store.send_again_later(1, at_ms).await.expect("put back");
        let row = store
            .open_outbox(ACCOUNT, &[], NOW, 1)
            .await
            .expect("rows")
            .heads
            .remove(0);
        (row.state, row.attempts)
    };
    assert_eq!(put_back(NOW).await, ("queued".to_owned(), 0));
    assert_eq!(put_back(NOW).await, ("queued".to_owned(), 0), "however often");
    assert_eq!(store.sent_unasked_since(ACCOUNT, 0).await.expect("sent"), []);
    store.start_sending(&[1], NOW + 1).await.expect("sending");
    store.mark_unknown(ACCOUNT, NOW + 2).await.expect("unknown");
    assert_eq!(put_back(NOW + 3).await, ("unknown".to_owned(), 1));
    let sent = store.sent_unasked_since(ACCOUNT, 0).await.expect("sent");
    assert_eq!(sent, [(CHAT.to_owned(), NOW + 1)]);
}

#[tokio::test]
async fn what_has_to_wait_takes_no_place_from_what_need_not() {
    let (_dir, store) = store().await;
    let chats: Vec<String> = (0..600).map(|n| format!("1555{n:07}@s.whatsapp.net")).collect();
    let mut waiting: Vec<Draft> = chats
        .iter()
        .map(|chat| unasked(&format!("W{chat}"), chat))
        .collect();
    for (n, draft) in waiting.iter_mut().enumerate() {
        draft.first_contact = n % 2 == 0;
        draft.not_before_ms = if n % 2 == 0 { 0 } else { NOW + 50 };
    }
    waiting.extend([unasked("A1", CHAT), draft("B1")]);
    let taken = store
        .queue_messages(ACCOUNT, &waiting, &Wish::default(), 1_000, NOW)
        .await;
    assert_eq!(taken.expect("queued"), Taken::Queued);
    let heads = async |at_ms| {
        let open = store
            .open_outbox(ACCOUNT, &[], at_ms, 500)
            .await
            .expect("rows")
            .heads;
        open.into_iter().map(|row| row.message_id).collect::<Vec<_>>()
    };
    assert_eq!(heads(NOW).await[0], "B1", "before what nobody asked for");
    store
        .set_timelock(ACCOUNT, Some(NOW + 70), NOW)
        .await
        .expect("locked");
    assert_eq!(heads(NOW).await, ["B1", "A1"]);
    assert_eq!(
        store
            .open_outbox(ACCOUNT, &[], NOW, 1)
            .await
            .expect("rows")
            .wake_ms,
        Some(NOW + 50)
    );
    assert_eq!(
        store
            .open_outbox(ACCOUNT, &[], NOW + 50, 1)
            .await
            .expect("rows")
            .wake_ms,
        None
    );
    assert_eq!(heads(NOW + 50).await.len(), 302);
    assert_eq!(heads(NOW + 1_000).await.len(), 500, "what is too old is seen");
}

#[tokio::test]
async fn many_messages_are_held_back_at_once_and_only_those_that_wait() {
    let (_dir, store) = store().await;
    queue(
        &store,
        &[unasked("A1", CHAT), draft("B1"), unasked("C1", "1@lid")],
    )
    .await;
    store.start_sending(&[2], NOW).await.expect("sending");
    store
        .hold_back(&[(1, NOW + 5), (2, NOW + 6), (3, NOW + 7)])
        .await
        .expect("held");
    let open = store
        .open_outbox(ACCOUNT, &[], NOW + 7, 9)
        .await
        .expect("rows")
        .heads;
    let held: Vec<_> = open.iter().map(|row| (row.id, row.not_before_ms)).collect();
    assert_eq!(held, [(2, 0), (1, NOW + 5), (3, NOW + 7)]);
}
