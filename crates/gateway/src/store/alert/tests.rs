//! Notices on their way outside.

use futures_util::FutureExt as _;

use super::*;
use crate::store::fixtures::{ACCOUNT, NOW, admit, message, store};

async fn untold(store: &Store) -> Vec<(i64, String)> {
    let (waiting, _told) = store.untold(0).await.expect("read");
    waiting.into_iter().map(|row| (row.id, row.kind)).collect()
}

#[tokio::test]
async fn an_alert_keeps_its_id_and_its_content_until_it_is_taken() {
    let (dir, store) = store().await;
    assert!(store.notices.notified().now_or_never().is_none(), "nothing rang");
    store
        .add_notice_of("state", ACCOUNT, "It stopped.", NOW)
        .await
        .expect("a notice");
    assert!(store.notices.notified().now_or_never().is_some(), "it rings");
    store
        .add_notice_of("state", ACCOUNT, "It stopped again.", NOW + 1)
        .await
        .expect("a notice");
    let ids: Vec<i64> = untold(&store).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(store.open_alert().await.expect("read"), None);
    store.begin_alert(&ids, "first").await.expect("begun");
    store
        .add_notice_of("state", ACCOUNT, "And again.", NOW + 2)
        .await
        .expect("a notice");
    store.alert_failed("first").await.expect("counted");
    store.close().await;

    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    let alert = store.open_alert().await.expect("read").expect("an alert");
    assert_eq!(
        (alert.id.as_str(), alert.text.as_str(), alert.more, alert.attempts),
        ("first", "It stopped again.", 1, 1)
    );
    assert_eq!((alert.first_ms, alert.at_ms), (NOW, NOW + 1));
    store.alert_told("first", NOW + 5).await.expect("told");
    assert_eq!(store.open_alert().await.expect("read"), None);
    let (waiting, told) = store.untold(NOW).await.expect("read");
    assert_eq!(waiting.len(), 1, "what came later waits");
    assert_eq!((told[0].kind.as_str(), told[0].at_ms), ("state", NOW + 5));
    let figures = store.figures(NOW).await.expect("counted");
    let tallies: Vec<(&str, i64)> = figures
        .tallies
        .iter()
        .map(|figure| (figure.name.as_str(), figure.count))
        .collect();
    assert_eq!(tallies, [(FAILED, 1), (TOLD, 1)]);
}

#[tokio::test]
async fn what_is_given_up_is_said_and_what_was_never_tried_is_not() {
    let (_dir, store) = store().await;
    store
        .add_notice_of("loop", ACCOUNT, "Old.", NOW)
        .await
        .expect("a notice");
    assert_eq!(
        store.give_up_alerts(NOW + 1, NOW + 10).await.expect("given up"),
        0
    );
    assert_eq!(untold(&store).await, [], "it is settled without a word");
    assert_eq!(store.notices(10).await.expect("read").len(), 1);

    store
        .add_notice_of("loop", ACCOUNT, "Tried.", NOW + 20)
        .await
        .expect("a notice");
    store
        .add_notice_of("loop", ACCOUNT, "Tried with it.", NOW + 40)
        .await
        .expect("a notice");
    let ids: Vec<i64> = untold(&store).await.into_iter().map(|(id, _)| id).collect();
    store.begin_alert(&ids, "id").await.expect("begun");
    assert_eq!(
        store.give_up_alerts(NOW + 20, NOW + 50).await.expect("given up"),
        0,
        "not old enough"
    );
    assert_eq!(
        store.give_up_alerts(NOW + 21, NOW + 50).await.expect("given up"),
        2,
        "as a whole"
    );
    assert_eq!(store.open_alert().await.expect("read"), None);
    assert_eq!(untold(&store).await, [], "nor is this told outside");
    let newest = store.notices(1).await.expect("read").remove(0);
    assert!(newest.text.contains("2 alerts could not be told"), "{newest:?}");
}

#[tokio::test]
async fn a_recovery_follows_a_stop_and_only_once() {
    let (_dir, store) = store().await;
    store.notice_recovered(ACCOUNT, NOW).await.expect("asked");
    assert_eq!(untold(&store).await, [], "nothing to recover from");
    store
        .add_notice_of("breaker", ACCOUNT, "It stopped.", NOW)
        .await
        .expect("a notice");
    store
        .add_notice_of("expired", ACCOUNT, "Something else.", NOW)
        .await
        .expect("a notice");
    store.notice_recovered("work", NOW).await.expect("asked");
    for _twice in 0..2 {
        store.notice_recovered(ACCOUNT, NOW).await.expect("asked");
    }
    let kinds: Vec<String> = untold(&store).await.into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, ["breaker", "expired", "recovered"]);
    let shown = store.notices(10).await.expect("read");
    assert_eq!(shown.len(), 2, "status shows the state itself: {shown:?}");
}

#[tokio::test]
async fn figures_add_up_whatever_has_no_verdict_yet() {
    let (_dir, store) = store().await;
    for id in ["A", "B", "A"] {
        store
            .journal(ACCOUNT, &[message(id, "hello")], NOW)
            .await
            .expect("recorded");
    }
    let seq = store.undecided(ACCOUNT, &[], 1).await.expect("read")[0].seq;
    store.decide(ACCOUNT, &[admit(seq)], NOW).await.expect("decided");
    let figures = store.figures(NOW).await.expect("counted");
    let deliveries: i64 = figures.inbound.iter().map(|row| row.deliveries).sum();
    let messages: i64 = figures.inbound.iter().map(|row| row.messages).sum();
    assert_eq!((deliveries, messages), (3, 2));
    let waiting = figures.inbound.iter().find(|row| row.outcome.is_none());
    assert_eq!(waiting.map(|row| row.messages), Some(1));
    assert_eq!(figures.runs.iter().map(|run| run.count).sum::<i64>(), 1);
}

#[tokio::test]
async fn nobody_who_reads_a_row_waits_for_what_is_counted() {
    let (_dir, store) = store().await;
    let counting = store.counting().await.expect("a turn");
    let deadline = std::time::Duration::from_secs(10);
    let read = tokio::time::timeout(deadline, store.notices(1)).await;
    read.expect("it waits for nobody").expect("read");
    let judged = tokio::time::timeout(deadline, store.accounts()).await;
    judged.expect("it waits for nobody").expect("read");
    drop(counting);
}

#[tokio::test]
async fn a_flood_of_one_kind_hides_nothing_of_another() {
    let (_dir, store) = store().await;
    for at in 0..LOOK + 1 {
        let noted = store.add_notice_of("loop", ACCOUNT, "Again.", NOW + at).await;
        noted.expect("a notice");
    }
    let other = store.add_notice_of("state", "other", "It stopped.", NOW).await;
    other.expect("a notice");
    let (waiting, _told) = store.untold(0).await.expect("read");
    let first = waiting.len() - 1;
    assert_eq!(i64::try_from(first).expect("few"), LOOK);
    assert_eq!(
        (waiting[first].account.as_str(), waiting[first].kind.as_str()),
        ("other", "state")
    );
}
