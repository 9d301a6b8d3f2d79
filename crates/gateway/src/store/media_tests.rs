//! Files that came in: wanted with the verdict, waited for by one run, and no longer than a while.

use super::fixtures::{ACCOUNT, NOW, admit, held, message, store};
use super::*;

/// A message with a file from somebody, and its place in the journal.
async fn file_from(store: &Store, id: &str, session: &str) -> i64 {
    let with_file = Journaled {
        media: Some("{}".to_owned()),
        ..message(id, "look")
    };
    store
        .journal(ACCOUNT, &[with_file], NOW)
        .await
        .expect("committed");
    let undecided = store.undecided(ACCOUNT, &[], 10).await.expect("read");
    let seq = undecided.last().expect("a message").seq;
    let mut decision = Decision {
        has_file: true,
        ..admit(seq)
    };
    if let Some(run) = &mut decision.run {
        session.clone_into(&mut run.session);
    }
    store.decide(ACCOUNT, &[decision], NOW).await.expect("committed");
    seq
}

async fn wanted(store: &Store, now_ms: i64) -> Vec<i64> {
    let wanted = store.wanted_media(ACCOUNT, &[], now_ms, 10).await.expect("read");
    wanted.iter().map(|file| file.message.seq).collect()
}

async fn due(store: &Store, now_ms: i64) -> Vec<i64> {
    let runs = store.queued_runs(ACCOUNT, now_ms, 10).await.expect("read");
    runs.iter()
        .map(|run| run.message.as_ref().expect("a message").seq)
        .collect()
}

#[tokio::test]
async fn a_run_waits_for_its_file_and_others_do_not() {
    let (_dir, store) = store().await;
    let slow = file_from(&store, "A", "one").await;
    let quick = file_from(&store, "B", "two").await;
    assert_eq!(wanted(&store, NOW).await, [slow, quick]);
    assert_eq!(due(&store, NOW).await, [0; 0]);
    store.media_ready(quick, 7, "ab", NOW).await.expect("committed");
    assert_eq!(due(&store, NOW).await, [quick]);
    store.media_failed(slow, "stalled", NOW).await.expect("committed");
    assert_eq!(
        due(&store, NOW).await,
        [slow, quick],
        "a failure is waited for no longer"
    );
    let files = store.media_of(&[slow, quick]).await.expect("read");
    assert_eq!(
        (files[&slow].state.as_str(), files[&slow].error.as_deref()),
        ("failed", Some("stalled"))
    );
    assert_eq!(
        (files[&quick].bytes, files[&quick].sha256.as_deref()),
        (Some(7), Some("ab"))
    );
}

#[tokio::test]
async fn a_run_goes_on_without_a_file_that_takes_too_long() {
    let (_dir, store) = store().await;
    let slow = file_from(&store, "A", "one").await;
    assert_eq!(due(&store, NOW + 119_000).await, [0; 0]);
    assert_eq!(due(&store, NOW + 121_000).await, [slow]);
    assert_eq!(wanted(&store, NOW + 121_000).await, [slow], "it may still come");
}

#[tokio::test]
async fn only_what_an_agent_is_to_read_is_wanted() {
    let (_dir, store) = store().await;
    let with_file = Journaled {
        media: Some("{}".to_owned()),
        ..message("A", "who is this")
    };
    store
        .journal(ACCOUNT, &[with_file], NOW)
        .await
        .expect("committed");
    let hold = Decision {
        has_file: true,
        ..held(1, "pairing_required", 8)
    };
    store.decide(ACCOUNT, &[hold], NOW).await.expect("committed");
    assert_eq!(wanted(&store, NOW).await, [0; 0]);
    // Judged again later, it is admitted.
    let admitted = || Decision {
        has_file: true,
        ..admit(1)
    };
    store
        .decide(ACCOUNT, &[admitted()], NOW)
        .await
        .expect("committed");
    store
        .decide(ACCOUNT, &[admitted()], NOW)
        .await
        .expect("committed");
    assert_eq!(wanted(&store, NOW).await, [1], "once");
}

#[tokio::test]
async fn a_file_is_tried_again_at_its_time_and_from_its_new_address() {
    let (_dir, store) = store().await;
    let seq = file_from(&store, "A", "one").await;
    store
        .name_media(seq, "inbound/x.bin", NOW)
        .await
        .expect("committed");
    let again = store.media_again(seq, Some("{\"fresh\":1}"), NOW + 1000, NOW);
    again.await.expect("committed");
    assert_eq!(wanted(&store, NOW + 999).await, [0; 0]);
    assert_eq!(
        store.next_media_due(ACCOUNT, NOW).await.expect("read"),
        Some(NOW + 1000)
    );
    let wanted = store
        .wanted_media(ACCOUNT, &[], NOW + 1000, 10)
        .await
        .expect("read");
    let [file] = wanted.as_slice() else {
        panic!("one file")
    };
    assert_eq!((file.attempts, file.file.as_deref()), (1, Some("inbound/x.bin")));
    assert_eq!(file.message.media.as_deref(), Some("{\"fresh\":1}"));
    let busy = store
        .wanted_media(ACCOUNT, &[seq], NOW + 1000, 10)
        .await
        .expect("read");
    assert!(busy.is_empty(), "what is under way is not started twice");
}

#[tokio::test]
async fn what_is_removed_is_kept_by_no_row() {
    let (_dir, store) = store().await;
    let seq = file_from(&store, "A", "one").await;
    store
        .name_media(seq, "inbound/x.bin", NOW)
        .await
        .expect("committed");
    assert!(
        store.media_in_use().await.expect("read").is_empty(),
        "half a file is nobody's"
    );
    store.media_ready(seq, 7, "ab", NOW).await.expect("committed");
    assert_eq!(store.media_in_use().await.expect("read"), ["inbound/x.bin"]);
    let kept = store.kept_media(ACCOUNT).await.expect("read");
    assert_eq!(kept.iter().map(|file| file.bytes).collect::<Vec<_>>(), [7]);
    store.remove_media(&[seq], NOW).await.expect("committed");
    assert!(store.media_in_use().await.expect("read").is_empty());
    assert_eq!(store.media_of(&[seq]).await.expect("read")[&seq].state, "removed");
}
