//! What a session remembers, and for how long.

use super::*;

async fn told(store: &Store, epoch: i64, most: usize, bytes: usize) -> Vec<String> {
    let said = store.history(KEY, epoch, most, bytes).await.expect("read");
    said.into_iter().map(|said| said.text).collect()
}

async fn begin_anew(store: &Store, now: i64) {
    let session = KEY.to_owned();
    change(store, "default", Change::BeginAnew { session }, now).await;
}

#[tokio::test]
async fn a_session_begun_anew_tells_nothing_of_before_and_old_words_are_forgotten() {
    let (_dir, store) = store().await;
    say(&store, KEY, 1, 0, "question 1", "answer 1", NOW).await;
    say(&store, KEY, 2, 0, "question 2", "answer 2", NOW + 10).await;
    assert_eq!(
        told(&store, 0, 3, 1_000).await,
        ["answer 1", "question 2", "answer 2"]
    );
    begin_anew(&store, NOW).await;
    assert!(told(&store, 1, 9, 1_000).await.is_empty());
    say(&store, KEY, 3, 1, "question 3", "answer 3", NOW + 20).await;
    assert_eq!(told(&store, 1, 9, 1_000).await, ["question 3", "answer 3"]);
    let sessions = store
        .sessions_of("main", "default", "dm:+15550100001")
        .await
        .expect("read");
    assert_eq!((sessions[0].epoch, sessions[0].used_ms), (1, NOW + 20));
    assert!(!store.forget_said(NOW + 10).await.expect("done"));
    assert_eq!(told(&store, 0, 9, 1_000).await, ["question 2", "answer 2"]);
    let session = KEY.to_owned();
    change(&store, "default", Change::CloseSession { session }, NOW).await;
    assert!(told(&store, 1, 9, 1_000).await.is_empty());
}

#[tokio::test]
async fn a_long_answer_is_remembered_by_its_beginning_and_wipes_nothing_else_out() {
    let (_dir, store) = store().await;
    say(&store, KEY, 1, 0, "question 1", "answer 1", NOW).await;
    let long = format!("It begins. {}", "é".repeat(100_000));
    say(&store, KEY, 2, 0, "question 2", &long, NOW).await;
    let all = told(&store, 0, 9, 1 << 20).await;
    assert_eq!(all.len(), 4);
    assert!(all[3].starts_with("It begins. ") && all[3].ends_with("é\n[the rest is left out]"));
    assert!(all[3].len() <= 32 * 1024 && all[3].len() > 32 * 1024 - 4);
    // A smaller budget: the long one does not take the room of the others.
    let some = told(&store, 0, 9, 8_000).await;
    assert_eq!(some[..3], all[..3]);
    assert!(some[3].len() <= 2_000 && some[3].ends_with("[the rest is left out]"));
    // However small it is, the newest exchange is there.
    let little = told(&store, 0, 9, 24).await;
    assert_eq!(little, ["questi", "answer", "questi", "It beg"]);
    assert!(told(&store, 0, 9, 0).await.is_empty());
    assert_eq!(told(&store, 0, 9, 400).await[2], "question 2");
}

#[tokio::test]
async fn rows_of_a_clock_that_was_wrong_keep_none_from_being_forgotten() {
    let (_dir, store) = store().await;
    say(&store, KEY, 1, 0, "q", "a", NOW + 1_000_000).await;
    store
        .execute_for_tests(&format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500)
             INSERT INTO transcript (session, epoch, role, text, at_ms)
             SELECT '{KEY}', 0, 'user', 'later', {NOW} + 1000000 FROM n"
        ))
        .await;
    say(&store, KEY, 2, 3, "old", "older", NOW).await;
    assert!(!store.forget_said(NOW + 1).await.expect("done"));
    assert!(told(&store, 3, 9, 1_000).await.is_empty());
    assert_eq!(told(&store, 0, 2_000, 1 << 20).await.len(), 1_502);
}

#[tokio::test]
async fn what_waits_when_a_session_is_begun_anew_belongs_to_before() {
    let (_dir, store) = store().await;
    let queue = async |run: i64| {
        let text = format!(
            "INSERT INTO run (id, account, kind, chat, agent, session, state, created_ms, not_before_ms, collects)
             VALUES ({run}, 'default', 'message', '{ANNA}', 'main', '{KEY}', 'queued', {NOW}, {NOW} + 5000, 1)"
        );
        store.execute_for_tests(&text).await;
    };
    let start = async |run: i64| {
        let started = store
            .start_runs(&[run], &[run], NOW + 9_000)
            .await
            .expect("started");
        (started[0].epoch, started[0].joined)
    };
    queue(1).await;
    begin_anew(&store, NOW).await;
    queue(3).await;
    let due = store.due_runs("default", NOW, 9, 9).await.expect("read");
    assert_eq!(due.wake_ms, Some(NOW + 5_000), "only the third waits for more");
    begin_anew(&store, NOW).await;
    queue(4).await;
    assert_eq!(
        start(1).await,
        (0, false),
        "nothing that came after is answered with it"
    );
    let states: Vec<_> = store
        .runs_for_tests()
        .await
        .into_iter()
        .map(|run| run.id)
        .collect();
    assert!(
        states.contains(&3) && states.contains(&4),
        "they belong to what came after"
    );
    assert_eq!(start(3).await, (1, false));
    assert_eq!(start(4).await, (2, false));
}
