//! A store of an earlier version is brought up to date with all that is in it.

use sqlx::Connection as _;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;

use super::MIGRATIONS;
use crate::store::Store;

/// Brings a new file to the state that version `last` of the store would leave.
async fn as_of(path: &std::path::Path, last: i64, rows: &'static str) {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .expect("a file");
    let earlier = MIGRATIONS
        .iter()
        .filter(|migration| migration.version <= last)
        .cloned()
        .collect::<Vec<_>>();
    let migrator = Migrator {
        migrations: earlier.into(),
        ..Migrator::DEFAULT
    };
    migrator
        .run_direct(None, &mut connection, false)
        .await
        .expect("migrated");
    sqlx::raw_sql(rows)
        .execute(&mut connection)
        .await
        .expect("rows of then");
    connection.close().await.expect("closed");
}

#[tokio::test]
async fn runs_of_before_keep_their_number_their_answer_and_the_chat_they_belong_to() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("fased.db");
    const ROWS: &str = "
        INSERT INTO inbox (seq, account, chat, sender, message_id, from_me, timestamp_s, content, raw_kind, mentions, recorded_ms)
            VALUES (1, 'default', 'family@g.us', 'anna', 'M1', 0, 1, 'text', 'conversation', '[]', 1000),
                   (2, 'default', 'family@g.us', 'anna', 'M2', 0, 1, 'text', 'conversation', '[]', 1000),
                   (3, 'default', 'bert', 'bert', 'M3', 0, 1, 'text', 'conversation', '[]', 1000);
        INSERT INTO run (id, account, inbox_seq, agent, session, state, attempts, error, created_ms, not_before_ms)
            VALUES (7, 'default', 1, 'main', 's1', 'ok', 1, NULL, 1001, 0),
                   (9, 'default', 3, 'main', 's2', 'queued', 0, NULL, 1002, 1500);
        INSERT INTO run_input (inbox_seq, run_id) VALUES (2, 7);
        UPDATE inbox SET context_run = 9, reason = 'no_mention' WHERE seq = 2;
        INSERT INTO outbox (account, chat, message_id, purpose, run_id, text, secret, state, created_ms, expires_ms, updated_ms)
            VALUES ('default', 'family@g.us', '3EB0', 'reply', 7, 'hello', '00', 'delivered', 1003, 2000, 1004);";
    as_of(&path, 3, ROWS).await;
    let store = Store::open(&path).await.expect("brought up to date");
    let runs: Vec<(i64, String, Option<i64>, String, String, i64)> =
        sqlx::query_as("SELECT id, kind, inbox_seq, chat, state, not_before_ms FROM run ORDER BY id")
            .fetch_all(&mut *store.read.turn().await.expect("open"))
            .await
            .expect("runs");
    let kind = || "message".to_owned();
    assert_eq!(
        runs,
        [
            (7, kind(), Some(1), "family@g.us".to_owned(), "ok".to_owned(), 0),
            (9, kind(), Some(3), "bert".to_owned(), "queued".to_owned(), 1500),
        ]
    );
    assert_eq!(store.sent_by_run(7).await.expect("answers").len(), 1);
    assert_eq!(store.context_of(9, 10).await.expect("context").len(), 1);
    // Numbers are never given twice, and references count again.
    let mut turn = store.write.turn().await.expect("open");
    let next = "INSERT INTO run (account, kind, chat, agent, session, state, created_ms) VALUES ('default', 'task', 'c', 'a', 's', 'queued', 1) RETURNING id";
    let next: i64 = sqlx::query_scalar(next)
        .fetch_one(&mut *turn)
        .await
        .expect("a run");
    assert_eq!(next, 10);
    let nowhere = sqlx::query("INSERT INTO run_input (inbox_seq, run_id) VALUES (3, 4711)");
    assert!(nowhere.execute(&mut *turn).await.is_err());
}

#[tokio::test]
async fn a_store_whose_rows_refer_to_nothing_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("fased.db");
    const ROWS: &str =
        "PRAGMA foreign_keys = OFF; INSERT INTO run_input (inbox_seq, run_id) VALUES (3, 4711);";
    as_of(&path, 3, ROWS).await;
    let error = Store::open(&path).await.expect_err("a broken store");
    assert!(format!("{error:#}").contains("run_input"), "{error:#}");
}
