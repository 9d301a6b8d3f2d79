use super::super::fixtures::{ACCOUNT, NOW, draft, message, store};
use super::*;
use crate::store::{Taken, Wish};

fn news(id: &str, to: SendState) -> Fate {
    Fate::new(id.to_owned(), to)
}

#[test]
fn the_same_news_of_several_messages_is_one_step_and_that_of_one_keeps_its_order() {
    use SendState::{Delivered, Failed, ServerAck};
    let fates = [
        news("A", ServerAck),
        news("B", Delivered),
        news("C", ServerAck),
        news("A", Delivered),
        news("A", ServerAck),
        news("D", Failed),
        news("D", ServerAck),
    ];
    let told: Vec<Vec<(&str, SendState)>> = steps(&fates)
        .into_iter()
        .map(|step| {
            step.into_iter()
                .map(|fate| (fate.message_id.as_str(), fate.to))
                .collect()
        })
        .collect();
    assert_eq!(
        told,
        [
            vec![("A", ServerAck), ("C", ServerAck)],
            vec![("B", Delivered), ("A", Delivered)],
            vec![("A", ServerAck)],
            vec![("D", Failed)],
            vec![("D", ServerAck)],
        ]
    );
}

#[tokio::test]
async fn what_came_and_news_of_our_own_are_committed_together_or_not_at_all() {
    let (_dir, store) = store().await;
    let taken = store
        .queue_messages(ACCOUNT, &[draft("OUT1")], &Wish::default(), 9, NOW)
        .await;
    assert_eq!(taken.expect("queued"), Taken::Queued);
    store.start_sending(&[1], NOW).await.expect("sending");
    let state = async || store.sent_by_id("OUT1").await.expect("read")[0].2.state.clone();
    let fates = [
        news("OUT1", SendState::ServerAck),
        news("OUT1", SendState::Delivered),
    ];
    let came = [message("IN1", "hello")];
    store
        .execute_for_tests(
            "CREATE TRIGGER full BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        .await;
    assert!(store.take_in(ACCOUNT, &fates, &came, NOW).await.is_err());
    assert_eq!(state().await, "sending");
    store.execute_for_tests("DROP TRIGGER full").await;
    let (moved, fresh) = store
        .take_in(ACCOUNT, &fates, &came, NOW)
        .await
        .expect("committed");
    assert_eq!((moved.sent.len(), fresh.as_slice()), (2, &[0][..]));
    assert_eq!(state().await, "delivered");
    let undecided = store.undecided(ACCOUNT, &[], 9).await.expect("read");
    assert_eq!(undecided.len(), 1);
    let (moved, fresh) = store
        .take_in(ACCOUNT, &fates, &came, NOW)
        .await
        .expect("told again");
    assert!(moved.sent.is_empty() && fresh.is_empty(), "each counts once");
}
